"""The outputs of a search as one tree: what they share is written once.

Every place is a node of the search, so every link is a true parent's; two groups that write the same stay apart. A row
is an output; of what parts somewhere the better output comes first, and what they share stands in its row. From left
to right tokens stand as in a text, in pixels: they can be read, but for the middle of a long stretch, which would push
the forks behind it out of sight. What led to no output is not drawn but counted, at the stretch it left from.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from demo.figures.labels import visible, width_em
from demo.figures.style import LABEL_SIZE
from demo.figures.walk import START, Node, fate_at
from seq2seq_core.trace import Fate, Trace, candidate_label, group_of, path

MOST_LEAVES: Final = 20
START_LABEL: Final = "<s>"
WORD_GAP_PX: Final = 9
FORK_PX: Final = 34  # between the end of a stretch and the first token of what follows it
LONGEST_STRETCH: Final = 10  # tokens; of a longer one the middle is folded
FOLD_HEAD, FOLD_TAIL = 4, 3  # tokens that stay on either side
NARROWEST_PX: Final = 12  # of a token: its mark


@dataclass(frozen=True, slots=True)
class Word:
    """One token on its place, or several folded into one, the last of them its node; x is the middle of it."""

    node: Node
    x: float
    row: int
    label: str
    folded: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Dead:
    """What left a stretch and led to no output: how many candidates, how many of each fate, and the closest of them."""

    count: int
    fates: tuple[tuple[Fate, int], ...]
    closest: Node


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tokens that follow one another without a fork."""

    words: tuple[Word, ...]
    left: float
    right: float
    row: int
    parent: "Stretch | None"
    dead: Dead | None
    group: int | None  # None: shared by all, or not parted


@dataclass(frozen=True, slots=True)
class Leaf:
    """An output: its place among the hypotheses, from 0, and the stretch it ends."""

    place: int
    stretch: Stretch


@dataclass(frozen=True, slots=True)
class TrieLayout:
    """Stretches from the start on, parents before children; outputs from top to bottom."""

    stretches: tuple[Stretch, ...]
    leaves: tuple[Leaf, ...]
    left_out: int  # outputs beyond the last row

    @property
    def right(self) -> float:
        return max(stretch.right for stretch in self.stretches)


def place_trie(trace: Trace) -> TrieLayout:
    """Places for the best outputs of a search, and the counts of what is not drawn."""
    shown = trace.hypotheses[:MOST_LEAVES]
    places = {(each.step, each.index): place for place, each in enumerate(shown)}
    children: dict[Node, list[Node]] = {START: []}
    for node in places:
        before = START
        for at in path(trace, *node):
            if at not in children:
                children[at] = []
                children[before].append(at)
            before = at
    beyond = {at for each in trace.hypotheses[MOST_LEAVES:] for at in path(trace, each.step, each.index)}
    placer = _Placer(trace, children, _dead(trace, children, beyond), places, [], [])
    placer.place(START, None)
    leaves = sorted(placer.leaves, key=lambda leaf: leaf.stretch.row)
    return TrieLayout(tuple(placer.stretches), tuple(leaves), len(trace.hypotheses) - len(shown))


def _dead(trace: Trace, children: Mapping[Node, Sequence[Node]], beyond: Set[Node]) -> dict[Node, list[Node]]:
    """By node of the trie, the candidates that left it there and led to no output, with all that came of them."""
    found: dict[Node, list[Node]] = {}
    anchors: list[Node] = [START]  # by candidate of the step before; ROOT, -1, is the last one too
    for number, step in enumerate(trace.steps, 1):
        here: list[Node] = []
        for index, parent in enumerate(step.parent_N.tolist()):
            node = (number, index)
            anchor = node if node in children else anchors[parent]
            here.append(anchor)
            if anchor != node and node not in beyond:
                found.setdefault(anchor, []).append(node)
        anchors = here
    return found


@dataclass(frozen=True, slots=True)
class _Placer:
    """Fills `stretches` and `leaves`, depth first; children come in the order of their best outputs."""

    trace: Trace
    children: Mapping[Node, Sequence[Node]]
    dead: Mapping[Node, Sequence[Node]]
    places: Mapping[Node, int]
    stretches: list[Stretch]
    leaves: list[Leaf]

    def place(self, first: Node, parent: Stretch | None) -> None:
        nodes = [first]
        while len(following := self.children[nodes[-1]]) == 1:
            nodes.append(following[0])
        stretch = self._stretch(nodes, parent)
        self.stretches.append(stretch)
        if nodes[-1] in self.places:
            self.leaves.append(Leaf(self.places[nodes[-1]], stretch))
        for child in following:
            self.place(child, stretch)

    def _stretch(self, nodes: Sequence[Node], parent: Stretch | None) -> Stretch:
        left = right = parent.right + FORK_PX if parent else 0.0
        row, words = len(self.leaves), []
        for part in _parts(nodes):
            label = f"⋯ {len(part)} ⋯" if len(part) > 1 else self._label(part[0])
            width = max(NARROWEST_PX, width_em(label) * LABEL_SIZE)
            words.append(Word(part[-1], right + width / 2, row, label, tuple(part) if len(part) > 1 else ()))
            right += width + WORD_GAP_PX
        dead = self._dead_of([each for node in nodes for each in self.dead.get(node, ())])
        return Stretch(tuple(words), left, right - WORD_GAP_PX, row, parent, dead, self._group_of(nodes[-1]))

    def _label(self, node: Node) -> str:
        return visible(START_LABEL if node == START else candidate_label(self.trace, *node))

    def _group_of(self, node: Node) -> int | None:
        if node == START or self.trace.steps[node[0] - 1].group_N is None:
            return None
        return int(group_of(self.trace.steps[node[0] - 1])[node[1]])

    def _dead_of(self, nodes: Sequence[Node]) -> Dead | None:
        if not nodes:
            return None
        fates = [fate_at(self.trace, node) for node in nodes]
        counts = tuple((fate, fates.count(fate)) for fate in Fate if fate in fates)
        return Dead(len(nodes), counts, min(nodes, key=self._distance))

    def _distance(self, node: Node) -> tuple[bool, float, Node]:
        """How narrowly a candidate was pruned; what lived on for a while comes last."""
        step, fate = self.trace.steps[node[0] - 1], fate_at(self.trace, node)
        return fate is Fate.LIVE, float(step.margin_N[node[1]]), node


def _parts(nodes: Sequence[Node]) -> list[Sequence[Node]]:
    """The tokens of a stretch one by one, the middle of a long one in one piece."""
    if len(nodes) <= LONGEST_STRETCH:
        return [[node] for node in nodes]
    head, tail = nodes[:FOLD_HEAD], nodes[-FOLD_TAIL:]
    return [*([node] for node in head), nodes[FOLD_HEAD:-FOLD_TAIL], *([node] for node in tail)]
