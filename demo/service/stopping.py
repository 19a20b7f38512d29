"""For which alpha the rule 'nothing live can win' would have ended the search elsewhere: exact intervals.

At step t the rule holds if some finished hypothesis i (sum L_i, length T_i) and the best live sum M satisfy
L_i / T_i^alpha >= M / T_max^alpha. All sums are negative, so with logarithms

    alpha * (ln T_max - ln T_i) <= ln(-M) - ln(-L_i):

step t ends the search up to a threshold of alpha, and the search ends at the first step whose threshold is not below
alpha. `seq2seq_core.trace.stops_elsewhere` answers the same question for one alpha by replaying the rule.
"""

import math
from dataclasses import dataclass

from seq2seq_core.trace import Fate, Trace, TraceStep


@dataclass(frozen=True, slots=True)
class StopInterval:
    """Above `low` and up to `high` the search ends at `step`; None: later than recorded."""

    low: float
    high: float
    step: int | None


def stop_intervals(trace: Trace, low: float = 0.0, high: float = 2.0) -> list[StopInterval]:
    """Where the search would end for every alpha from `low` to `high`; one interval if alpha has no say in it."""
    last = trace.stop.last_step
    if trace.options.get("stop_rule") != "nothing_live_can_win":
        return [StopInterval(low, high, last)]
    found: list[StopInterval] = []
    reached = low
    for step, threshold in enumerate(_thresholds(trace), 1):
        upper = min(threshold, high)
        if upper > reached:
            found.append(StopInterval(reached, upper, step))
            reached = upper
    if reached < high:
        beyond = None if Fate.LIVE in trace.steps[-1].fate_N else last
        found.append(StopInterval(reached, high, beyond))
    return _joined(found)


def _thresholds(trace: Trace) -> list[float]:
    """For every step, the largest alpha up to which the rule holds there; minus infinity where it never does."""
    longest = int(trace.options["max_length"])
    finished: list[tuple[float, int]] = []
    thresholds: list[float] = []
    for number, step in enumerate(trace.steps, 1):
        finished += [(total, number) for total in _sums(step, Fate.FINISHED)]
        live = max(_sums(step, Fate.LIVE), default=None)
        candidates = [] if live is None else [_threshold(total, at, live, longest) for total, at in finished]
        thresholds.append(max(candidates, default=-math.inf))
    return thresholds


def _threshold(finished: float, length: int, live: float, longest: int) -> float:
    if finished >= 0.0:
        return math.inf
    if live >= 0.0:
        return -math.inf
    room, lead = math.log(longest) - math.log(length), math.log(-live) - math.log(-finished)
    if room == 0.0:
        return math.inf if lead >= 0.0 else -math.inf
    return lead / room


def _sums(step: TraceStep, fate: Fate) -> list[float]:
    return [float(total) for total, each in zip(step.log_prob_sum_N, step.fate_N, strict=True) if each is fate]


def _joined(intervals: list[StopInterval]) -> list[StopInterval]:
    """Neighbours that end at the same step become one."""
    joined = intervals[:1]
    for interval in intervals[1:]:
        if interval.step == joined[-1].step:
            joined[-1] = StopInterval(joined[-1].low, interval.high, interval.step)
        else:
            joined.append(interval)
    return joined
