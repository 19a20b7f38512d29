"""A search as a stepped picture: places from `tree_layout`, words from `tree_story`, one message for the browser."""

from dataclasses import dataclass
from typing import Any, Final

import plotly.graph_objects as go

from demo.figures import tree_story
from demo.figures.bundle import Bundle, Mark, Stepper, Strip
from demo.figures.style import FAINT, ROLE_OF_FATE, Role, base_layout
from demo.figures.tree_layers import LABELLED_MARKS, TreeLayers
from demo.figures.tree_layout import TreeLayout, marks_in_view, place_tree
from demo.figures.walk import Node, follow_greedy
from demo.wording.figure_words import TreeWords
from seq2seq_core.trace import Fate, Trace

COLUMN_PX: Final = 72
ROW_PX: Final = 26
LEFT_PX: Final = 44
RIGHT_PX: Final = 44
TOP_PX: Final = 50
BOTTOM_PX: Final = 8
HEADROOM: Final = 0.85  # rows above row 0, for its labels
FOOTROOM: Final = 0.5


def tree_bundle(
    trace: Trace,
    words: TreeWords,
    *,
    greedy: Trace | None = None,
    opening: int | None = None,
    chosen: Node | None = None,
) -> Bundle:
    """The search to step through; `opening` is the first frame shown (None: the result), `greedy` is laid over it."""
    picture = _Picture(trace, words, place_tree(trace), greedy)
    story = tree_story.frames(trace, words)
    return Bundle(
        figure=go.Figure(data=picture.layers.build(), layout=picture.layout()),
        account=" ".join((tree_story.account(trace, words), *picture.notes())),
        words=words.view,
        stepper=Stepper(story, len(story) - 1 if opening is None else opening, words.stepper),
        legend=picture.legend(),
        strip=picture.strip(),
        notes=picture.notes(),
        chosen=chosen,
    )


@dataclass(frozen=True, slots=True)
class _Picture:
    trace: Trace
    words: TreeWords
    places: TreeLayout
    greedy: Trace | None

    @property
    def layers(self) -> "TreeLayers":
        return TreeLayers(self.trace, self.words, self.places, self.greedy)

    def layout(self) -> dict[str, Any]:
        columns, rows = self.layers.last_column, self.layers.last_row
        margin = {"l": LEFT_PX, "r": RIGHT_PX, "t": TOP_PX, "b": BOTTOM_PX}
        width = LEFT_PX + RIGHT_PX + round((columns + 1) * COLUMN_PX)
        height = TOP_PX + BOTTOM_PX + round((rows + HEADROOM + FOOTROOM) * ROW_PX)
        return base_layout(width, height, margin) | {
            "xaxis": self._step_axis(columns),
            "yaxis": self._rank_axis(rows),
        }

    def _step_axis(self, columns: int) -> dict[str, Any]:
        return {
            "range": [-0.5, columns + 0.5],
            "side": "top",
            "tickvals": list(range(columns + 1)),
            "ticktext": [str(column) for column in range(columns + 1)],
            "title": {"text": self.words.step_axis, "standoff": 4},
            "showgrid": True,
            "gridcolor": FAINT,
            "zeroline": False,
            "fixedrange": True,
        }

    def _rank_axis(self, rows: float) -> dict[str, Any]:
        ranks = range(self.layers.kept_rows)
        return {
            "range": [rows + FOOTROOM, -HEADROOM],
            "tickvals": list(ranks),
            "ticktext": [str(rank + 1) for rank in ranks],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        }

    def strip(self) -> Strip:
        ranks = range(self.layers.kept_rows)
        rows = tuple((TOP_PX + (rank + HEADROOM) * ROW_PX, str(rank + 1)) for rank in ranks)
        return Strip(LEFT_PX, ((TOP_PX / 2, self.words.rank_axis), *rows))

    def legend(self) -> tuple[Mark, ...]:
        """A line for every role that occurs, and no other."""
        words, fates = self.words, {fate for step in self.trace.steps for fate in step.fate_N}
        text = {Role.LIVE: words.live, Role.FINISHED: words.finished, Role.STOPPED: words.stopped}
        text |= {Role.PRUNED: words.pruned}
        present = {ROLE_OF_FATE[fate] for fate in fates}
        marks = [Mark(role, label) for role, label in text.items() if role in present]
        if Fate.BELOW_CUT in fates or Fate.END_BELOW_CUT in fates:
            marks.append(Mark(Role.CUT, words.cut, symbol=False))
        if self.trace.hypotheses:
            marks.append(Mark(Role.BEST, words.best))
        return (*marks, *self._greedy_legend())

    def _greedy_legend(self) -> list[Mark]:
        if self.greedy is None:
            return []
        marks = [Mark(Role.GREEDY, self.words.greedy)]
        strays = any(stop.in_beam is None for stop in self.layers.greedy_stops)
        return [*marks, Mark(Role.LEAVES, self.words.leaves, line=False)] if strays else marks

    def notes(self) -> tuple[str, ...]:
        """What must be said in words: greedy's fate, and that labels gave way to dots."""
        notes: list[str] = []
        if self.greedy is not None:
            notes.append(tree_story.greedy_note(self.greedy, follow_greedy(self.greedy, self.trace), self.words))
        if not self.layers.labelled:
            marks = marks_in_view(self.places)
            notes.append(self.words.dots.format(marks=marks, limit=LABELLED_MARKS))
        return tuple(notes)
