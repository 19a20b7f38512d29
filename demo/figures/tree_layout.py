"""Where every node of a search sits: x is the step, the row is the rank in the beam. Positions only, no colours.

A rank grid stays ten rows high however long the search gets, where a tidy tree of its leaves would not fit any screen.
The candidates that a step kept fill the rows from 0 down, best first; its losers follow below a cut line. Row and rank
agree but for one case: an end token below the cut can outrank a kept candidate, and stands below it all the same.
Nothing moves between "expand" and "prune": the same places serve both. Links are true parents; where two links cross,
the beam was re-ranked. Each group of a parted beam has a band of rows of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from demo.figures.walk import KEPT_FATES, START, Node, step_at
from seq2seq_core.trace import Fate, Trace, TraceStep, group_of

FEWEST_LOST, MOST_LOST = 5, 12  # losers that any step may show, however narrow or wide the beam
CUT_BELOW_KEPT = 0.27  # rows from the last kept candidate to the cut line: between its mark and the next row's label
ROOT_ROW = 0.0
CUT_FATES = frozenset({Fate.BELOW_CUT, Fate.END_BELOW_CUT})


@dataclass(frozen=True, slots=True)
class Spot:
    """One node and where it sits."""

    node: Node
    row: float
    parent: Node
    parent_row: float
    fate: Fate
    group: int = 0  # of a parted beam

    @property
    def step(self) -> int:
        return self.node[0]


@dataclass(frozen=True, slots=True)
class Column:
    """One step: what it kept, what it cut off, and the line between."""

    step: int
    kept: tuple[Spot, ...]
    lost: tuple[Spot, ...]
    cut_row: float | None  # None where no cut pruned anything
    left_out: int = 0  # losers below the last one placed; the picture says how many


@dataclass(frozen=True, slots=True)
class Band:
    """The rows of one group; of a beam that is not parted, all that are kept."""

    first: int
    rows: int


@dataclass(frozen=True, slots=True)
class TreeLayout:
    """All columns; `rows` is the height of the tallest one, losers included."""

    columns: tuple[Column, ...]
    rows: float
    bands: tuple[Band, ...] = (Band(0, 1),)

    @property
    def kept_rows(self) -> int:
        return self.bands[-1].first + self.bands[-1].rows

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
    bands = _bands(trace)
    parent_rows = {START[1]: ROOT_ROW}
    for number in range(1, len(trace.steps) + 1):
        column = _column(number, step_at(trace, number), parent_rows, most_lost, bands)
        columns.append(column)
        parent_rows = {place.node[1]: place.row for place in column.kept}
    return TreeLayout(tuple(columns), max((_height(column) for column in columns), default=1.0), bands)


def _bands(trace: Trace) -> tuple[Band, ...]:
    """For each group as many rows as it ever keeps at once."""
    most: list[int] = [1]
    for step in trace.steps:
        counts = _by_group(step, [index for index, fate in enumerate(step.fate_N) if fate in KEPT_FATES])
        most += [1] * (len(counts) - len(most))
        most = [max(rows, len(counts[group])) if group < len(counts) else rows for group, rows in enumerate(most)]
    return tuple(Band(sum(most[:group]), rows) for group, rows in enumerate(most))


def _by_group(step: TraceStep, indices: Sequence[int]) -> list[list[int]]:
    """The indices of each group, up to the last that the step has."""
    group_N = group_of(step).tolist()
    return [[index for index in indices if group_N[index] == group] for group in range(max(group_N, default=0) + 1)]


def _column(
    number: int, step: TraceStep, parent_rows: dict[int, float], most_lost: int, bands: Sequence[Band]
) -> Column:
    order = sorted(range(len(step.token_N)), key=lambda index: (int(step.rank_N[index]), index))
    kept = _by_group(step, [index for index in order if step.fate_N[index] in KEPT_FATES])
    lost = _by_group(step, [index for index in order if step.fate_N[index] not in KEPT_FATES])
    group_N = group_of(step).tolist()

    def place(index: int, row: int) -> Spot:
        parent = int(step.parent_N[index])
        above = (number - 1, parent), parent_rows[parent]
        return Spot((number, index), float(row), *above, step.fate_N[index], group_N[index])

    # Every group shows its closest losers.
    shown = [index for mine in lost for index in mine[: max(1, most_lost // len(bands))]]
    floor = len(kept[0]) if len(bands) == 1 else bands[-1].first + bands[-1].rows
    return Column(
        number,
        kept=tuple(
            place(index, bands[group].first + row) for group, mine in enumerate(kept) for row, index in enumerate(mine)
        ),
        lost=tuple(place(index, row) for row, index in enumerate(shown, start=floor)),
        cut_row=floor - 1 + CUT_BELOW_KEPT if CUT_FATES & set(step.fate_N) else None,
        left_out=sum(map(len, lost)) - len(shown),
    )


def _height(column: Column) -> float:
    return max((place.row + 1 for place in (*column.kept, *column.lost)), default=1.0)


def marks_in_view(layout: TreeLayout) -> int:
    """The most marks that are ever drawn at once: all kept candidates and the losers of one step."""
    kept = sum(len(column.kept) for column in layout.columns)
    return kept + max((len(column.lost) for column in layout.columns), default=0)
