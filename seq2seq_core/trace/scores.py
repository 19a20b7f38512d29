"""Check the scores: length, penalty, reward and coverage of every candidate follow from the stated formula.

Sizes: N candidates of a step, E prefixes expanded in it, S source pieces.
"""

import numpy as np
from numpy.typing import NDArray

from seq2seq_core.options import CoverageRule

from .competition import written_in
from .data import ROOT, Doubles, Fate, Integers, Trace, TraceStep
from .demands import TOLERANCE, close, require
from .groups import diversity
from .settings import Settings

_ENDS = (Fate.FINISHED, Fate.END_BELOW_CUT)


def check_scores(trace: Trace, settings: Settings) -> None:
    """Work every score out again.

    Raises:
        TraceError: names the step and the first column that does not hold.
    """
    covered, written = _Covered(len(trace.source_tokens)), written_in(trace)
    ends = {token for step in trace.steps for token in step.token_N[_where(step, _ENDS)].tolist()}
    for number, step in enumerate(trace.steps, 1):
        ending_N = _ending(step, number, settings, ends)
        _check_lengths(step, written[number - 1], number, settings, ending_N)
        _check_coverage(step, number, settings, covered)
        score_N = step.log_prob_sum_N / step.penalty_N
        for part_N in (step.reward_N, step.coverage_penalty_N):
            score_N = score_N if part_N is None else score_N + part_N
        rule = "score must be log_prob_sum / penalty"
        close(step.score_N, score_N, f"step {number}: {rule}" + (", reward and coverage penalty added" * _adds(step)))
        _check_key(trace, number, settings)


def _adds(step: TraceStep) -> bool:
    return step.reward_N is not None or step.coverage_penalty_N is not None


def _ending(step: TraceStep, number: int, settings: Settings, ends: set[int]) -> NDArray[np.bool_]:
    """Which candidates hold the end token; where none of the search ever finished, what the lengths say."""
    ending_N = np.array([token in ends for token in step.token_N.tolist()], dtype=bool)
    if ends or not settings.draws:
        return ending_N
    passed_N = _where(step, (Fate.NOT_DRAWN,))
    expected = settings.rule.length(number, ends=True), settings.rule.rewarded(number - 1)
    reward_N = np.zeros(len(ending_N)) if step.reward_N is None else step.reward_N
    alike_N = (step.length_N == expected[0]) & (np.abs(reward_N - expected[1]) <= TOLERANCE)
    found_N: NDArray[np.bool_] = passed_N & alike_N
    return found_N


def _check_lengths(
    step: TraceStep, written_N: Integers, number: int, settings: Settings, ending_N: NDArray[np.bool_]
) -> None:
    place, rule = f"step {number}", settings.rule
    pairs = list(zip(written_N.tolist(), ending_N.tolist(), strict=True))
    length_N = np.array([rule.length(at, ends=ends, held=at < number) for at, ends in pairs], dtype=np.int64)
    wrong_N = np.nonzero(step.length_N != length_N)[0]
    if wrong_N.size:
        found, expected = step.length_N[wrong_N[0]], length_N[wrong_N[0]]
        require(False, f"{place}: length of candidate {wrong_N[0]} must be {expected}, is {found}")
    penalty_N = np.array([rule.penalty(length) for length in length_N.tolist()])
    close(step.penalty_N, penalty_N, f"{place}: penalty must follow from the formula")
    rewards = step.reward_N is not None
    require(rewards == bool(rule.reward), f"{place}: reward must be there where the formula has one")
    if step.reward_N is not None:
        reward_N = np.array([rule.rewarded(at - ends) for at, ends in pairs])
        close(step.reward_N, reward_N, f"{place}: reward must follow from the formula")


class _Covered:
    """The attention that the pieces have got along every live prefix of the step before."""

    def __init__(self, pieces: int) -> None:
        self._before: dict[int, Doubles] = {ROOT: np.zeros(pieces)}

    def after(self, step: TraceStep) -> dict[int, Doubles]:
        """By expanded prefix, the step's own row added; candidates of the next step find it by their parent."""
        assert step.attention_ES is not None
        rows = zip(step.expanded_E.tolist(), step.attention_ES.astype(np.float64), strict=True)
        found = {prefix: self._before[prefix] + row_S for prefix, row_S in rows}
        live = [index for index, fate in enumerate(step.fate_N) if fate is Fate.LIVE]
        self._before = {index: found[int(step.parent_N[index])] for index in live}
        return found


def _check_coverage(step: TraceStep, number: int, settings: Settings, covered: _Covered) -> None:
    place, wanted = f"step {number}", settings.rule.coverage is not CoverageRule.NONE
    found_N = step.coverage_penalty_N
    require((found_N is not None) == wanted, f"{place}: coverage_penalty must be there where the formula has one")
    if found_N is None:
        return
    require(step.attention_ES is not None, f"{place}: a coverage penalty needs attention, there is none")
    penalty = {prefix: settings.rule.covered(row_S) for prefix, row_S in covered.after(step).items()}
    expected_N = np.array([penalty[parent] for parent in step.parent_N.tolist()])
    close(found_N, expected_N, f"{place}: coverage_penalty must follow from the attention along the path")


def _check_key(trace: Trace, number: int, settings: Settings) -> None:
    step, place = trace.steps[number - 1], f"step {number}"
    parted = step.diversity_N is not None
    needed = settings.steers or parted or settings.competes
    require((step.key_N is not None) == needed, f"{place}: key must be there where it is needed")
    if step.key_N is None:
        return
    if settings.competes:
        close(step.key_N, step.score_N, f"{place}: key must be the score where finished outputs compete")
        return
    expected_N = step.log_prob_sum_N
    if settings.steers and step.coverage_penalty_N is not None:
        expected_N = expected_N + step.coverage_penalty_N
    if step.diversity_N is not None:
        lost_N = diversity(trace, number, settings.strength, settings.discount)
        close(step.diversity_N, lost_N, f"{place}: diversity must follow from the choices of earlier groups")
        expected_N = expected_N - step.diversity_N
    close(step.key_N, expected_N, f"{place}: key must be log_prob_sum, coverage penalty and diversity")


def _where(step: TraceStep, fates: tuple[Fate, ...]) -> NDArray[np.bool_]:
    return np.array([fate in fates for fate in step.fate_N], dtype=bool)
