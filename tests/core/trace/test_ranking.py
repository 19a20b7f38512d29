import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.options import BeamOptions
from seq2seq_core.trace import Fate, Hypothesis, ranking_intervals, score_at, winner_intervals
from seq2seq_core.trace.ranking import crossing
from tests.support.tables import CASES, golden_table, trace_of


def hypothesis(log_prob_sum: float, length: int, index: int = 0) -> Hypothesis:
    return Hypothesis(length, index, (), "", Fate.FINISHED, log_prob_sum, length, 1.0, log_prob_sum)


def test_two_hypotheses_cross_where_logarithms_say() -> None:
    # ln(2 / 1) / ln(4 / 2) = 1: the longer one wins above.
    short, long = hypothesis(-1.0, 2), hypothesis(-2.0, 4)
    assert crossing(short, long) == pytest.approx(1.0)
    intervals = winner_intervals([short, long])
    assert [(each.low, each.high, each.index) for each in intervals] == [
        (0.0, pytest.approx(1.0), 0),
        (pytest.approx(1.0), 2.0, 1),
    ]


def test_one_length_never_crosses_and_certainty_always_wins() -> None:
    assert crossing(hypothesis(-1.0, 3), hypothesis(-2.0, 3)) is None
    intervals = winner_intervals([hypothesis(-0.5, 9), hypothesis(0.0, 1)])
    assert [each.index for each in intervals] == [1]


def test_a_hypothesis_that_is_never_best_has_no_interval() -> None:
    # The middle one loses to one of its neighbours for every alpha.
    three = [hypothesis(-1.0, 2), hypothesis(-1.9, 3), hypothesis(-2.0, 4)]
    assert [each.index for each in winner_intervals(three)] == [0, 2]


def test_equal_hypotheses_go_to_the_lower_rank() -> None:
    twins = [hypothesis(-1.0, 2, index=1), hypothesis(-1.0, 2, index=0)]
    assert [each.index for each in winner_intervals(twins)] == [1]
    assert [each.order for each in ranking_intervals(twins)] == [(1, 0)]


def test_no_hypotheses_have_no_intervals() -> None:
    assert winner_intervals([]) == []
    assert ranking_intervals([]) == []


def test_the_golden_sweep_falls_into_the_intervals() -> None:
    pool = trace_of(golden_table("M4"), BeamOptions(beam_size=64, max_length=12)).hypotheses
    intervals = winner_intervals(pool)
    for cell, expected in CASES["G07"].items():
        alpha = float(cell.removeprefix("alpha_"))
        (winner,) = [pool[each.index].text for each in intervals if each.low <= alpha < each.high]
        assert winner == expected["out"]
    # s: ln 0.323 in 2 tokens; m m m: ln 0.162 in 4.
    assert intervals[0].high == pytest.approx(math.log(math.log(0.162) / math.log(0.323)) / math.log(2), abs=1e-6)


pools = st.lists(
    st.builds(hypothesis, st.floats(-20.0, -0.01), st.integers(1, 12), st.integers(0, 9)), min_size=1, max_size=7
)


@settings(max_examples=100, deadline=None)
@given(pool=pools, alpha=st.floats(0.0, 2.0))
def test_at_every_alpha_the_interval_names_a_best_score(pool: list[Hypothesis], alpha: float) -> None:
    scores = [score_at(each, alpha) for each in pool]
    for interval in winner_intervals(pool):
        if interval.low <= alpha <= interval.high:
            assert scores[interval.index] == pytest.approx(max(scores), rel=1e-9)
    for ranking in ranking_intervals(pool):
        if ranking.low <= alpha <= ranking.high:
            ranked = [scores[index] for index in ranking.order]
            assert ranked == pytest.approx(sorted(scores, reverse=True), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(pool=pools)
def test_intervals_touch_and_cover_everything(pool: list[Hypothesis]) -> None:
    for found in (winner_intervals(pool), ranking_intervals(pool)):
        bounds = [(each.low, each.high) for each in found]
        assert (bounds[0][0], bounds[-1][1]) == (0.0, 2.0)
        assert all(one[1] == other[0] for one, other in pairwise(bounds))
        assert all(low < high for low, high in bounds)
