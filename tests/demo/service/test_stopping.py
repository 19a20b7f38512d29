"""Where alpha would have ended the search: the exact intervals agree with replaying the rule, alpha by alpha."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.service import StopInterval, stop_intervals
from demo.service.requests import STOP_RULES
from seq2seq_core.decoding import Table
from seq2seq_core.options import BeamOptions, StopRule
from seq2seq_core.trace import stops_elsewhere
from tests.support.tables import tables, trace_of

NEAR = 1e-9


def page_options() -> st.SearchStrategy[BeamOptions]:
    """What the page's searches may be: its score and its stop rules."""
    return st.builds(
        BeamOptions,
        beam_size=st.integers(1, 5),
        alpha=st.sampled_from([0.0, 0.5, 0.7, 1.0, 2.0]),
        max_length=st.integers(3, 6),
        min_length=st.integers(0, 2),
        stop_rule=st.sampled_from(STOP_RULES),
    )


def step_at(intervals: list[StopInterval], alpha: float) -> int | None:
    return next(each.step for each in intervals if each.low < alpha <= each.high)


@given(table=tables(), options=page_options())
@settings(max_examples=150, deadline=None)
def test_the_intervals_say_what_replaying_says(table: Table, options: BeamOptions) -> None:
    trace = trace_of(table, options)
    intervals = stop_intervals(trace)
    bounds = np.array([each.high for each in intervals])
    for alpha in np.linspace(0.013, 2.0, 40).tolist():
        if np.abs(bounds[:-1] - alpha).min(initial=1.0) > NEAR:
            assert step_at(intervals, alpha) == stops_elsewhere(trace, alpha).step, alpha


@given(table=tables(), options=page_options())
@settings(max_examples=80, deadline=None)
def test_the_intervals_cover_all_alphas_once(table: Table, options: BeamOptions) -> None:
    intervals = stop_intervals(trace_of(table, options))
    assert intervals[0].low == 0.0
    assert intervals[-1].high == 2.0
    for one, following in pairwise(intervals):
        assert one.high == following.low
        assert one.step != following.step


def test_where_alpha_has_no_say_there_is_one_interval() -> None:
    table = Table(following={"": {"a": 0.6, "</s>": 0.4}, "a": {"</s>": 1.0}})
    trace = trace_of(table, BeamOptions(beam_size=2, stop_rule=StopRule.K_FINISHED))
    assert stop_intervals(trace) == [StopInterval(0.0, 2.0, trace.stop.last_step)]


def test_the_thresholds_follow_by_hand() -> None:
    # Every step halves: the live sum after step t is t ln 0.5, and so is that of the end in step t. T may reach 4.
    # The end of step 1 holds off a live sum of t ln 0.5 up to alpha = ln t / ln 4: 0, 1/2, ln 3 / ln 4.
    table = Table(following={"": {"a": 0.5, "</s>": 0.5}, "a": {"a": 0.5, "</s>": 0.5}}, order=1)
    options = BeamOptions(beam_size=2, alpha=1.0, max_length=4, stop_rule=StopRule.NOTHING_LIVE_CAN_WIN)
    intervals = stop_intervals(trace_of(table, options), low=-1.0)
    assert [each.step for each in intervals] == [1, 2, 3, 4]
    bounds = [each.high for each in intervals]
    assert bounds == pytest.approx([0.0, 0.5, math.log(3) / math.log(4), 2.0], abs=1e-9)
