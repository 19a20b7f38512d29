"""Evidence beside the attention: planted faults are found, and it reads back as it was written."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from seq2seq_core.decoding import Table
from seq2seq_core.errors import TraceError
from seq2seq_core.options import BeamOptions, GreedyOptions
from seq2seq_core.trace import Trace, check, from_json, same, to_json
from tests.support.evident import evident_trace
from tests.support.tables import trace_of

Change = Callable[[Trace], Trace]
EVIDENCE = ("heads_ELHS", "centre_E", "generate_E", "coverage_ES")


def with_step(number: int, **columns: Any) -> Change:
    """Replace columns of one step; a callable makes the new column from the old one."""

    def change(trace: Trace) -> Trace:
        old = trace.steps[number - 1]
        new = {name: value(getattr(old, name)) if callable(value) else value for name, value in columns.items()}
        steps = list(trace.steps)
        steps[number - 1] = dataclasses.replace(old, **new)
        return dataclasses.replace(trace, steps=tuple(steps))

    return change


def without(*names: str) -> Change:
    """No step has these columns."""

    def change(trace: Trace) -> Trace:
        nothing: dict[str, Any] = dict.fromkeys(names)
        steps = tuple(dataclasses.replace(step, **nothing) for step in trace.steps)
        return dataclasses.replace(trace, steps=steps)

    return change


def with_trace(**values: Any) -> Change:
    return lambda trace: dataclasses.replace(trace, **values)


def more(amount: float) -> Callable[[Any], Any]:
    return lambda column: (column + amount).astype(column.dtype)


def both(*changes: Change) -> Change:
    def change(trace: Trace) -> Trace:
        for each in changes:
            trace = each(trace)
        return trace

    return change


# Heads (1, 0) and (0.5, 0.5) of step 1 with the mean (0.75, 0.25).
NEGATIVE_HEADS = np.array([[[[1.25, -0.25], [0.25, 0.75]]]], dtype=np.float32)
LARGE_HEADS = np.array([[[[1.0, 0.25], [0.5, 0.25]]]], dtype=np.float32)

FAULTS: dict[str, tuple[Change, str]] = {
    "a head below 0": (with_step(1, heads_ELHS=NEGATIVE_HEADS), "step 1: heads must not be below 0, have -0.25"),
    "a head's row above a sum of 1": (
        with_step(1, heads_ELHS=LARGE_HEADS),
        "step 1: heads: a row must sum to 1 at most, sums to 1.25",
    ),
    "heads whose mean is not the attention": (
        with_step(2, heads_ELHS=lambda heads: heads[::-1]),
        "step 2: heads: their mean must be the attention, is off by 0.25",
    ),
    "a head that comes and goes": (
        both(without("attention_ES", "coverage_ES"), with_step(2, heads_ELHS=lambda heads: heads[:, :, :1])),
        r"step 2: heads must be as many layers and heads as before, are \[\(1, 1\), \(1, 2\)\]",
    ),
    "no layers": (with_step(1, heads_ELHS=lambda heads: heads[:, :0]), "heads_ELHS: L must be 1 or more, is 0"),
    "heads without a dimension": (with_step(1, heads_ELHS=lambda heads: heads[0]), "must have 4 dimensions, has 3"),
    "heads over padding": (
        with_step(1, heads_ELHS=lambda heads: np.zeros((1, 1, 2, 3), np.float32)),
        "heads_ELHS: S is 2, but this column has 3",
    ),
    "heads of too many prefixes": (
        with_step(1, heads_ELHS=lambda heads: heads.repeat(2, axis=0)),
        "heads_ELHS: E is 1, but this column has 2",
    ),
    "heads in double precision": (
        with_step(1, heads_ELHS=lambda heads: heads.astype(np.float64)),
        "heads_ELHS must be an array of float32, is float64",
    ),
    "a centre before the source": (with_step(1, centre_E=np.array([-1.01])), "step 1: centre must be from -1 to 2"),
    "a centre behind the source": (with_step(3, centre_E=more(1.5)), "step 3: centre must be from -1 to 2, is"),
    "a centre that is no number": (with_step(1, centre_E=np.array([np.nan])), "centre_E must hold numbers"),
    "a p_gen above 1": (with_step(2, generate_E=more(0.51)), r"step 2: generate must be from 0 to 1, is \[1.01"),
    "a p_gen below 0": (with_step(2, generate_E=more(-0.3)), "step 2: generate must be from 0 to 1"),
    "coverage before anything was attended to": (
        with_step(1, coverage_ES=more(0.01)),
        "step 1: coverage must be the sum of the earlier attention, is off by 0.01",
    ),
    "coverage without the attention of a step": (
        with_step(2, coverage_ES=np.zeros((2, 2), dtype=np.float32)),
        "step 2: coverage must be the sum of the earlier attention, is off by 0.75",
    ),
    "coverage of the other prefix": (
        with_step(3, coverage_ES=lambda rows: rows[::-1]),
        "step 3: coverage must be the sum of the earlier attention, is off by 0.25",
    ),
    "a window of nothing": (with_trace(window=0), "window must be 1 or more, is 0"),
    "a window with nothing to lie over": (
        without("attention_ES", "centre_E"),
        "window must come with centre or attention, step 1 has neither",
    ),
    "a grid with a patch too many": (with_trace(grid=(3, 1)), "grid must hold the 2 source pieces, is 3 x 1"),
    "a grid of negative sides": (with_trace(grid=(-1, -2)), "grid must have rows and columns, is -1 x -2"),
}


def test_the_trace_that_the_faults_are_planted_in_is_good() -> None:
    check(evident_trace())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    change, message = FAULTS[fault]
    with pytest.raises(TraceError, match=message):
        check(change(evident_trace()))


@pytest.mark.parametrize(
    "change",
    [
        *[without(name) for name in ("attention_ES", *EVIDENCE)],
        without(*EVIDENCE),
        with_step(2, attention_ES=None),  # the coverage of step 3 cannot be worked out then
        with_trace(window=None, grid=None),
    ],
)
def test_each_part_of_the_evidence_may_be_missing(change: Change) -> None:
    trace = change(evident_trace())
    check(trace)
    assert same(from_json(to_json(trace)), trace)


def test_an_attention_row_may_be_all_zero_as_in_hard_monotonic_attention() -> None:
    # A local window gives less than 1, a monotonic head that stops nowhere gives nothing.
    table = Table(following={"": {"a": 1.0}}, source=("x", "y"), attention=((0.3, 0.2), (0.0, 0.0)))
    trace = trace_of(table, GreedyOptions())
    assert [step.attention_ES.sum() for step in trace.steps if step.attention_ES is not None] == pytest.approx([0.5, 0])
    check(trace)


def test_evidence_reads_back_the_same() -> None:
    trace = evident_trace()
    text = to_json(trace)
    document = json.loads(text)
    assert document["steps"][0]["heads"] == [[[[1.0, 0.0], [0.5, 0.5]]]]
    assert document["steps"][2]["coverage"] == [[1.0, 1.0], [1.25, 0.75]]
    assert (document["window"], document["grid"]) == (1, [1, 2])
    assert same(from_json(text), trace)
    assert to_json(from_json(text)) == text


def test_a_trace_without_evidence_is_written_as_before_there_was_any() -> None:
    document = json.loads(to_json(trace_of(Table(following={}), BeamOptions())))
    fields = "format algorithm options formula source source_tokens labels steps hypotheses stop"
    columns = (
        "expanded attention next_token next_log_prob parent token log_prob log_prob_sum length penalty score rank "
        "margin fate"
    )
    assert " ".join(document) == fields
    assert " ".join(document["steps"][0]) == columns


def changed(*path: Any, to: Any) -> str:
    """The trace as JSON with the value at `path` replaced."""
    document = json.loads(to_json(evident_trace()))
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = to
    return json.dumps(document)


BROKEN = [
    (changed("steps", 0, "heads", to=None), "steps 1, heads must be of type list, is None"),
    (changed("steps", 0, "heads", to=[[1.0]]), "steps 1, heads must be of type list, is 1.0"),
    (changed("steps", 0, "heads", to=[[[[1.0, 0.0], [1.0]]]]), "heads must have rows of one length, has 1, 2"),
    (changed("steps", 1, "heads", to=[[[[1, 0]]], [[[1, 0]] * 2]]), "rows of one length, has 1 x 1 x 2, 1 x 2 x 2"),
    (changed("steps", 0, "heads", to=[]), "heads_ELHS: E is 1, but this column has 0"),
    (changed("steps", 0, "heads", 0, 0, 0, 0, to="1"), "steps 1, heads must hold finite numbers, holds '1'"),
    (changed("steps", 0, "centre", to=[0.5, 0.5]), "centre_E: E is 1, but this column has 2"),
    (changed("steps", 0, "centre", 0, to="-inf"), "steps 1, centre must hold finite numbers"),
    (changed("steps", 0, "generate", to=0.5), "steps 1, generate must be of type list"),
    (changed("steps", 0, "coverage", to=[[0.0]]), "coverage_ES: S is 2, but this column has 1"),
    (changed("window", to=None), "trace, window must hold whole numbers, holds None"),
    (changed("window", to=True), "trace, window must hold whole numbers, holds True"),
    (changed("grid", to=[1]), r"trace, grid must hold rows and columns, holds \[1\]"),
    (changed("grid", to=[1.0, 2.0]), "trace, grid must hold whole numbers, holds 1.0"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_json_that_breaks_the_format_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(TraceError, match=message):
        from_json(text)
