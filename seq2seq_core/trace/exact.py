"""Check the proof of an exact search: what was left aside cannot win, and speaks for all that is not listed.

A step of such a trace is a depth. Sizes: N candidates of a step, E prefixes continued in it, P listed next tokens.
"""

import numpy as np

from .data import NO_TOKEN, NODE_BUDGET, PROVED, TIME_BUDGET, Fate, Trace, TraceStep
from .demands import TOLERANCE, close, require
from .settings import Settings

_ASIDE = (Fate.CANNOT_WIN, Fate.UNEXPLORED, Fate.CUT_AT_MAXIMUM)
_CONSTRAINTS = ("forced_prefix", "banned", "banned_after", "no_repeat_ngram", "required")


def best_score(trace: Trace) -> float | None:
    """The best score of a finished output; None where there is none."""
    scores = [each.score for each in trace.hypotheses if each.fate is Fate.FINISHED]
    return max(scores, default=None)


def reason_of_proof(trace: Trace) -> str:
    """The reason that the steps show: a proof, where nothing is unexplored, or the budget that the trace names."""
    if not any(Fate.UNEXPLORED in step.fate_N for step in trace.steps):
        # A budget may also end where nothing was left that could win.
        return trace.stop.reason if trace.stop.reason in (NODE_BUDGET, TIME_BUDGET) else PROVED
    return trace.stop.reason if trace.stop.reason in (NODE_BUDGET, TIME_BUDGET) else NODE_BUDGET


def check_depth(trace: Trace, number: int, settings: Settings) -> None:
    """Fates, margins and the one continuation that each prefix leaves aside.

    Raises:
        TraceError: names the step and the first thing that does not hold.
    """
    step, place = trace.steps[number - 1], f"step {number}"
    require(number <= settings.max_length, f"{place} must not pass max_length {settings.max_length}")
    best = best_score(trace)
    expected_N = np.zeros(len(step.fate_N))
    for index, fate in enumerate(step.fate_N):
        known = fate in (Fate.LIVE, Fate.FINISHED, *_ASIDE)
        require(known, f"{place}: candidate {index} of an exact search must not be {fate!s}")
        cut, last = fate is Fate.CUT_AT_MAXIMUM, number == settings.max_length
        require(
            fate is Fate.FINISHED or cut == last,
            f"{place}: what goes on must be cut at max_length {settings.max_length} and nowhere else, is {fate!s}",
        )
        if fate in (Fate.CANNOT_WIN, Fate.UNEXPLORED) and best is not None:
            expected_N[index] = best - settings.rule.bound(float(step.log_prob_sum_N[index]), settings.max_length)
        if fate is Fate.CANNOT_WIN:
            proved = best is not None and expected_N[index] >= -TOLERANCE
            require(proved, f"{place}: candidate {index} may win by {-expected_N[index]!r}, but is 'cannot win'")
    close(step.margin_N, expected_N, f"{place}: margin must be the best score minus the bound, 0 for what was followed")
    for row, prefix in enumerate(step.expanded_E.tolist()):
        _check_aside(trace, step, row, prefix, place)


def _check_aside(trace: Trace, step: TraceStep, row: int, prefix: int, place: str) -> None:
    """A prefix leaves one continuation aside, and no token that is not listed is more probable."""
    mine = np.nonzero(step.parent_N == prefix)[0].tolist()
    aside = [index for index in mine if step.fate_N[index] in _ASIDE]
    require(len(aside) <= 1, f"{place}: prefix {prefix} must leave one continuation aside, {len(aside)} are")
    if not aside or any(name in trace.options for name in _CONSTRAINTS) or trace.options.get("min_length"):
        return
    listed = {int(step.token_N[index]) for index in mine} | {NO_TOKEN}
    limit = float(step.log_prob_N[aside[0]])
    for token, log_prob in zip(step.next_token_EP[row].tolist(), step.next_log_prob_EP[row].tolist(), strict=True):
        require(
            token in listed or log_prob <= limit + TOLERANCE,
            f"{place}: prefix {prefix} leaves token {token} out, which is more probable than what it lists as left",
        )
