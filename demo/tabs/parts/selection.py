"""What the page remembers of one visitor: the last result, and the node of one of its searches that is selected."""

from dataclasses import dataclass, replace

from demo.figures.walk import START, Node
from demo.service import Decoded
from seq2seq_core.trace import Hypothesis, Trace


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """A node of the beam search, or of greedy's own search."""

    decoded: Decoded
    node: Node = START
    greedy: bool = False

    @property
    def trace(self) -> Trace:
        return self.decoded.greedy if self.greedy else self.decoded.beam

    @property
    def sampled(self) -> bool:
        """Whether it is a node of a sample."""
        return self.greedy and self.decoded.is_sampled

    @property
    def beam_node(self) -> Node | None:
        """The node as the tree and the table know it: they show the beam search alone."""
        return None if self.greedy else self.node

    @property
    def card(self) -> int | None:
        """Which card's output is selected: greedy's (0), the beam's (1) or none."""
        ends = self.trace.hypotheses[:1]
        return 1 - self.greedy if ends and self.node == end_of(ends[0]) else None

    def at(self, node: Node) -> "Selection":
        """Another node of the same search."""
        return replace(self, node=node)

    def in_beam(self, node: Node) -> "Selection":
        return replace(self, node=node, greedy=False)


def end_of(hypothesis: Hypothesis) -> Node:
    """The node at which a hypothesis ended."""
    return hypothesis.step, hypothesis.index


def winner(decoded: Decoded, *, greedy: bool = False) -> Selection:
    """The best output of a search; the start token where there is none. A fresh result has the beam's selected."""
    start = Selection(decoded, greedy=greedy)
    ends = start.trace.hypotheses[:1]
    return start.at(end_of(ends[0])) if ends else start
