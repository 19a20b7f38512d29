"""Starts the app as a user does, waits until it answers, and stops it as a service manager does.

Stopping means: a TERM signal to the whole process group, an end within seconds, a free port, no stack trace in the log.
"""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
SECONDS_TO_START: Final = 180
SECONDS_TO_STOP: Final = 20


@dataclass(frozen=True, slots=True)
class ServedApp:
    """An app that answers."""

    url: str
    log_file: Path

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Serving:
    """The same, and its process."""

    app: ServedApp
    port: int
    process: subprocess.Popen[bytes]

    def end(self, number: signal.Signals) -> None:
        """Send a signal to the app alone, and wait for its end."""
        self.process.send_signal(number)
        self.process.wait(SECONDS_TO_STOP)


@contextmanager
def served(
    command: Sequence[str], *, folder: Path, log_file: Path, port: int, settings: Mapping[str, str] | None = None
) -> Iterator[ServedApp]:
    """Run a command that serves until stopped; inside the block the app answers at its address."""
    with serving(command, folder=folder, log_file=log_file, port=port, settings=settings) as found:
        yield found.app


@contextmanager
def serving(
    command: Sequence[str], *, folder: Path, log_file: Path, port: int, settings: Mapping[str, str] | None = None
) -> Iterator[Serving]:
    """The same with the process, which may be ended inside the block."""
    app = ServedApp(f"http://{HOST}:{port}", log_file)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "GRADIO_SERVER_PORT": str(port), **(settings or {})}
    with (
        log_file.open("wb") as log,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        ) as process,
    ):
        try:
            wait_until_it_answers(app, process)
            yield Serving(app, port, process)
        finally:
            stopped_in_time = stop(process)
    assert stopped_in_time, f"not stopped {SECONDS_TO_STOP} s after TERM:\n{app.log()}"
    assert not is_listening(port), f"port {port} is still taken after the stop"
    assert "Traceback" not in app.log(), app.log()


def wait_until_it_answers(app: ServedApp, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the app ended with status {process.returncode}:\n{app.log()}"
        if answers(app.url):
            return
        time.sleep(0.2)
    raise AssertionError(f"no answer at {app.url} within {SECONDS_TO_START} s:\n{app.log()}")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return bool(response.status == HTTPStatus.OK)
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False


def stop(process: subprocess.Popen[bytes]) -> bool:
    """Ask the whole group to end; whether it did without being killed."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return False
    return True


def free_port() -> int:
    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
        return port


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
