"""What an attention heat map shows, before it is drawn: weights, labels, and how much of each source piece was read.

Sizes: T target pieces (rows), S source pieces (columns).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from demo.figures.walk import Node
from seq2seq_core.trace import Floats, Trace, attention_rows, candidate_label, path

DROPPED_BELOW: Final = 0.2
REPEATED_ABOVE: Final = 1.8


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

    def __post_init__(self) -> None:
        expected = (len(self.target), len(self.source))
        if self.weights_TS.shape != expected:
            raise ValueError(f"attention has {self.weights_TS.shape} rows and columns, the labels {expected}")

    @property
    def sums(self) -> list[float]:
        """The attention every source piece got from all target pieces together."""
        return [float(total) for total in self.weights_TS.sum(axis=0, dtype="float64")]


def align(trace: Trace, node: Node) -> Alignment | None:
    """The attention along the way to a node, pruned ones included; None where the model has none."""
    rows_TS = attention_rows(trace, *node)
    if rows_TS is None:
        return None
    nodes = tuple(path(trace, *node))
    return Alignment(nodes, tuple(candidate_label(trace, *at) for at in nodes), trace.source_tokens, rows_TS)


def reading(total: float) -> Reading:
    if total < DROPPED_BELOW:
        return Reading.DROPPED
    return Reading.REPEATED if total > REPEATED_ABOVE else Reading.READ
