"""The rules for scores: by hand, and with bounds that hold for every completion."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.errors import OptionError
from seq2seq_core.options import BeamOptions, CoverageRule, GreedyOptions, LengthCount, LengthRule
from seq2seq_core.trace import ScoreRule
from tests.support.tables import plain_score, score_rules


@pytest.mark.parametrize(
    ("rule", "formula"),
    [
        (ScoreRule(), "log_prob_sum / T^0.7, T counts the end token"),
        (ScoreRule(alpha=1.0, counts=LengthCount.CONTENT), "log_prob_sum / T^1, T counts content tokens"),
        (
            ScoreRule(LengthRule.GNMT, 0.2, LengthCount.START_AND_END),
            "log_prob_sum / ((5 + T) / 6)^0.2, T counts the start and end tokens",
        ),
        (ScoreRule(LengthRule.NONE), "log_prob_sum"),
        (
            ScoreRule(LengthRule.BOUNDED_REWARD, reward=1.3, reward_length=3),
            "log_prob_sum + 1.3 * min(n, 3), n counts content tokens",
        ),
        (
            ScoreRule(LengthRule.NONE, coverage=CoverageRule.SUMMARY, beta=5.0),
            "log_prob_sum - 5 * sum(max(coverage, 1) - 1)",
        ),
    ],
)
def test_the_formula_says_what_is_computed(rule: ScoreRule, formula: str) -> None:
    assert rule.formula() == formula


def test_the_gnmt_penalty_by_hand() -> None:
    # T = 7: (5 + 7) / 6 = 2, and 2^0.5 = 1.4142.
    assert ScoreRule(LengthRule.GNMT, 0.5).penalty(7) == pytest.approx(math.sqrt(2))


@pytest.mark.parametrize(
    ("counts", "empty", "three"),
    [(LengthCount.CONTENT, 1, 3), (LengthCount.END, 1, 4), (LengthCount.START_AND_END, 2, 5)],
)
def test_the_length_of_an_empty_output_and_of_three_tokens(counts: LengthCount, empty: int, three: int) -> None:
    # An empty output ends at step 1, one of three content tokens at step 4. Its length must not be 0: T^alpha divides.
    rule = ScoreRule(counts=counts)
    assert (rule.length(1, ends=True), rule.length(4, ends=True)) == (empty, three)


def test_coverage_by_hand() -> None:
    # 0.5 log(0.5) + 0.5 log(1) + 0.5 log(1); and -0.5 * (0.25 + 0 + 0).
    coverage_S = np.array([0.5, 1.25, 1.0])
    assert ScoreRule(coverage=CoverageRule.GNMT, beta=0.5).covered(coverage_S) == pytest.approx(0.5 * math.log(0.5))
    assert ScoreRule(coverage=CoverageRule.SUMMARY, beta=0.5).covered(coverage_S) == pytest.approx(-0.125)


def test_a_piece_without_any_attention_leaves_the_score_a_number() -> None:
    assert ScoreRule(coverage=CoverageRule.GNMT, beta=1.0).covered(np.zeros(1)) == pytest.approx(math.log(1e-10))


@given(rule=score_rules(), total=st.floats(-20, 0), step=st.integers(1, 6), more=st.floats(0, 5), data=st.data())
def test_no_completion_scores_above_the_bound(
    rule: dict[str, object], total: float, step: int, more: float, data: st.DataObject
) -> None:
    options = BeamOptions(**rule)  # type: ignore[arg-type]  # of the strategy's fields
    max_length = data.draw(st.integers(step + 1, 9))
    content = data.draw(st.integers(step, max_length - 1))  # a live prefix of `step` tokens may end at once
    bound = ScoreRule.of({"alpha": 0.7, **rule}).bound(total, max_length)
    assert plain_score(total - more, content, options, ends=True) <= bound + 1e-9


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"reward": 1.0}, "reward needs a length_rule that rewards, got 1.0 and 'power'"),
        ({"reward_length": 3}, "reward_length goes with the length_rule 'bounded_reward' and no other, got 3"),
        ({"length_rule": LengthRule.BOUNDED_REWARD, "reward": 1.0}, "got None and 'bounded_reward'"),
        ({"length_rule": LengthRule.REWARD, "reward": -1.0}, "reward must be a number from 0 to 20, got -1.0"),
        ({"beta": 0.2}, "beta needs a coverage rule, got 0.2 and 'none'"),
        ({"alpha": -0.5}, "alpha must be a number from 0 to 2, got -0.5"),
        ({"length_rule": "power"}, "length_rule must be a LengthRule"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        GreedyOptions(**settings)  # type: ignore[arg-type]  # what a mistaken caller would pass
