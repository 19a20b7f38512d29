"""What an attention heat map shows, before it is drawn: weights, labels, and how much of each source piece was read.

Sizes: T target pieces (rows), S source pieces (columns).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from demo.figures.evidence import Window, final_coverage, generate_along, heads_along, window_along
from demo.figures.heads import Head
from demo.figures.walk import Node, fate_at
from seq2seq_core.trace import HELD_FATES, Fate, Floats, Trace, attention_rows, candidate_label, path

DROPPED_BELOW: Final = 0.2
REPEATED_ABOVE: Final = 1.8
COMPLETE: Final = frozenset({Fate.FINISHED, Fate.END_BELOW_CUT, Fate.CUT_AT_MAXIMUM, *HELD_FATES})


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
    head: Head | None = None  # None: the mean of all heads
    window: Window | None = None  # of local attention
    generate_T: tuple[float, ...] | None = None  # p_gen of a pointer-generator
    coverage_S: tuple[float, ...] | None = None  # after the last step, of a model that keeps one

    def __post_init__(self) -> None:
        expected = (len(self.target), len(self.source))
        if self.weights_TS.shape != expected:
            raise ValueError(f"attention has {self.weights_TS.shape} rows and columns, the labels {expected}")

    @property
    def sums(self) -> list[float]:
        """The attention every source piece got over the whole output; the coverage, where the model keeps it."""
        if self.coverage_S is not None:
            return list(self.coverage_S)
        return [float(total) for total in self.weights_TS.sum(axis=0, dtype="float64")]

    @property
    def readings(self) -> list[Reading]:
        return [reading(total, complete=self.complete) for total in self.sums]


def align(trace: Trace, node: Node, head: Head | None = None) -> Alignment | None:
    """The attention along the way to a node, pruned ones included; None where the model has none.

    Of one head, or (None) of all heads on average.

    Raises:
        ValueError: the trace does not tell this head from others.
    """
    rows_TS = attention_rows(trace, *node) if head is None else _head_rows(trace, node, head)
    if rows_TS is None:
        return None
    nodes = tuple(path(trace, *node))
    return Alignment(
        nodes,
        tuple(candidate_label(trace, *at) for at in nodes),
        trace.source_tokens,
        rows_TS,
        complete=fate_at(trace, node) in COMPLETE,
        head=head,
        window=window_along(trace, node),
        generate_T=generate_along(trace, node),
        coverage_S=final_coverage(trace, node) if head is None else None,
    )


def _head_rows(trace: Trace, node: Node, head: Head) -> Floats:
    rows_TLHS = heads_along(trace, node)
    if rows_TLHS is None:
        raise ValueError(f"the trace has no single heads, got {head}")
    _, layers, heads, _ = rows_TLHS.shape
    if not (0 <= head.layer < layers and 0 <= head.head < heads):
        raise ValueError(f"the trace has {layers} layers of {heads} heads, got {head}")
    return rows_TLHS[:, head.layer, head.head]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a row's local attention looks, in columns, cut off at the ends of the source."""

    row: int
    left: float
    right: float


def reaches(window: Window, source_size: int) -> tuple[Reach, ...]:
    """The window of every row, [p_t - D, p_t + D]; none where the trace does not state D."""
    if window.half_width is None:
        return ()
    first, last = -0.5, source_size - 0.5
    return tuple(
        Reach(row, max(first, centre - window.half_width), min(last, centre + window.half_width))
        for row, centre in enumerate(window.centres_T)
    )


def reading(total: float, *, complete: bool = True) -> Reading:
    """Nothing is dropped as long as there is time to read it."""
    if total < DROPPED_BELOW and complete:
        return Reading.DROPPED
    return Reading.REPEATED if total > REPEATED_ABOVE else Reading.READ
