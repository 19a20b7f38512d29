"""Replaying the stop rule from what a trace recorded.

Alpha never changes which prefixes a step keeps, only when some of the rules end the search. So the recorded steps hold
for every alpha, up to the last one; beyond it the trace knows nothing. Where finished outputs compete, steps are ranked
by score: such a trace knows of its own alpha alone.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from seq2seq_core.options import StopRule

from .data import Doubles, Fate, Trace, TraceStep
from .score_rule import ScoreRule

_ALPHA_MATTERS = (StopRule.NOTHING_LIVE_CAN_WIN, StopRule.LIVE_SCORES_LOWER, StopRule.NOTHING_LIVE_CAN_ENTER)


class Elsewhere(StrEnum):
    """Where the search would have stopped, compared with where it did."""

    SAME = "same"
    EARLIER = "earlier"
    UNKNOWN = "unknown"  # it would have gone on past the recorded steps, or ranked them otherwise


@dataclass(frozen=True, slots=True)
class StopChange:
    """Where the search stops under another alpha; `step` is None where the trace ends too early to say."""

    kind: Elsewhere
    step: int | None


def stops_elsewhere(trace: Trace, alpha: float) -> StopChange:
    """Whether the search would have stopped at another step under `alpha`, everything else equal."""
    last = trace.stop.last_step
    if trace.options.get("finished_compete") and alpha != trace.options["alpha"]:
        return StopChange(Elsewhere.UNKNOWN, None)
    if trace.options.get("stop_rule") not in _ALPHA_MATTERS:
        return StopChange(Elsewhere.SAME, last)
    fired = first_stop(trace, replace(ScoreRule.of(trace.options), alpha=alpha))
    if fired is not None:
        return StopChange(Elsewhere.SAME if fired == last else Elsewhere.EARLIER, fired)
    if _chosen(trace.steps[-1], Fate.LIVE).any():
        return StopChange(Elsewhere.UNKNOWN, None)
    return StopChange(Elsewhere.SAME, last)


def first_stop(trace: Trace, rule: ScoreRule) -> int | None:
    """The first recorded step at which the trace's stop rule is fulfilled under a rule for scores; None for never."""
    if trace.options.get("finished_compete"):
        return _first_full(trace)
    scores: list[float] = []  # of the pool
    places: set[int] = set()  # where an end token has stood
    for number, step in enumerate(trace.steps, 1):
        finished = _chosen(step, Fate.FINISHED)
        scores += _scores(step, rule, number, ends=True)[finished].tolist()
        places |= set(np.nonzero(finished)[0].tolist())
        if _fulfilled(trace, step, rule, number, (scores, places)):
            return number
    return None


def _first_full(trace: Trace) -> int | None:
    """The first step whose beam holds nothing but outputs."""
    size, held = int(trace.options.get("beam_size", 1)), (Fate.FINISHED, Fate.HELD)
    for number, step in enumerate(trace.steps, 1):
        if sum(fate in held for fate in step.fate_N) >= size:
            return number
    return None


def _fulfilled(
    trace: Trace, step: TraceStep, rule: ScoreRule, number: int, pool: tuple[list[float], set[int]]
) -> bool:
    scores, places = pool
    size, live = int(trace.options.get("beam_size", 1)), _chosen(step, Fate.LIVE)
    full, best, worst = len(scores) >= size, max(scores, default=-np.inf), _worst(scores, size)
    bound = _bound(step, rule, live, trace)
    standing = float(_scores(step, rule, number, ends=False)[live].max(initial=-np.inf))
    fulfilled = {
        StopRule.K_FINISHED: full,
        StopRule.SHRINKING: full,
        StopRule.NOTHING_LIVE_CAN_WIN: bool(live.any()) and best >= bound,
        StopRule.NOTHING_LIVE_CAN_ENTER: full and worst >= bound,
        StopRule.LIVE_SCORES_LOWER: full and worst >= standing,
        StopRule.TOP_FINISHED: step.fate_N[:1] == (Fate.FINISHED,),
        StopRule.EVERY_PLACE_FINISHED: places >= set(range(size)),
        StopRule.MAXIMUM_LENGTH: False,
    }
    stated = str(trace.options.get("stop_rule", ""))
    return {str(name): holds for name, holds in fulfilled.items()}.get(stated, bool(scores))


def _worst(scores: list[float], size: int) -> float:
    """The score of the last of the best `size`; minus infinity where there are fewer."""
    return sorted(scores)[-size] if len(scores) >= size else -np.inf


def _bound(step: TraceStep, rule: ScoreRule, live: NDArray[np.bool_], trace: Trace) -> float:
    sums = step.log_prob_sum_N[live]
    return rule.bound(float(sums.max()), int(trace.options["max_length"])) if sums.size else -np.inf


def _scores(step: TraceStep, rule: ScoreRule, number: int, *, ends: bool) -> Doubles:
    """The scores of a step's candidates under the rule; the coverage penalty is as it was recorded."""
    score_N = step.log_prob_sum_N / rule.penalty(rule.length(number, ends=ends)) + rule.rewarded(number - ends)
    return score_N if step.coverage_penalty_N is None else score_N + step.coverage_penalty_N


def _chosen(step: TraceStep, fate: Fate) -> NDArray[np.bool_]:
    return np.array([each is fate for each in step.fate_N], dtype=bool)
