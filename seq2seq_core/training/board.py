"""The numbers of the log as TensorBoard draws them; the library is an extra."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

from seq2seq_core.errors import OptionError
from seq2seq_core.files import writing

DRAWN: Final = ("update", "validation")  # events that make curves
ABSCISSAS: Final = ("update", "epoch", "tokens", "seconds", "eta_seconds")


class Writer(Protocol):
    """What is used of `torch.utils.tensorboard.SummaryWriter`."""

    def add_scalar(self, tag: str, value: float, step: int) -> None: ...
    def flush(self) -> None: ...


class Board:
    """Curves over updates; each event is flushed, as in the log."""

    def __init__(self, folder: Path, writer: Writer) -> None:
        self._folder, self._writer = folder, writer

    @classmethod
    def open(cls, folder: Path, first_update: int) -> "Board":
        """A board in `folder`; curves that it already holds lose what lies at or behind the first update to come.

        Raises:
            OptionError: TensorBoard is not installed.
            DataError: the folder cannot be written.
        """
        try:
            from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415 - an extra, which takes seconds to load
        except ImportError as error:
            raise OptionError(f"tensorboard needs the extra: pip install '.[tensorboard]' ({error})") from error
        with writing(folder):
            return cls(folder, SummaryWriter(str(folder), purge_step=first_update))

    def write(self, event: str, fields: Mapping[str, object]) -> None:
        """Draw the numbers of an event; `fields` tell its update."""
        if event not in DRAWN or not isinstance(update := fields.get("update"), int):
            return
        with writing(self._folder):
            for name, value in _numbers(fields):
                self._writer.add_scalar(f"{event}/{name}", value, update)
            self._writer.flush()


def _numbers(fields: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    """Numbers by name, those of named groups as group.name; not the counters, which all curves share."""
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{part}", number) for part, number in _numbers(value))
        elif isinstance(value, int | float) and not isinstance(value, bool) and name not in ABSCISSAS:
            yield name, float(value)
