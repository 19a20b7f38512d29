"""Where every node of a search sits: x is the step, the row is the rank in the beam. Positions only, no colours.

A rank grid stays ten rows high however long the search gets, where a tidy tree of its leaves would not fit any screen.
The candidates that a step kept fill the rows from 0 down, best first; its losers follow below a cut line. Row and rank
agree but for one case: an end token below the cut can outrank a kept candidate, and stands below it all the same.
Nothing moves between "expand" and "prune": the same places serve both. Links are true parents; where two links cross,
the beam was re-ranked.
"""

from dataclasses import dataclass

from demo.figures.walk import KEPT_FATES, START, Node, step_at
from seq2seq_core.trace import Fate, Trace, TraceStep

FEWEST_LOST, MOST_LOST = 5, 12  # losers that any step may show, however narrow or wide the beam
CUT_BELOW_KEPT = 0.27  # rows from the last kept candidate to the cut line: between its mark and the next row's label
ROOT_ROW = 0.0


@dataclass(frozen=True, slots=True)
class Spot:
    """One node and where it sits."""

    node: Node
    row: float
    parent: Node
    parent_row: float
    fate: Fate

    @property
    def step(self) -> int:
        return self.node[0]


@dataclass(frozen=True, slots=True)
class Column:
    """One step: what it kept, what it cut off, and the line between."""

    step: int
    kept: tuple[Spot, ...]
    lost: tuple[Spot, ...]
    cut_row: float | None  # None where nothing was pruned
    left_out: int = 0  # losers below the last one placed; the picture says how many


@dataclass(frozen=True, slots=True)
class TreeLayout:
    """All columns; `rows` is the height of the tallest one, losers included."""

    columns: tuple[Column, ...]
    rows: float

    def row_of(self, node: Node) -> float:
        """The row of any node, the start token's included."""
        if node == START:
            return ROOT_ROW
        column = self.columns[node[0] - 1]
        return next(place.row for place in (*column.kept, *column.lost) if place.node == node)


def place_tree(trace: Trace) -> TreeLayout:
    """Places for all candidates but the lowest losers: as many are placed as prefixes live on, within bounds,
    and each column says how many it leaves out."""
    widest = max((step.fate_N.count(Fate.LIVE) for step in trace.steps), default=0)
    most_lost = min(max(FEWEST_LOST, widest), MOST_LOST)
    columns: list[Column] = []
    parent_rows = {START[1]: ROOT_ROW}
    for number in range(1, len(trace.steps) + 1):
        column = _column(number, step_at(trace, number), parent_rows, most_lost)
        columns.append(column)
        parent_rows = {place.node[1]: place.row for place in column.kept}
    return TreeLayout(tuple(columns), max((_height(column) for column in columns), default=1.0))


def _column(number: int, step: TraceStep, parent_rows: dict[int, float], most_lost: int) -> Column:
    order = sorted(range(len(step.token_N)), key=lambda index: (int(step.rank_N[index]), index))
    kept = [index for index in order if step.fate_N[index] in KEPT_FATES]
    lost = [index for index in order if step.fate_N[index] not in KEPT_FATES]

    def place(index: int, row: int) -> Spot:
        parent = int(step.parent_N[index])
        return Spot((number, index), float(row), (number - 1, parent), parent_rows[parent], step.fate_N[index])

    return Column(
        number,
        kept=tuple(place(index, row) for row, index in enumerate(kept)),
        lost=tuple(place(index, row) for row, index in enumerate(lost[:most_lost], start=len(kept))),
        cut_row=len(kept) - 1 + CUT_BELOW_KEPT if lost else None,
        left_out=max(0, len(lost) - most_lost),
    )


def _height(column: Column) -> float:
    return max((place.row + 1 for place in (*column.kept, *column.lost)), default=1.0)


def marks_in_view(layout: TreeLayout) -> int:
    """The most marks that are ever drawn at once: all kept candidates and the losers of one step."""
    kept = sum(len(column.kept) for column in layout.columns)
    return kept + max((len(column.lost) for column in layout.columns), default=0)
