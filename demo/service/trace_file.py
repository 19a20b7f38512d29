"""A trace out of a visitor's file: within limits, checked by the core's own `check`, and needing no model."""

from dataclasses import dataclass
from typing import Final

from seq2seq_core.errors import TraceError
from seq2seq_core.trace import Trace
from seq2seq_core.trace.documents import NONE, documents, read

from .problems import Problem, RequestError

LARGEST_FILE: Final = 4_000_000  # characters
MOST_STEPS: Final = 512
MOST_CANDIDATES: Final = 20_000
MOST_PIECES: Final = 512
LONGEST_REASON: Final = 400


@dataclass(frozen=True, slots=True, eq=False)
class OpenedTrace:
    """A trace, and how many its file has."""

    trace: Trace
    count: int = 1


def open_trace(text: object) -> OpenedTrace:
    """The first trace of a file's text.

    Raises:
        RequestError: no text, too large to read or to draw, no trace, or one that contradicts itself.
    """
    if not isinstance(text, str):
        raise RequestError(Problem.TRACE, {"reason": type(text).__name__})
    check_size(len(text))
    found = [each for each in documents(text.removeprefix("\ufeff")) if each.text.strip() != NONE]
    if not found:
        raise RequestError(Problem.NO_TRACE)
    try:
        trace = read(found[0].text)
    except TraceError as error:
        raise RequestError(Problem.TRACE, {"reason": str(error)[:LONGEST_REASON]}) from error
    _check_drawable(trace)
    return OpenedTrace(trace, len(found))


def check_size(characters: int) -> None:
    """Whether a file may be read at all.

    Raises:
        RequestError: it is too large.
    """
    if characters > LARGEST_FILE:
        raise RequestError(Problem.TRACE_TOO_LARGE, {"limit": f"{LARGEST_FILE:,}", "found": f"{characters:,}"})


def _check_drawable(trace: Trace) -> None:
    found = {
        "steps": len(trace.steps),
        "candidates": sum(len(step.fate_N) for step in trace.steps),
        "pieces": len(trace.source_tokens),
    }
    limits = {"most_steps": MOST_STEPS, "most_candidates": MOST_CANDIDATES, "most_pieces": MOST_PIECES}
    if any(size > limit for size, limit in zip(found.values(), limits.values(), strict=True)):
        raise RequestError(Problem.TRACE_TOO_WIDE, {**found, **limits})
