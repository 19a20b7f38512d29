"""One training as a process: started, told to stop, ended. It holds a leash, its standard input.

The process ends when the leash does, so that it never outlives the page, even if the page is killed.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias

from seq2seq_core.lesson.frames import STOP

ROOT: Final = Path(__file__).resolve().parents[3]
COMMAND: Final = (sys.executable, "-m", "seq2seq_core.lesson")
ERRORS: Final = "errors.txt"
SECONDS_TO_DIE: Final = 5.0
ONE_THREAD: Final = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}

Command: TypeAlias = Sequence[str]


class Process:
    """A process that is already running.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, folder: Path, command: Command = COMMAND) -> None:
        self._errors = folder / ERRORS
        with self._errors.open("wb") as errors:
            self._child = subprocess.Popen(
                [*command, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                cwd=ROOT,
                env={**os.environ, **ONE_THREAD},
                bufsize=0,
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def status(self) -> int | None:
        """The exit status; None while it lives."""
        return self._child.poll()

    def ask_to_stop(self) -> None:
        """It saves its model and ends."""
        with suppress(OSError):  # it is gone already
            assert self._child.stdin is not None
            self._child.stdin.write(f"{STOP}\n".encode())

    def end(self) -> None:
        """At once, and nothing is saved."""
        with suppress(OSError):
            self._child.kill()
        self.release()

    def release(self) -> None:
        """Reap what has ended."""
        with suppress(OSError):
            assert self._child.stdin is not None
            self._child.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(SECONDS_TO_DIE)

    def last_words(self) -> str:
        """The last line that it wrote to standard error."""
        with suppress(OSError):
            lines = self._errors.read_text(encoding="utf-8", errors="replace").split("\n")
            return next((line for line in reversed(lines) if line.strip()), "")
        return ""
