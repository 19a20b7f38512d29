import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.decoding import Table
from seq2seq_core.errors import TraceError
from seq2seq_core.options import BeamOptions
from seq2seq_core.trace import TRACE_FORMAT, Trace, from_json, same, to_json
from seq2seq_core.trace.codec import _shortest
from tests.support.tables import trace_of


def example() -> Trace:
    table = Table(following={"": {"a": 0.6, "</s>": 0.4}}, source=("x", "猫"), attention=((0.1, 0.9), (1 / 3, 2 / 3)))
    return trace_of(table, BeamOptions(beam_size=2))


def changed(*path: Any, to: Any) -> str:
    """The example as JSON with the value at `path` replaced."""
    document = json.loads(to_json(example()))
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = to
    return json.dumps(document)


def test_a_trace_reads_back_the_same() -> None:
    trace = example()
    text = to_json(trace)
    assert json.loads(text)["format"] == TRACE_FORMAT == "seq2seq-trace/1"
    assert same(from_json(text), trace)
    assert to_json(from_json(text)) == text


def test_single_precision_is_written_short_and_minus_infinity_as_a_word() -> None:
    step = json.loads(to_json(example()))["steps"][0]
    assert step["attention"] == [[0.1, 0.9]]
    assert step["next_log_prob"][0][-1] == "-inf"
    assert step["next_token"][0][-1] == -1


def test_a_trace_without_attention_says_so() -> None:
    trace = trace_of(Table(following={}), BeamOptions())
    assert json.loads(to_json(trace))["steps"][0]["attention"] is None
    assert same(from_json(to_json(trace)), trace)


@settings(max_examples=100, deadline=None)
@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_every_single_precision_number_reads_back_exactly(value: float) -> None:
    written = json.dumps(_shortest(np.float32(value)))
    assert np.float32(json.loads(written)) == np.float32(value)


BROKEN = [
    ("{", "must be JSON"),
    ("[]", "trace must be of type dict"),
    ("{}", "must have a field 'format'"),
    (changed("format", to="seq2seq-trace/2"), "format must be 'seq2seq-trace/1', is 'seq2seq-trace/2'"),
    (changed("colour", to="red"), "unknown field 'colour'"),
    (changed("steps", 0, "colour", to="red"), "trace, steps 1 has an unknown field 'colour'"),
    (changed("source", to=3), "trace, source must be of type str, is 3"),
    (changed("labels", to={"two": "b"}), "labels must map"),
    (changed("labels", to={"2": 2}), "labels must map"),
    (changed("options", "alpha", to=True), "option alpha must be"),
    (changed("options", "alpha", to=None), "option alpha must be"),
    (changed("steps", 0, "token", 0, to="2"), "steps 1, token must hold whole numbers, holds '2'"),
    (changed("steps", 0, "token", 0, to=2.0), "steps 1, token must hold whole numbers, holds 2.0"),
    (changed("steps", 0, "token", 0, to=True), "steps 1, token must hold whole numbers, holds True"),
    (changed("steps", 0, "token", 0, to=2**63), "steps 1, token must hold whole numbers"),
    (changed("steps", 0, "score", 0, to="-inf"), "steps 1, score must hold finite numbers"),
    (changed("steps", 0, "score", 0, to=float("nan")), "finite numbers, holds NaN"),
    (changed("steps", 0, "score", 0, to=10**400), "steps 1, score must hold finite numbers"),
    (changed("steps", 0, "score", 0, to="here").replace('"here"', "1e999"), "steps 1, score must hold finite numbers"),
    (changed("steps", 0, "score", 0, to="here").replace('"here"', "9" * 5000), "must be JSON"),
    (changed("steps", 0, "attention", to=[[1e300, 0]]), "attention_ES must hold numbers, holds inf"),
    (changed("steps", 0, "attention", to=[[0.5]]), "step 1, attention_ES: S is 2, but this column has 1"),
    (changed("steps", 1, "next_token", to=[[1, 2], [3]]), "must have rows of one length"),
    (changed("steps", 0, "rank", to=[1]), "step 1, rank_N: N is"),
    (changed("steps", 0, "fate", 0, to="lucky"), "fate must be one of live, .* is 'lucky'"),
    (changed("steps", 0, "parent", to=None), "steps 1, parent must be of type list"),
    (changed("hypotheses", 0, "fate", to="lucky"), "hypotheses 1: fate must be one of"),
    (changed("hypotheses", 0, "score", to="good"), "hypotheses 1, score must hold finite"),
    (changed("hypotheses", 0, "tokens", to=["a"]), "hypotheses 1, tokens must hold whole"),
    (changed("stop", to=[]), "trace, stop must be of type dict"),
    (changed("stop", "why", to=""), "trace, stop has an unknown field 'why'"),
    ('{"format":"a","format":"b"}', "'format' occurs twice"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_json_that_breaks_the_format_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(TraceError, match=message):
        from_json(text)


def test_a_field_that_is_missing_is_named() -> None:
    document = json.loads(to_json(example()))
    del document["steps"][0]["margin"]
    with pytest.raises(TraceError, match="steps 1 must have a field 'margin'"):
        from_json(json.dumps(document))


def test_a_trace_with_nan_is_not_written() -> None:
    trace = example()
    trace.steps[0].margin_N[0] = np.nan
    with pytest.raises(TraceError, match="must hold finite numbers"):
        to_json(trace)


@pytest.mark.parametrize(
    "change",
    [
        lambda trace: trace.steps[0].token_N.__setitem__(0, 1),
        lambda trace: trace.steps[0].attention_ES.__setitem__((0, 0), 0.25),
        lambda trace: trace.labels.__setitem__(2, "other"),
        lambda trace: trace.options.__setitem__("alpha", 0.5),
    ],
)
def test_traces_that_differ_in_one_value_are_not_the_same(change: Callable[[Any], None]) -> None:
    trace, other = example(), example()
    assert same(trace, other)
    change(other)
    assert not same(trace, other)
