"""What an attention heat map shows, before it is drawn: weights, labels, and how much of each source piece was read.

Sizes: T target pieces (rows), S source pieces (columns).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from demo.figures.walk import Node, fate_at
from seq2seq_core.trace import Fate, Floats, Trace, attention_rows, candidate_label, path

DROPPED_BELOW: Final = 0.2
REPEATED_ABOVE: Final = 1.8
COMPLETE: Final = frozenset({Fate.FINISHED, Fate.END_BELOW_CUT, Fate.CUT_AT_MAXIMUM})


class Reading(StrEnum):
    """How a source piece fared over the whole output."""

    DROPPED = "dropped"
    READ = "read"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """One hypothesis (or prefix) and where it looked."""

    nodes: tuple[Node, ...]  # T of them
    target: tuple[str, ...]  # T raw labels
    source: tuple[str, ...]  # S raw labels
    weights_TS: Floats
    complete: bool = True  # nothing can follow; a prefix may still read what it has not read so far

    def __post_init__(self) -> None:
        expected = (len(self.target), len(self.source))
        if self.weights_TS.shape != expected:
            raise ValueError(f"attention has {self.weights_TS.shape} rows and columns, the labels {expected}")

    @property
    def sums(self) -> list[float]:
        """The attention every source piece got from all target pieces together."""
        return [float(total) for total in self.weights_TS.sum(axis=0, dtype="float64")]

    @property
    def readings(self) -> list[Reading]:
        return [reading(total, complete=self.complete) for total in self.sums]


def align(trace: Trace, node: Node) -> Alignment | None:
    """The attention along the way to a node, pruned ones included; None where the model has none."""
    rows_TS = attention_rows(trace, *node)
    if rows_TS is None:
        return None
    nodes = tuple(path(trace, *node))
    target = tuple(candidate_label(trace, *at) for at in nodes)
    return Alignment(nodes, target, trace.source_tokens, rows_TS, complete=fate_at(trace, node) in COMPLETE)


def reading(total: float, *, complete: bool = True) -> Reading:
    """Nothing is dropped as long as there is time to read it."""
    if total < DROPPED_BELOW and complete:
        return Reading.DROPPED
    return Reading.REPEATED if total > REPEATED_ABOVE else Reading.READ
