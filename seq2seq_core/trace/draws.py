"""Check the steps of sampling: every sample that reached a prefix goes one way from it.

Sizes: N candidates of a step.
"""

import numpy as np

from .data import ROOT, Fate, Integers, Trace, TraceStep
from .demands import require
from .settings import Settings


def check_draws(trace: Trace, number: int, settings: Settings, kept: Fate) -> None:
    """Who was drawn, how often, and what became of it: it finishes or is kept; the others are not drawn.

    Raises:
        TraceError: names the step and the first thing that does not hold.
    """
    step, place = trace.steps[number - 1], f"step {number}"
    several = step.draws_N is not None
    require(several == (settings.samples > 1), f"{place}: draws must be there where several samples are drawn")
    draws_N = _draws(step)
    for index, fate in enumerate(step.fate_N):
        drawn = int(draws_N[index])
        wanted = f"{kept!s} or finished" if drawn else str(Fate.NOT_DRAWN)
        require(
            fate in ((kept, Fate.FINISHED) if drawn > 0 else (Fate.NOT_DRAWN,)),
            f"{place}: candidate {index}, drawn {drawn} times, must be {wanted}, is {fate!s}",
        )
    for prefix, expected in _arrived(trace, number, settings).items():
        mine_N = step.parent_N == prefix
        drawn = int(draws_N[mine_N].sum())
        require(
            drawn == expected or not mine_N.any(),
            f"{place}: {expected} must be drawn after prefix {prefix}, {drawn} are",
        )
        ahead = np.nonzero(mine_N)[0].tolist()
        for rank, index in enumerate(ahead):
            require(
                not settings.top_k or not draws_N[index] or rank < settings.top_k,
                f"{place}: the drawn candidate must be of the best {settings.top_k}, is {index}",
            )


def _draws(step: TraceStep) -> Integers:
    if step.draws_N is not None:
        return step.draws_N
    return np.array([fate is not Fate.NOT_DRAWN for fate in step.fate_N], dtype=np.int64)


def _arrived(trace: Trace, number: int, settings: Settings) -> dict[int, int]:
    """How many samples stand at each prefix that the step expands."""
    if number == 1:
        return {ROOT: settings.samples}
    before = trace.steps[number - 2]
    draws_N = _draws(before)
    return {index: int(draws_N[index]) for index, fate in enumerate(before.fate_N) if fate is Fate.LIVE}
