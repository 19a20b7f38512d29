"""Where each step of a beam drew its line, and by how little the first loser missed it.

A parted beam has a line in every group. Sampling and exact search have none: chance or a bound decides there.

Sizes: N candidates of a step.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .data import Doubles, Fate, TraceStep
from .groups import group_of


@dataclass(frozen=True, slots=True)
class Cut:
    """The line of one group of one step."""

    group: int  # 0 where the beam is not parted
    index: int  # the candidate that a continuation had to reach
    key: float  # what that candidate is ranked by
    margin: float  # nats from the line down to the best continuation below it


def ranked_by(step: TraceStep) -> Doubles:
    """What the candidates of a step are ordered by: their sums, or their keys where something else steers."""
    return step.log_prob_sum_N if step.key_N is None else step.key_N


def cuts(step: TraceStep) -> tuple[Cut, ...]:
    """The line of every group in which a continuation fell below it."""
    below_N = np.array([fate is Fate.BELOW_CUT for fate in step.fate_N], dtype=bool)
    group_N = group_of(step)
    return tuple(_cut(step, group, below_N & (group_N == group)) for group in sorted(set(group_N[below_N].tolist())))


def _cut(step: TraceStep, group: int, below_N: NDArray[np.bool_]) -> Cut:
    key_N, first = ranked_by(step), int(np.argmax(below_N))
    # A trace states margins, not the line: it is the candidate of the group so far above a loser as its margin says.
    distance_N = np.abs(key_N - (key_N[first] + step.margin_N[first]))
    index = int(np.argmin(np.where(group_of(step) == group, distance_N, np.inf)))
    return Cut(group, index, float(key_N[index]), float(step.margin_N[below_N].min()))
