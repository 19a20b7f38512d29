import math

import pytest

from seq2seq_core.decoding import Table
from seq2seq_core.options import GreedyOptions
from seq2seq_core.trace import Fate, check
from tests.support.tables import best_of, trace_of


def test_the_chosen_token_is_recorded_with_the_two_that_were_passed_over() -> None:
    table = Table(following={"": {"a": 0.5, "</s>": 0.3, "b": 0.15, "c": 0.05}})
    trace = trace_of(table, GreedyOptions())
    check(trace)
    first = trace.steps[0]
    assert [trace.labels[token] for token in first.token_N.tolist()] == ["a", "</s>", "b"]
    assert list(first.fate_N) == [Fate.LIVE, Fate.END_BELOW_CUT, Fate.BELOW_CUT]
    assert first.margin_N == pytest.approx([0, math.log(0.5 / 0.3), math.log(0.5 / 0.15)], abs=1e-6)


def test_equal_tokens_go_to_the_lower_id() -> None:
    assert best_of(Table(following={"": {"b": 0.5, "a": 0.5}}), GreedyOptions()).text == "a"


def test_the_maximum_length_cuts() -> None:
    table = Table(following={"": {"a": 1.0}, "a": {"a": 1.0}}, order=1)
    trace = trace_of(table, GreedyOptions(max_length=3))
    check(trace)
    assert (trace.hypotheses[0].text, trace.hypotheses[0].fate) == ("a a a", Fate.CUT_AT_MAXIMUM)
    assert (trace.hypotheses[0].length, trace.stop.reason) == (3, "maximum length")


def test_alpha_scales_the_reported_score_only() -> None:
    table = Table(following={"": {"a": 0.5, "</s>": 0.5}})
    hypothesis = best_of(table, GreedyOptions(alpha=1.0))
    assert hypothesis.text == ""
    longer = best_of(Table(following={"": {"a": 0.6, "</s>": 0.4}}), GreedyOptions(alpha=1.0))
    assert longer.score == pytest.approx(math.log(0.6) / 2, abs=1e-7)
