"""The marks and links of a search, layer by layer: what comes and goes with a half-step is one Plotly trace."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from demo.figures.label_room import Place
from demo.figures.labels import escaped, full_label
from demo.figures.layers import Line, PlotlyTrace, Point, Span, lines, points, text
from demo.figures.ledger import field, ledger_template, ledger_values
from demo.figures.style import ROLE_OF_FATE, Role, group_role
from demo.figures.tree_layout import ROOT_ROW, Column, Spot, TreeLayout, marks_in_view
from demo.figures.walk import START, GreedyStop, Node, best_path, left_beam_at
from demo.wording.figure_words import TreeWords
from seq2seq_core.trace import Fate, Trace, candidate_label

LABELLED_MARKS: Final = 600  # beyond as many marks labels only hide each other
START_LABEL: Final = "<s>"
GREEDY_ROW: Final = -1.6
GREEDY_BESIDE: Final = 0.14  # rows below the links it accompanies: laid on them, it would hide them
CUT_HALF_WIDTH: Final = 0.46  # of a column
STOP_BEYOND: Final = 0.42  # columns from the last step to the bar that ends the picture
STOP_OVERHANG: Final = 0.4  # rows
LEFT_OUT_BELOW: Final = 0.7  # rows from the last loser to the count of those left out


@dataclass(frozen=True, slots=True)
class TreeLayers:
    """All layers of one picture, links below marks."""

    trace: Trace
    words: TreeWords
    places: TreeLayout
    greedy: Trace | None
    stops: tuple[GreedyStop, ...]  # of greedy's path; none where no greedy search is laid over
    labels: Mapping[Place, str]  # as much of each token as its place has room for

    @property
    def labelled(self) -> bool:
        return marks_in_view(self.places) <= LABELLED_MARKS

    @property
    def final_frame(self) -> int:
        return 2 * len(self.trace.steps) + 1

    @property
    def kept_rows(self) -> int:
        return self.places.kept_rows

    def role_of(self, place: Spot) -> Role:
        """By its fate; what lives on says of which group it is, or that samples went there."""
        if place.fate is Fate.LIVE and len(self.places.bands) > 1:
            return group_role(place.group)
        if place.fate is Fate.LIVE and self.trace.algorithm == "sampling":
            return Role.DRAWN
        return ROLE_OF_FATE[place.fate]

    @property
    def last_column(self) -> int:
        return max(len(self.places.columns), len(self.stops))

    @property
    def first_row(self) -> float:
        """The highest row in use: once greedy is out of the beam it runs in a row of its own above all others."""
        return GREEDY_ROW if any(stop.in_beam is None for stop in self.stops) else 0.0

    @property
    def last_row(self) -> float:
        return self.places.rows - 1

    def build(self) -> list[PlotlyTrace]:
        links = [layer for column in self.places.columns for layer in self._links(column)]
        marks = [layer for column in self.places.columns for layer in self._marks(column)]
        overlay = [*self._best_links(), *self._greedy_links()]
        return [*links, *overlay, self._stop(), self._start(), *marks, *self._overlay_marks()]

    def _kept_span(self, step: int) -> Span:
        return Span(2 * step - 1, self.final_frame)

    def _lost_span(self, step: int) -> Span:
        """Losers enter with "expand", are pale in "prune" and gone with the next step."""
        return Span(2 * step - 1, 2 * step, fade=2 * step)

    def _links(self, column: Column) -> Iterator[PlotlyTrace]:
        for role in dict.fromkeys(self.role_of(place) for place in column.kept):
            segments = [_link(place) for place in column.kept if self.role_of(place) == role]
            yield lines(segments, role, self._kept_span(column.step))
        if column.lost:
            yield lines([_link(place) for place in column.lost], Role.PRUNED, self._lost_span(column.step))
        if column.cut_row is not None:
            x0, x1 = column.step - CUT_HALF_WIDTH, column.step + CUT_HALF_WIDTH
            yield lines([(x0, column.cut_row, x1, column.cut_row)], Role.CUT, self._lost_span(column.step))
        if column.left_out:
            below = column.lost[-1].row + LEFT_OUT_BELOW
            yield text(column.step, below, left_out_text(column), self._lost_span(column.step))

    def _marks(self, column: Column) -> Iterator[PlotlyTrace]:
        hover = ledger_template(self.trace, column.step, self.words.ledger)
        for places, span in (
            (column.kept, self._kept_span(column.step)),
            (column.lost, self._lost_span(column.step)),
        ):
            if places:
                yield points([self._point(place) for place in places], span, hover=hover, labelled=self.labelled)

    def _point(self, place: Spot) -> Point:
        label = escaped(self.labels[place.step, place.row])
        values = ledger_values(self.trace, place.node, self.words.ledger)
        return Point(place.step, place.row, label, self.role_of(place), place.node, values)

    def _start(self) -> PlotlyTrace:
        label = full_label(START_LABEL)
        start = Point(0, ROOT_ROW, label, Role.LIVE, START, (label,))
        return points([start], Span(0, self.final_frame), hover=f"{field('token')}<extra></extra>")

    def _stop(self) -> PlotlyTrace:
        """A bar behind the last step: here the search ended."""
        x = len(self.places.columns) + STOP_BEYOND
        end = Span(self.final_frame, self.final_frame)
        return lines([(x, -STOP_OVERHANG, x, self.kept_rows - 1 + STOP_OVERHANG)], Role.STOP, end)

    def _best_links(self) -> Iterator[PlotlyTrace]:
        corners = [(0.0, ROOT_ROW), *((float(node[0]), self.places.row_of(node)) for node in best_path(self.trace))]
        if len(corners) > 1:
            yield lines(_segments(corners), Role.BEST, Span(self.final_frame, self.final_frame))

    def _greedy_links(self) -> Iterator[PlotlyTrace]:
        """One layer a step, so that the overlay never runs ahead of the beam."""
        corners = [
            (0.0, ROOT_ROW + GREEDY_BESIDE),
            *((float(stop.node[0]), self._greedy_row_of(stop)) for stop in self.stops),
        ]
        for step, segment in enumerate(_segments(corners), start=1):
            yield lines([segment], Role.GREEDY, self._greedy_span(step))

    def _greedy_row_of(self, stop: GreedyStop) -> float:
        return GREEDY_ROW if stop.in_beam is None else self.places.row_of(stop.in_beam) + GREEDY_BESIDE

    def _greedy_span(self, step: int) -> Span:
        return Span(min(2 * step, self.final_frame), self.final_frame)

    def _overlay_marks(self) -> Iterator[PlotlyTrace]:
        left = left_beam_at(self.stops)
        for stop in self.stops:
            if stop.in_beam is None:
                yield self._stray(stop, Role.LEAVES if stop == left else Role.GREEDY)
        stars = [Point(node[0], self.places.row_of(node), "", Role.BEST, node) for node in best_path(self.trace)]
        if stars:
            yield points(stars, Span(self.final_frame, self.final_frame), hover=None, labelled=False)

    def _stray(self, stop: GreedyStop, role: Role) -> PlotlyTrace:
        """A token of greedy's that the beam has not: its ledger is greedy's own, and a click on it selects nothing."""
        assert self.greedy is not None
        step, words = stop.node[0], self.words.ledger
        label = escaped(self.labels[step, GREEDY_ROW])
        mark = Point(step, GREEDY_ROW, label, role, None, ledger_values(self.greedy, stop.node, words))
        hover = ledger_template(self.greedy, step, words)
        return points([mark], self._greedy_span(step), hover=hover, labelled=self.labelled)


def pieces_of(
    trace: Trace, places: TreeLayout, greedy: Trace | None, stops: Sequence[GreedyStop]
) -> dict[Place, str]:
    """Every token that is to be written into the grid, and where; a count of losers takes the place below them."""
    pieces: dict[Place, str] = {(0, ROOT_ROW): START_LABEL}
    for column in places.columns:
        for spot in (*column.kept, *column.lost):
            pieces[spot.step, spot.row] = f"{times_drawn(trace, spot.node)}{candidate_label(trace, *spot.node)}"
        if column.left_out:
            pieces[column.step, column.lost[-1].row + 1] = left_out_text(column)
    for stop in stops:
        if greedy is not None and stop.in_beam is None:
            pieces[stop.node[0], GREEDY_ROW] = candidate_label(greedy, *stop.node)
    return pieces


def times_drawn(trace: Trace, node: Node) -> str:
    """How many samples went this way where several did, written before the token so that no cut takes it."""
    draws_N = trace.steps[node[0] - 1].draws_N
    return "" if draws_N is None or draws_N[node[1]] < 2 else f"{draws_N[node[1]]}×"


def left_out_text(column: Column) -> str:
    return f"+{column.left_out}"


def _link(place: Spot) -> Line:
    return place.step - 1.0, place.parent_row, float(place.step), place.row


def _segments(corners: Sequence[tuple[float, float]]) -> list[Line]:
    return [(*start, *end) for start, end in pairwise(corners)]
