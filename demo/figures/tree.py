"""A search as a stepped picture: places from `tree_layout`, words from `tree_story`, one message for the browser."""

from dataclasses import dataclass, replace
from typing import Any, Final

from demo.figures import tree_story
from demo.figures.bundle import Bundle, Mark, Stepper, Strip
from demo.figures.drawing import Drawing
from demo.figures.label_room import fitted
from demo.figures.style import FAINT, LABEL_SIZE, ROLE_OF_FATE, STAYING, Role, base_layout, corner_text, group_role
from demo.figures.tree_layers import LABELLED_MARKS, TreeLayers, pieces_of
from demo.figures.tree_layout import marks_in_view, place_tree
from demo.figures.walk import Node, follow_greedy, left_beam_at
from demo.wording.figure_words import TreeWords
from seq2seq_core.trace import Fate, Trace

FRAME_PX: Final = 772  # the width that the figure has on a screen of 1280: columns grow narrower to fit into it
WIDEST_COLUMN_PX: Final = 72
NARROWEST_COLUMN_PX: Final = 50
SCROLLING_COLUMN_PX: Final = 64  # a search that would not fit anyway is not squeezed
ROW_PX: Final = 26
LEFT_PX: Final = 44
RIGHT_PX: Final = 8
TOP_PX: Final = 30
BOTTOM_PX: Final = 8
HEADROOM: Final = 1.1  # rows above row 0, for its labels
FOOTROOM: Final = 0.9  # rows below the last, for the count of losers left out
BAND_LINE: Final = 0.72  # rows from the line above a band up from its first row: above the labels there
STEP_RISE_PX: Final = 13  # of the word "step" above the grid's upper left corner, beside the step numbers
RANK_ROW: Final = -0.85  # where the word "rank" stands, above the first of them


def tree_bundle(
    trace: Trace,
    words: TreeWords,
    *,
    greedy: Trace | None = None,
    opening: int | None = None,
    chosen: Node | None = None,
) -> Bundle:
    """The search to step through; `opening` is the first frame shown (None: the result), `greedy` is laid over it."""
    places = place_tree(trace)
    stops = follow_greedy(greedy, trace) if greedy else ()
    pieces = pieces_of(trace, places, greedy, stops)
    column_px = _column_px(max(column for column, _ in pieces))
    labels = fitted(pieces, column_px / LABEL_SIZE)
    picture = _Picture(words, TreeLayers(trace, words, places, greedy, stops, labels), column_px)
    *steps, result = tree_story.frames(trace, places, words)
    story = (*steps, replace(result, height=picture.kept_px))
    return Bundle(
        drawing=Drawing(picture.layers.build(), picture.layout()),
        account=" ".join((tree_story.account(trace, words), *picture.notes())),
        words=words.view,
        stepper=Stepper(story, len(story) - 1 if opening is None else opening, words.stepper),
        legend=picture.legend(),
        strip=picture.strip(),
        notes=picture.notes(),
        chosen=chosen,
    )


def _column_px(last_column: int) -> int:
    fitting = (FRAME_PX - LEFT_PX - RIGHT_PX) // (last_column + 1)
    return SCROLLING_COLUMN_PX if fitting < NARROWEST_COLUMN_PX else min(fitting, WIDEST_COLUMN_PX)


@dataclass(frozen=True, slots=True)
class _Picture:
    words: TreeWords
    layers: TreeLayers
    column_px: int

    def layout(self) -> dict[str, Any]:
        columns = self.layers.last_column
        margin = {"l": LEFT_PX, "r": RIGHT_PX, "t": TOP_PX, "b": BOTTOM_PX}
        width = LEFT_PX + RIGHT_PX + (columns + 1) * self.column_px
        height = TOP_PX + BOTTOM_PX + round(self._row_px(self.layers.last_row + FOOTROOM))
        return base_layout(width, height, margin) | {
            "xaxis": self._step_axis(columns),
            "yaxis": self._rank_axis(),
            "shapes": self._parting_lines(),
            "annotations": [
                corner_text(self.words.step_axis, STEP_RISE_PX),
                corner_text(self.words.rank_axis, -self._row_px(RANK_ROW)),
            ],
        }

    @staticmethod
    def _step_axis(columns: int) -> dict[str, Any]:
        return {
            "range": [-0.5, columns + 0.5],
            "side": "top",
            "tickvals": list(range(columns + 1)),
            "ticktext": [str(column) for column in range(columns + 1)],
            "showgrid": True,
            "gridcolor": FAINT,
            "zeroline": False,
            "fixedrange": True,
            **STAYING,
        }

    def _rank_axis(self) -> dict[str, Any]:
        ranks = self._ranks()
        return {
            "range": [self.layers.last_row + FOOTROOM, self.layers.first_row - HEADROOM],
            "tickvals": list(range(len(ranks))),
            "ticktext": ranks,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            **STAYING,
        }

    def _ranks(self) -> list[str]:
        """The ranks beside the rows; of a parted beam group and rank in it."""
        bands = self.layers.places.bands
        if len(bands) == 1:
            return [str(row + 1) for row in range(self.layers.kept_rows)]
        return [f"{group}·{row + 1}" for group, band in enumerate(bands, 1) for row in range(band.rows)]

    def _parting_lines(self) -> list[dict[str, Any]]:
        """A faint line above every band but the first."""
        line = {"color": FAINT, "width": 2}
        ends = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "layer": "below", "line": line}
        rows = [band.first - BAND_LINE for band in self.layers.places.bands[1:]]
        return [{**ends, "y0": row, "y1": row} for row in rows]

    def _row_px(self, row: float) -> float:
        """Pixels from the upper edge of the grid down to the middle of a row."""
        return (row - self.layers.first_row + HEADROOM) * ROW_PX

    @property
    def kept_px(self) -> int:
        """The height of the figure down to the last row that anything kept stands in."""
        return TOP_PX + round(self._row_px(self.layers.kept_rows - 1 + FOOTROOM))

    def strip(self) -> Strip:
        head = ((TOP_PX - STEP_RISE_PX, self.words.step_axis), (TOP_PX + self._row_px(RANK_ROW), self.words.rank_axis))
        return Strip(LEFT_PX, (*head, *((TOP_PX + self._row_px(row), rank) for row, rank in enumerate(self._ranks()))))

    def legend(self) -> tuple[Mark, ...]:
        """A line for every role that occurs, and no other."""
        words, fates = self.words, {fate for step in self.layers.trace.steps for fate in step.fate_N}
        text = {Role.FINISHED: words.finished, Role.STOPPED: words.stopped}
        text |= {Role.PRUNED: words.not_drawn if Fate.NOT_DRAWN in fates else words.pruned}
        present = {ROLE_OF_FATE[fate] for fate in fates}
        marks = self._live_legend() if Role.LIVE in present else []
        marks += [Mark(role, label) for role, label in text.items() if role in present]
        if Fate.BELOW_CUT in fates or Fate.END_BELOW_CUT in fates:
            marks.append(Mark(Role.CUT, words.cut, symbol=False))
        if self.layers.trace.hypotheses:
            marks.append(Mark(Role.BEST, words.best))
        return (*marks, *self._greedy_legend(), Mark(Role.STOP, tree_story.stop_text(self.layers.trace, words)))

    def _live_legend(self) -> list[Mark]:
        """What lives on: one line, or one for each group."""
        words, bands = self.words, self.layers.places.bands
        if len(bands) > 1:
            return [Mark(group_role(group), words.group.format(group=group + 1)) for group in range(len(bands))]
        if self.layers.trace.algorithm == "sampling":
            return [Mark(Role.DRAWN, words.drawn)]
        return [Mark(Role.LIVE, words.live)]

    def _greedy_legend(self) -> list[Mark]:
        if self.layers.greedy is None:
            return []
        marks = [Mark(Role.GREEDY, self.words.greedy)]
        left = left_beam_at(self.layers.stops)
        return [*marks, Mark(Role.LEAVES, self.words.leaves, line=False)] if left else marks

    def notes(self) -> tuple[str, ...]:
        """What must be said in words: how to read rows, greedy's fate, and that labels gave way to dots."""
        notes = [self.words.rows_of_groups] if len(self.layers.places.bands) > 1 else []
        if self.layers.greedy is not None:
            notes.append(tree_story.greedy_note(self.layers.greedy, self.layers.stops, self.words))
        if not self.layers.labelled:
            marks = marks_in_view(self.layers.places)
            notes.append(self.words.dots.format(marks=marks, limit=LABELLED_MARKS))
        return tuple(notes)
