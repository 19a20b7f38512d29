"""SIGTERM, by which batch systems and torchrun ask a process to end: heeded where the training can be saved."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

from seq2seq_core.errors import TrainingError

STATUS: Final = 128 + signal.SIGTERM  # exit status of what a signal ended, as shells count it


class StoppedError(TrainingError):
    """The training was asked to end, and is saved."""


@dataclass(slots=True)
class Stop:
    """Whether this process was asked to end."""

    asked: bool = False


@contextmanager
def sigterm_heeded() -> Iterator[Stop]:
    """Note SIGTERM instead of dying of it; outside the main thread, where Python takes no signals, nothing changes."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        stop.asked = True

    before = signal.signal(signal.SIGTERM, note)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
    if stop.asked:  # and nobody has looked since: what was under way is done
        signal.raise_signal(signal.SIGTERM)
