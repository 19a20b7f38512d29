"""What the page remembers of one visitor."""

from dataclasses import dataclass, replace

from demo.figures.walk import START, Node
from demo.service import Decoded


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """The last result and the node of its beam search that is selected."""

    decoded: Decoded | None = None
    node: Node = START

    def at(self, node: Node) -> "Visit":
        return replace(self, node=node)


def arrived(decoded: Decoded) -> Visit:
    """A fresh result: its best output is selected."""
    if not decoded.beam.hypotheses:
        return Visit(decoded)
    best = decoded.beam.hypotheses[0]
    return Visit(decoded, (best.step, best.index))
