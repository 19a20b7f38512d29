"""What the attention over a picture shows, before it is drawn: weights by token, row and column of patches.

Sizes: T target tokens, S patches (row by row).
"""

from dataclasses import dataclass

from demo.figures.heatmap_layout import align
from demo.figures.walk import START, Node
from seq2seq_core.trace import Floats, Trace


@dataclass(frozen=True, slots=True, eq=False)
class PatchAttention:
    """Where an output, or a prefix of one, looked in its picture."""

    nodes: tuple[Node, ...]  # T of them
    target: tuple[str, ...]  # T raw labels
    labels: tuple[str, ...]  # S raw labels
    weights_TS: Floats
    rows: int
    columns: int

    @property
    def highest(self) -> float:
        """The largest weight of all: what the scale ends at."""
        return float(self.weights_TS.max())

    def weights(self, row: int) -> list[list[float]]:
        """The patches of one token, as they lie in the picture."""
        lines: list[list[float]] = self.weights_TS[row].reshape(self.rows, self.columns).tolist()
        return lines


def patches(trace: Trace, node: Node) -> PatchAttention | None:
    """The attention along the way to a node; None where the trace has none, or no grid of patches, or at the start."""
    alignment = None if node == START or trace.grid is None else align(trace, node)
    if alignment is None or trace.grid is None:
        return None
    rows, columns = trace.grid
    return PatchAttention(alignment.nodes, alignment.target, alignment.source, alignment.weights_TS, rows, columns)
