"""A beam that is parted into groups: each group as a search of its own, and what keeps them apart.

Sizes: N candidates of a step.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .data import Doubles, Fate, Trace, TraceStep
from .replay import first_stop
from .score_rule import ScoreRule
from .walk import path

KEPT = (Fate.LIVE, Fate.FINISHED, Fate.CUT_AT_MAXIMUM)


def agreement(one: Sequence[int], other: Sequence[int], discount: float) -> float:
    """How far two prefixes of one length agree: 1 for the same last token, and discount times that before it.

    So with discount 1 it counts the places at which they agree.
    """
    found = 0.0
    for token, beside in zip(one, other, strict=True):
        found = float(token == beside) + discount * found
    return found


def group_steps(trace: Trace, group: int, size: int) -> Trace:
    """The candidates of one group alone, in as many steps as it took; parents point into the whole trace's steps."""
    steps = [of_group(step, group) for step in trace.steps]
    last = max((number for number, step in enumerate(steps, 1) if len(step.fate_N)), default=1)
    return replace(trace, steps=tuple(steps[:last]), options={**trace.options, "beam_size": size})


def of_group(step: TraceStep, group: int) -> TraceStep:
    """A step with the candidates of one group alone."""
    mine_N = group_of(step) == group
    columns = {
        name: getattr(step, name)[mine_N]
        for name in TraceStep.__slots__
        if name.endswith("_N") and name != "fate_N" and getattr(step, name) is not None
    }
    fates = tuple(fate for fate, mine in zip(step.fate_N, mine_N.tolist(), strict=True) if mine)
    return replace(step, **columns, fate_N=fates)


def group_of(step: TraceStep) -> NDArray[np.int64]:
    """The group of each candidate; one group where the beam is not parted."""
    return np.zeros(len(step.fate_N), dtype=np.int64) if step.group_N is None else step.group_N


def ends(trace: Trace, rule: ScoreRule, groups: int, size: int) -> list[int | None]:
    """The step at which each group's stop rule was fulfilled; None where it ended by itself."""
    return [first_stop(group_steps(trace, group, size), rule) for group in range(groups)]


def diversity(trace: Trace, number: int, strength: float, discount: float) -> Doubles:
    """What each candidate of a step loses for agreeing with what earlier groups chose in it."""
    step = trace.steps[number - 1]
    group_N, prefixes = group_of(step).tolist(), [_prefix(trace, number, at) for at in range(len(step.fate_N))]
    chosen = [at for at, fate in enumerate(step.fate_N) if fate in KEPT]
    lost_N = np.zeros(len(prefixes))
    for at, prefix in enumerate(prefixes):
        for other in chosen:
            if group_N[other] < group_N[at] and step.token_N[other] == step.token_N[at]:
                lost_N[at] += strength * (1 + discount * agreement(prefix, prefixes[other], discount))
    return lost_N


def _prefix(trace: Trace, number: int, index: int) -> list[int]:
    """The tokens before a candidate's own."""
    return [int(trace.steps[step - 1].token_N[at]) for step, at in path(trace, number, index)[:-1]]
