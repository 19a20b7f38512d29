"""Traces in the text of a file, which may come from anybody: found, read and checked, and nothing else."""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np

from seq2seq_core.errors import TraceError

from .check import check
from .codec import from_json
from .data import Trace

NONE: Final = "null"  # where decode had an empty line
# Of hostile numbers: out of every range, yet of the right type. Of hostile nesting: deeper than the interpreter goes.
_OVERTAXED: Final = (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON text and the line it begins at."""

    line: int
    text: str


def read(text: str) -> Trace:
    """The trace of a document, checked.

    Raises:
        TraceError: the text is no trace, or one that contradicts itself.
    """
    try:
        with np.errstate(all="ignore"):
            trace = from_json(text)
            check(trace)
    except _OVERTAXED as error:
        raise TraceError(f"cannot be checked: {type(error).__name__}: {error}") from error
    return trace


def documents(text: str) -> list[Document]:
    """The documents of a file: one for each line where a line is one by itself, else the whole."""
    lines = [Document(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > 1 and not _is_json(text) and any(_is_document(line.text) for line in lines):
        return lines
    return [Document(lines[0].line, text)] if lines else []


def _is_document(line: str) -> bool:
    """Whether a line is null or an object; a broken file may have a line of numbers too."""
    text = line.strip()
    return text == NONE or (text.startswith("{") and text.endswith("}") and _is_json(text))


def _is_json(text: str) -> bool:
    with suppress(ValueError, RecursionError):
        json.loads(text)
        return True
    return False
