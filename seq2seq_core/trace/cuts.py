"""Where each step of a beam drew its line, and by how little the first loser missed it.

A parted beam has a line in every group. Sampling and exact search have none: chance or a bound decides there.

Sizes: N candidates of a step.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
    group_N = group_of(step).tolist()
    lost: dict[int, list[int]] = {}
    for index, fate in enumerate(step.fate_N):
        if fate is Fate.BELOW_CUT:
            lost.setdefault(group_N[index], []).append(index)
    return tuple(_cut(step, group, group_N, lost[group]) for group in sorted(lost))


def _cut(step: TraceStep, group: int, group_N: Sequence[int], lost: Sequence[int]) -> Cut:
    # A trace states margins, not the line: it is the candidate of the group so far above a loser as its margin says.
    key_N, margin_N = ranked_by(step).tolist(), step.margin_N.tolist()
    line = key_N[lost[0]] + margin_N[lost[0]]
    mine = (index for index, each in enumerate(group_N) if each == group)
    index = min(mine, key=lambda index: abs(key_N[index] - line))
    return Cut(group, index, key_N[index], min(margin_N[index] for index in lost))
