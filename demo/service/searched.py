"""One search of one model over one source: what was asked, and what came of it."""

from dataclasses import dataclass

from seq2seq_core.options import SearchOptions
from seq2seq_core.trace import Hypothesis, Trace

from .gallery import GalleryEntry


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A source and a search; a maximum length of None follows the length of the source."""

    text: str
    options: SearchOptions
    model: str = ""  # a name in the gallery; empty: the first one


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """The search as a trace, and how long it took by the clock on the wall."""

    request: SearchRequest
    entry: GalleryEntry
    trace: Trace
    seconds: float
    from_cache: bool = False  # then the seconds are those of the first time

    @property
    def best(self) -> Hypothesis | None:
        """The winner; None where the search has no output."""
        return self.trace.hypotheses[0] if self.trace.hypotheses else None

    @property
    def prefixes(self) -> int:
        """How many prefixes were continued: what a search costs, whatever the machine."""
        return sum(len(step.expanded_E) for step in self.trace.steps)
