"""For which alpha which hypothesis wins: exact intervals, not a sampled sweep.

With score = L / T^alpha and L < 0, a higher score is a lower cost(alpha) = ln(-L) - alpha ln T: a straight line. Two
hypotheses change places at alpha = ln(L1 / L2) / ln(T1 / T2) and nowhere else; the winners are the lower envelope of
the lines. L = 0, a certain output, has cost minus infinity and always wins.

Sizes: H hypotheses.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .data import Hypothesis, length_penalty


@dataclass(frozen=True, slots=True)
class WinnerInterval:
    """From `low` to `high` the hypothesis at `index` of the given sequence wins; at an inner bound two scores tie."""

    low: float
    high: float
    index: int


@dataclass(frozen=True, slots=True)
class OrderInterval:
    """From `low` to `high` the hypotheses rank in this order (indices of the given sequence, best first)."""

    low: float
    high: float
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    cost: float  # at alpha 0
    slope: float  # cost falls by this per unit of alpha: ln T
    step: int  # ties: the earlier step, then the lower rank
    rank: int

    def at(self, alpha: float) -> tuple[float, int, int]:
        return self.cost - alpha * self.slope, self.step, self.rank


def score_at(hypothesis: Hypothesis, alpha: float) -> float:
    """The score under another alpha."""
    return hypothesis.log_prob_sum / length_penalty(hypothesis.length, alpha)


def crossing(one: Hypothesis, other: Hypothesis) -> float | None:
    """The alpha at which the two have equal scores; None where there is no single one."""
    return _crossing(_line(one), _line(other))


def winner_intervals(hypotheses: Sequence[Hypothesis], low: float = 0.0, high: float = 2.0) -> list[WinnerInterval]:
    """The winner for every alpha from `low` to `high`, as touching intervals; empty for no hypotheses."""
    lines = [_line(each) for each in hypotheses]
    if not lines:
        return []
    found: list[WinnerInterval] = []
    winner, start = _best(lines, low), low
    while (change := _next_winner(lines, winner, start)) is not None and change[0] < high:
        alpha, successor = change
        if alpha > start:
            found.append(WinnerInterval(start, alpha, winner))
        winner, start = successor, max(start, alpha)
    return [*found, WinnerInterval(start, high, winner)]


def ranking_intervals(hypotheses: Sequence[Hypothesis], low: float = 0.0, high: float = 2.0) -> list[OrderInterval]:
    """The whole ranking for every alpha from `low` to `high`; looks at all H * H pairs."""
    lines = [_line(each) for each in hypotheses]
    if not lines:
        return []
    bounds = [low, *_crossings_between(lines, low, high), high]
    found: list[OrderInterval] = []
    for start, end in pairwise(bounds):
        order = _order(lines, (start + end) / 2)
        if found and found[-1].order == order:
            found[-1] = OrderInterval(found[-1].low, end, order)
        else:
            found.append(OrderInterval(start, end, order))
    return found


def _line(hypothesis: Hypothesis) -> _Line:
    loss = -hypothesis.log_prob_sum
    cost = math.log(loss) if loss > 0 else -math.inf
    return _Line(cost, math.log(hypothesis.length), hypothesis.step, hypothesis.index)


def _crossing(one: _Line, other: _Line) -> float | None:
    if one.slope == other.slope or math.isinf(one.cost) or math.isinf(other.cost):
        return None
    return (one.cost - other.cost) / (one.slope - other.slope)


def _order(lines: Sequence[_Line], alpha: float) -> tuple[int, ...]:
    return tuple(sorted(range(len(lines)), key=lambda index: lines[index].at(alpha)))


def _best(lines: Sequence[_Line], alpha: float) -> int:
    return min(range(len(lines)), key=lambda index: lines[index].at(alpha))


def _next_winner(lines: Sequence[_Line], winner: int, start: float) -> tuple[float, int] | None:
    """The next alpha from `start` on at which a steeper line takes over, and that line; the steepest where several."""
    changes = [
        (max(alpha, start), -line.slope, line.at(start)[1:], index)
        for index, line in enumerate(lines)
        if line.slope > lines[winner].slope and (alpha := _crossing(line, lines[winner])) is not None
    ]
    if not changes:
        return None
    alpha, _, _, successor = min(changes)
    return alpha, successor


def _crossings_between(lines: Sequence[_Line], low: float, high: float) -> Iterable[float]:
    pairs = ((one, other) for index, one in enumerate(lines) for other in lines[:index])
    found = {_crossing(one, other) for one, other in pairs}
    return sorted(alpha for alpha in found if alpha is not None and low < alpha < high)
