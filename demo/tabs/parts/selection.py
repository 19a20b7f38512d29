"""What the page remembers of one visitor: the last result, and what of it is selected.

A node of one of its searches is selected: its output, or prefix, is what most of the page shows. One token on the way
there may be looked at more closely, and of a model with several heads one head, or all of them on average.
"""

from dataclasses import dataclass, replace
from typing import Final

from demo.figures.heads import Choice, default_choice, heads_of
from demo.figures.walk import START, Node, fate_at
from demo.service import Decoded
from seq2seq_core.trace import HELD_FATES, Fate, Hypothesis, Trace, path

END_FATES: Final = frozenset({Fate.FINISHED, Fate.END_BELOW_CUT, *HELD_FATES})


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """A node of the beam search, or of greedy's own search."""

    decoded: Decoded
    node: Node = START
    greedy: bool = False
    token: Node | None = None  # looked at more closely; None: the node itself
    head: Choice = None  # whose attention is shown; it stays as long as the result does
    own: Decoded | None = None  # where the search was changed: the model's own, to compare with

    @property
    def focus(self) -> Node:
        """The token that the side panel shows."""
        return self.token or self.node

    @property
    def trace(self) -> Trace:
        return self.decoded.greedy if self.greedy else self.decoded.beam

    @property
    def is_complete(self) -> bool:
        """Whether the node is an end token, pruned or not."""
        return self.node != START and fate_at(self.trace, self.node) in END_FATES

    @property
    def written(self) -> tuple[int, ...]:
        """The tokens on the way to the node, the end token left out."""
        nodes = [] if self.node == START else path(self.trace, *self.node)
        tokens = tuple(int(self.trace.steps[step - 1].token_N[index]) for step, index in nodes)
        return tokens[:-1] if self.is_complete else tokens

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
        return replace(self, node=node, token=None)

    def in_beam(self, node: Node) -> "Selection":
        return replace(self, node=node, token=None, greedy=False)

    def card_at(self, *, greedy: bool) -> "Selection":
        """The best output of a search; the start token where there is none."""
        searched = replace(self, greedy=greedy)
        ends = searched.trace.hypotheses[:1]
        return searched.at(end_of(ends[0]) if ends else START)

    def closer(self, token: Node) -> "Selection":
        """The same output, one of its tokens looked at more closely."""
        return replace(self, token=token)

    def by(self, head: Choice) -> "Selection":
        """The same with another head, or (None) all of them on average."""
        return replace(self, head=head)


def end_of(hypothesis: Hypothesis) -> Node:
    """The node at which a hypothesis ended."""
    return hypothesis.step, hypothesis.index


def winner(decoded: Decoded, *, greedy: bool = False, own: Decoded | None = None) -> Selection:
    """The best output of a search; a fresh result has the beam's selected, seen by its sharpest head."""
    ends = decoded.beam.hypotheses[:1]
    choice = default_choice(decoded.beam, ends[0]) if ends and len(heads_of(decoded.beam)) > 1 else None
    return Selection(decoded, head=choice, own=own).card_at(greedy=greedy)
