"""nginx in front of two processes of the app, with the configuration that demo/serving ships."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.project import ROOT
from tests.support.served_app import HOST, free_port, is_listening

CONFIG: Final = ROOT / "demo" / "serving" / "nginx.conf"
PORTS: Final = ("7861", "7862")  # of the processes, as the configuration has them
ADDRESS: Final = "127.0.0.1:8080"
COOKIE: Final = "lab_process"
NO_NGINX: Final = "nginx is not installed (Debian: apt-get install nginx-light)"
SECONDS_TO_START: Final = 20


def find_nginx() -> str | None:
    """Where it is; Debian keeps it out of the usual path."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextmanager
def behind_proxy(folder: Path, ports: Sequence[int], port: int | None = None) -> Iterator[int]:
    """Inside the block the proxy answers at the port that is given, for apps at two others.

    Raises:
        FileNotFoundError: there is no nginx.
    """
    program, port = find_nginx(), port or free_port()
    if program is None:
        raise FileNotFoundError(NO_NGINX)
    text = CONFIG.read_text(encoding="utf-8").replace(ADDRESS, f"{HOST}:{port}")
    for name, own in zip(PORTS, ports, strict=True):
        text = text.replace(name, str(own))
    if os.geteuid() == 0:  # its workers would be another user, who may not read a test's folder
        text = f"user root;\n{text}"
    folder.mkdir(parents=True, exist_ok=True)
    config, log = folder / "nginx.conf", folder / "nginx.log"
    config.write_text(text, encoding="utf-8")
    with log.open("wb") as output, subprocess.Popen(
        [program, "-p", str(folder), "-c", str(config)], stdout=output, stderr=output, start_new_session=True
    ) as process:
        try:
            deadline = time.monotonic() + SECONDS_TO_START
            while not is_listening(port):
                assert process.poll() is None and time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(SECONDS_TO_START)
