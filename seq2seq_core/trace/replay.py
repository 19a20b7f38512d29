"""Replaying the stop rule from what a trace recorded.

Alpha never changes which prefixes a step keeps, only when `nothing_live_can_win` ends the search. So the recorded
steps hold for every alpha, up to the last one; beyond it the trace knows nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from .data import Doubles, Fate, Trace, TraceStep, length_penalty


class Elsewhere(StrEnum):
    """Where the search would have stopped, compared with where it did."""

    SAME = "same"
    EARLIER = "earlier"
    UNKNOWN = "unknown"  # it would have gone on past the recorded steps


@dataclass(frozen=True, slots=True)
class StopChange:
    """Where the search stops under another alpha; `step` is None where the trace ends too early to say."""

    kind: Elsewhere
    step: int | None


def stops_elsewhere(trace: Trace, alpha: float) -> StopChange:
    """Whether the search would have stopped at another step under `alpha`, everything else equal."""
    last = trace.stop.last_step
    if trace.options.get("stop_rule") != "nothing_live_can_win":
        return StopChange(Elsewhere.SAME, last)
    fired = first_stop(trace, alpha)
    if fired is not None:
        return StopChange(Elsewhere.SAME if fired == last else Elsewhere.EARLIER, fired)
    if _sums(trace.steps[-1], Fate.LIVE).size:
        return StopChange(Elsewhere.UNKNOWN, None)
    return StopChange(Elsewhere.SAME, last)


def first_stop(trace: Trace, alpha: float) -> int | None:
    """The first recorded step at which the trace's stop rule is fulfilled, None where it never is."""
    finished, best = 0, -np.inf
    for number, step in enumerate(trace.steps, 1):
        sums = _sums(step, Fate.FINISHED)
        finished += sums.size
        best = max(best, float(sums.max(initial=-np.inf)) / length_penalty(number, alpha))
        if _fulfilled(trace, step, finished, best, alpha):
            return number
    return None


def _fulfilled(trace: Trace, step: TraceStep, finished: int, best: float, alpha: float) -> bool:
    match trace.options.get("stop_rule"):
        case "nothing_live_can_win":
            live = _sums(step, Fate.LIVE)
            longest = length_penalty(int(trace.options["max_length"]), alpha)
            return live.size > 0 and best >= float(live.max()) / longest
        case "k_finished":
            return finished >= int(trace.options["beam_size"])
        case _:
            return finished >= 1


def _sums(step: TraceStep, fate: Fate) -> Doubles:
    chosen = [each is fate for each in step.fate_N]
    return step.log_prob_sum_N[chosen]
