"""The outputs of a search as a tree that reads like text: places from `trie_layout`, one message for the browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from demo.figures import tree_story
from demo.figures.bundle import Bundle, Mark
from demo.figures.drawing import Drawing
from demo.figures.labels import escaped, full_label, number, width_em
from demo.figures.layers import Line, PlotlyTrace, Point, Span, lines, points, text
from demo.figures.ledger import field, ledger_template, ledger_values
from demo.figures.style import GROUP_ROLES, LABEL_SIZE, ROLE_OF_FATE, Role, base_layout, group_role
from demo.figures.trie_layout import START_LABEL, Dead, Leaf, Stretch, TrieLayout, Word, place_trie
from demo.figures.walk import START, Node, best_path, fate_at
from demo.wording.figure_words import FigureWords
from seq2seq_core.trace import Fate, Trace, candidate_label

ROW_PX: Final = 46
EDGE_PX: Final = 8
HEADROOM: Final = 0.75  # rows above row 0, for its labels
FOOTROOM: Final = 0.75
FORK_AT_PX: Final = 28  # from the end of a stretch to where its forks turn: behind the count below it
GROUP_ASIDE_PX: Final = 4  # so far apart run the forks of two groups
DEAD_BELOW: Final = 0.4  # rows
LEAF_GAP_PX: Final = 18
ALWAYS: Final = Span(0, 0)  # there are no steps here


def trie_bundle(trace: Trace, words: FigureWords, *, chosen: Node | None = None) -> Bundle:
    """The outputs, what they share and where they part."""
    picture = _Picture(trace, words, place_trie(trace))
    return Bundle(
        drawing=Drawing(picture.build(), picture.layout()),
        account=picture.account(),
        words=words.tree.view,
        legend=picture.legend(),
        notes=picture.notes(),
        chosen=chosen,
    )


@dataclass(frozen=True, slots=True)
class _Picture:
    trace: Trace
    words: FigureWords
    places: TrieLayout

    def build(self) -> list[PlotlyTrace]:
        """Lines below marks."""
        return [*self._lines(), *self._best(), *self._dead(), *self._words(), *self._leaf_texts()]

    def layout(self) -> dict[str, Any]:
        rows = max(1, len(self.places.leaves))
        texts = [(leaf.stretch.right, self._leaf_text(leaf)) for leaf in self.places.leaves]
        right = max((x + LEAF_GAP_PX + width_em(text_) * LABEL_SIZE for x, text_ in texts), default=self.places.right)
        height = round((rows - 1 + HEADROOM + FOOTROOM) * ROW_PX)
        hidden = {"visible": False, "fixedrange": True}
        margin = {"l": EDGE_PX, "r": EDGE_PX, "t": 0, "b": 0}
        return base_layout(round(right) + 2 * EDGE_PX, height, margin) | {
            "xaxis": {"range": [0, right], **hidden},
            "yaxis": {"range": [rows - 1 + FOOTROOM, -HEADROOM], **hidden},
        }

    def _role(self, stretch: Stretch) -> Role:
        if stretch.group is not None:
            return group_role(stretch.group)
        return Role.DRAWN if self.trace.algorithm == "sampling" else Role.LIVE

    def _lines(self) -> Iterator[PlotlyTrace]:
        for role in dict.fromkeys(map(self._role, self.places.stretches)):
            mine = [stretch for stretch in self.places.stretches if self._role(stretch) == role]
            # Siblings share the first part of their fork: drawn twice it would look thicker.
            yield lines(list(dict.fromkeys(line for stretch in mine for line in _corners(stretch))), role, ALWAYS)

    def _best(self) -> Iterator[PlotlyTrace]:
        """The way of the best output."""
        if not self.places.leaves:
            return
        leaf = next(leaf for leaf in self.places.leaves if leaf.place == 0)
        way: list[Line] = []
        at: Stretch | None = leaf.stretch
        while at is not None:
            way += _corners(at)
            at = at.parent
        yield lines(way, Role.BEST, ALWAYS)

    def _words(self) -> Iterator[PlotlyTrace]:
        """Marks with their tokens, step by step: a step's ledgers have much in common."""
        by_step: dict[int, list[tuple[Word, Stretch]]] = {}
        folds: list[Point] = []
        for stretch in self.places.stretches:
            for word in stretch.words:
                if word.folded:
                    folds.append(self._fold(word, stretch))
                else:
                    by_step.setdefault(word.node[0], []).append((word, stretch))
        if folds:
            yield points(folds, ALWAYS, hover=_only_token())
        for step, found in sorted(by_step.items()):
            marks = [self._mark(word, stretch) for word, stretch in found]
            hover = ledger_template(self.trace, step, self.words.tree.ledger) if step else _only_token()
            yield points(marks, ALWAYS, hover=hover)

    def _mark(self, word: Word, stretch: Stretch) -> Point:
        if word.node == START:
            label = full_label(START_LABEL)
            return Point(word.x, word.row, label, self._role(stretch), START, (label,))
        fate = fate_at(self.trace, word.node)
        role = self._role(stretch) if fate is Fate.LIVE else ROLE_OF_FATE[fate]
        if word.node == (best_path(self.trace) or (None,))[-1]:
            role = Role.BEST
        values = ledger_values(self.trace, word.node, self.words.tree.ledger)
        return Point(word.x, word.row, escaped(word.label), role, word.node, values)

    def _fold(self, word: Word, stretch: Stretch) -> Point:
        """Says the tokens that it stands for when it is pointed at."""
        tokens = " ".join(full_label(candidate_label(self.trace, *node)) for node in word.folded)
        return Point(word.x, word.row, escaped(word.label), self._role(stretch), word.node, (tokens,))

    def _dead(self) -> Iterator[PlotlyTrace]:
        """What was folded: a stub below the stretch that it left from, with its count."""
        found = [(stretch, stretch.dead) for stretch in self.places.stretches if stretch.dead is not None]
        if not found:
            return
        stubs = [(x := stretch.words[-1].x, stretch.row, x, stretch.row + DEAD_BELOW) for stretch, _ in found]
        yield lines(stubs, Role.PRUNED, ALWAYS)
        marks = [
            Point(x, below, f"+{dead.count}", Role.PRUNED, dead.closest, (self._dead_text(dead),))
            for (x, _, _, below), (_, dead) in zip(stubs, found, strict=True)
        ]
        yield points(marks, ALWAYS, hover=_only_token()) | {"textposition": "middle right"}

    def _dead_text(self, dead: Dead) -> str:
        words = self.words.trie
        token = full_label(candidate_label(self.trace, *dead.closest))
        parts = [words.dead_fates[fate].format(count=count) for fate, count in dead.fates]
        closest = words.dead_closest.format(token=token, step=dead.closest[0])
        return "<br>".join((words.dead_head.format(count=dead.count), *parts, closest))

    def _leaf_texts(self) -> Iterator[PlotlyTrace]:
        """Behind the end of each output, in sight where the end is."""
        for leaf in self.places.leaves:
            x = leaf.stretch.right + LEAF_GAP_PX
            yield text(x, leaf.stretch.row, self._leaf_text(leaf), ALWAYS) | {"textposition": "middle right"}

    def _leaf_text(self, leaf: Leaf) -> str:
        words, output = self.words.trie, self.trace.hypotheses[leaf.place]
        fields: dict[str, Any] = {"rank": leaf.place + 1, "score": number(output.score)}
        if leaf.stretch.group is not None:
            return words.leaf_group.format(**fields, group=leaf.stretch.group + 1)
        draws_N = self.trace.steps[output.step - 1].draws_N
        if draws_N is not None:
            return words.leaf_draws.format(**fields, draws=int(draws_N[output.index]))
        return words.leaf.format(**fields)

    def legend(self) -> tuple[Mark, ...]:
        tree, trie = self.words.tree, self.words.trie
        roles = dict.fromkeys(map(self._role, self.places.stretches))
        groups = sorted({stretch.group for stretch in self.places.stretches if stretch.group is not None})
        marks = [Mark(group_role(group), tree.group_tokens.format(group=group + 1)) for group in groups]
        marks = marks or [Mark(role, trie.tokens) for role in roles]
        fates = {each.fate for each in self.trace.hypotheses}
        ends = {Fate.FINISHED: tree.finished, Fate.CUT_AT_MAXIMUM: tree.stopped}
        marks += [Mark(ROLE_OF_FATE[fate], label, line=False) for fate, label in ends.items() if fate in fates]
        marks += [Mark(Role.BEST, tree.best)] if self.trace.hypotheses else []
        return (*marks, Mark(Role.PRUNED, trie.dead))

    def notes(self) -> tuple[str, ...]:
        tree, trie = self.words.tree, self.words.trie
        notes = [trie.note]
        if self.places.left_out:
            notes.append(trie.left_out.format(count=self.places.left_out, shown=len(self.places.leaves)))
        ending = tree_story.stop_text(self.trace, tree)
        return (*notes, ending[0].upper() + ending[1:])

    def account(self) -> str:
        shown, outputs = len(self.places.leaves), self.trace.hypotheses
        head = self.words.trie.account.format(shown=shown, finished=len(outputs), source=self.trace.source)
        lines_ = [f"{self._leaf_text(leaf)}: “{outputs[leaf.place].text}”." for leaf in self.places.leaves]
        return " ".join((head, *lines_))


def _only_token() -> str:
    return f"{field('token')}<extra></extra>"


def _corners(stretch: Stretch) -> list[Line]:
    """The fork from the parent, turned at right angles, and the stretch itself."""
    along = (stretch.left, stretch.row, stretch.right, stretch.row)
    parent = stretch.parent
    if parent is None:
        return [along]
    turn = parent.right + FORK_AT_PX - GROUP_ASIDE_PX * ((stretch.group or 0) % len(GROUP_ROLES))
    way = [(parent.right, parent.row, turn, parent.row), (turn, parent.row, turn, stretch.row)]
    return [*way, (turn, stretch.row, stretch.left, stretch.row), along]
