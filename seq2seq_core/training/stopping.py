"""Ctrl-C, and SIGTERM, by which batch systems and torchrun ask a process to end: heeded where training can be saved."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

from seq2seq_core.errors import TrainingError

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
# Ctrl-C reaches the processes of a torchrun, which sends it on to them: only the third one is meant for good.
MOST_INTERRUPTS: Final = 2


class StoppedError(TrainingError):
    """The training was asked to end, and is saved."""

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.number = number

    @property
    def status(self) -> int:
        """Exit status of what a signal ended, as shells count it."""
        return 128 + self.number


@dataclass(slots=True)
class Stop:
    """Whether this process was asked to end, and by which signal."""

    asked: bool = False
    number: int = signal.SIGTERM
    interrupts: int = 0

    @property
    def name(self) -> str:
        return signal.Signals(self.number).name

    def note(self, number: int, _frame: FrameType | None) -> None:
        """As a handler of signals."""
        self.asked, self.number = True, number
        self.interrupts += number == signal.SIGINT
        if self.interrupts > MOST_INTERRUPTS:
            raise KeyboardInterrupt


@contextmanager
def signals_heeded() -> Iterator[Stop]:
    """Note SIGNALS instead of dying of them; outside the main thread, where Python takes none, nothing changes.

    One that this process was begun to ignore, as a shell begins what it runs in the background, stays ignored.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop.note) for number in heard}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
    if stop.asked:  # and nobody has looked since: what was under way is done
        signal.raise_signal(stop.number)
