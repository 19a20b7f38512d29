"""What a model reads, and which texts are such a source. A picture is a text too (`seq2seq_core.pictures`)."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from seq2seq_core.errors import InputError
from seq2seq_core.pictures import parse_picture

from .problems import Problem, RequestError

MAXIMUM_CHARACTERS: Final = 400
LONGEST_TABLE: Final = 8_000  # characters


class SourceKind(StrEnum):
    """What a model reads; the page has an input for each."""

    TEXT = "text"
    LABEL = "label"  # one of a few classes
    PICTURE = "picture"
    TABLE = "table"  # a printed table of probabilities, which is the model itself
    NONE = "none"  # a language model reads nothing


def check_source(text: object, kind: SourceKind) -> None:
    """Whether a model that reads this kind can be asked about the text.

    Raises:
        RequestError: it cannot.
    """
    if not isinstance(text, str) or any("\ud800" <= character <= "\udfff" for character in text):
        raise RequestError(Problem.NOT_TEXT)
    if kind is SourceKind.NONE:
        return
    if not text.strip():
        raise RequestError(Problem.EMPTY)
    if kind in _READERS:
        _check_readable(text, _READERS[kind])
    elif len(text) > MAXIMUM_CHARACTERS:
        raise RequestError(Problem.TOO_LONG, {"limit": MAXIMUM_CHARACTERS, "found": len(text)})


def _read_table(text: str) -> object:
    from seq2seq_core.printed import parse_table  # noqa: PLC0415 - it loads torch, which takes seconds

    return parse_table(text)


_READERS: Final[Mapping[SourceKind, Callable[[str], object]]] = {
    SourceKind.PICTURE: parse_picture,
    SourceKind.TABLE: _read_table,
}


def _check_readable(text: str, read: Callable[[str], object]) -> None:
    try:
        read(text)
    except InputError as error:
        raise RequestError(Problem.REFUSED, {"reason": str(error)}) from error
