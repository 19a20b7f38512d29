"""A beam that finished outputs stay in: against the rule of tensorflow/nmt written down plainly, and by hand."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.decoding import Table, TableStepper, decode
from seq2seq_core.errors import OptionError, TraceError
from seq2seq_core.options import (
    BeamOptions,
    CoverageRule,
    DiverseOptions,
    ExactOptions,
    GreedyOptions,
    LengthCount,
    LengthRule,
    SearchOptions,
    StopRule,
)
from seq2seq_core.presets import preset
from seq2seq_core.trace import (
    ArrayStep,
    Elsewhere,
    Fate,
    TokenNames,
    Trace,
    attention_rows,
    check,
    from_json,
    path,
    same,
    stops_elsewhere,
    to_json,
    trace_of_arrays,
)
from tests.support.tables import END, WORDS, after, golden_table, log_prob, tables, trace_of, traces_of

NAMES = {END: 1, **{word: number for number, word in enumerate(WORDS, 2)}}


@dataclass(frozen=True)
class Beam:
    """One place of the beam of tf.contrib: its tokens without the end, their sum, the stored length."""

    words: tuple[str, ...]
    total: float
    length: int
    finished: bool
    score: float = 0.0


def transcribed(table: Table, size: int, alpha: float, limit: int) -> list[Beam]:
    """Every place tries every token; a finished one has only the end token, at probability 1.

    What ranks an end in its own step is the length without it, and the length that is stored counts it.
    """
    beams = [Beam((), 0.0, 0, False)]
    for _ in range(limit):
        tried = []
        for parent, beam in enumerate(beams):
            following = {END: 1.0} if beam.finished else after(table, beam.words)
            for token, probability in following.items():
                if not probability:
                    continue
                total = beam.total + (0.0 if beam.finished else log_prob(probability))
                counted = beam.length + (token != END and not beam.finished)
                stored = beam.length + (not beam.finished)
                words = beam.words if token == END else (*beam.words, token)
                score = total / ((5 + counted) / 6) ** alpha
                tried.append((-score, parent, NAMES[token], Beam(words, total, stored, token == END, score)))
        beams = [beam for *_, beam in sorted(tried, key=lambda each: each[:3])[:size]]
        if all(beam.finished for beam in beams):
            break
    return beams


def competing(**changes: Any) -> BeamOptions:
    return preset("tf-nmt", **{"beam_size": 2, "max_length": 12} | changes)


@settings(max_examples=150, deadline=None)
@given(
    batch=st.lists(tables(), min_size=1, max_size=3),
    size=st.integers(1, 4),
    alpha=st.sampled_from([0.0, 0.5, 1.0, 2.0]),
    limit=st.integers(1, 6),
)
def test_the_beam_at_the_end_is_that_of_the_rule(batch: list[Table], size: int, alpha: float, limit: int) -> None:
    batch = [replace(table, source=("s",), attention=None) for table in batch]
    options = competing(beam_size=size, alpha=alpha, max_length=limit)
    traces = traces_of(batch, options, WORDS)
    for table, trace in zip(batch, traces, strict=True):
        check(trace)
        beams = transcribed(table, size, alpha, limit)
        expected = sorted((beam.score, " ".join(beam.words), beam.total) for beam in beams)
        found = sorted((each.score, each.text, each.log_prob_sum) for each in trace.hypotheses)
        assert [text for _, text, _ in found] == [text for _, text, _ in expected] or _tied(expected)
        assert [score for score, *_ in found] == pytest.approx([score for score, *_ in expected])
        assert same(from_json(to_json(trace)), trace)


def _tied(expected: list[Any]) -> bool:
    """Equal scores stand in any order in a sorted list of what came out."""
    scores = [score for score, *_ in expected]
    return any(math.isclose(one, other) for one, other in pairwise(scores))


@settings(max_examples=40, deadline=None)
@given(batch=st.lists(tables(), min_size=1, max_size=3), alpha=st.sampled_from([0.0, 1.0]))
def test_the_fast_path_returns_what_the_trace_shows(batch: list[Table], alpha: float) -> None:
    batch = [replace(table, source=("s",), attention=None) for table in batch]
    options, stepper = competing(alpha=alpha, max_length=5), TableStepper(batch, WORDS)
    fast = decode(stepper, options, detokenize=stepper.detokenize)
    for found, trace in zip(fast, traces_of(batch, options, WORDS), strict=True):
        places = [(each.text, each.score) for each in trace.hypotheses]
        assert [(each.text, each.score) for each in found] == places[: len(found)]


def example() -> Trace:
    """The model of G15 with attention, so that what is read along a path can be looked at."""
    table = replace(golden_table("M9"), source=("x",), attention=((1.0,),))
    return trace_of(table, competing(alpha=0.6))


def test_a_score_grows_in_the_step_after_the_end() -> None:
    # G15: "a" ends in step 2 with log(0.48 * 0.4) = -1.650260; T is 1 there and 2 afterwards.
    steps = example().steps
    assert (steps[1].fate_N[1], steps[2].fate_N[:2]) == (Fate.FINISHED, (Fate.LIVE, Fate.HELD))
    assert steps[1].score_N[1] == pytest.approx(-1.650260, abs=1.5e-6)
    assert steps[2].score_N[1] == pytest.approx(-1.650260 / (7 / 6) ** 0.6, abs=1.5e-6)
    assert (steps[2].log_prob_N[1], steps[2].parent_N[1]) == (0.0, 1)


def test_the_way_to_an_output_ends_where_its_end_was_written() -> None:
    trace = example()
    held = next(each for each in trace.hypotheses if each.text == "a")
    assert (held.step, len(trace.steps), path(trace, held.step, held.index)) == (5, 5, [(1, 0), (2, 1)])
    rows_TS = attention_rows(trace, held.step, held.index)
    assert rows_TS is not None
    assert rows_TS.tolist() == [[1.0], [1.0]]
    assert (trace.hypotheses[0].text, trace.stop.winner_step, trace.stop.reason) == ("b b b b", 5, "k_finished")


def test_an_output_that_is_pushed_out_is_no_output() -> None:
    # The empty output has log 0.4 = -0.916 in step 2, where T is 1. "a a" and "a b" have log 0.3 = -1.204: as sums
    # below it, but divided by (7 / 6)^2 they score -0.885.
    table = Table(following={"": {"a": 0.6, END: 0.4}, "a": {"a": 0.5, "b": 0.5}})
    trace = trace_of(table, competing(alpha=2.0))
    check(trace)
    assert [each.text for each in trace.hypotheses] == ["a a", "a b"]
    assert Fate.PUSHED_OUT in [fate for step in trace.steps for fate in step.fate_N]
    assert [each.text for each in trace_of(table, competing(alpha=0.0)).hypotheses] == ["", "a a"]


def altered(trace: Trace, number: int, **columns: Any) -> Trace:
    steps = list(trace.steps)
    steps[number - 1] = replace(steps[number - 1], **columns)
    return replace(trace, steps=tuple(steps))


def test_a_trace_that_loses_an_output_is_refused() -> None:
    trace = example()
    step = trace.steps[2]
    fates = list(step.fate_N)
    fates[1] = Fate.FINISHED
    with pytest.raises(TraceError, match="step 3: candidate 1 must be held, is finished"):
        check(altered(trace, 3, fate_N=tuple(fates)))
    tokens = step.token_N.copy()
    tokens[1] = 2
    with pytest.raises(TraceError, match="step 3: candidate 1 must be output 1 again, at log_prob 0"):
        check(altered(trace, 3, token_N=tokens))
    without = {
        name: np.delete(getattr(step, name), 1)
        for name in type(step).__slots__
        if name.endswith("_N") and name != "fate_N" and getattr(step, name) is not None
    }
    less = without | {"rank_N": np.arange(1, len(fates)), "fate_N": (*step.fate_N[:1], *step.fate_N[2:])}
    with pytest.raises(TraceError, match=r"step 3: every output of the beam must be listed again, \[\] are"):
        check(altered(trace, 3, **less))
    with pytest.raises(TraceError, match="goes with refill 0, is there with 1"):
        check(replace(trace, options={**trace.options, "refill": 1}))
    with pytest.raises(TraceError, match="counts 'late_end' goes with finished_compete"):
        check(replace(trace, options={name: value for name, value in trace.options.items() if "compete" not in name}))


def test_another_alpha_would_rank_the_steps_otherwise() -> None:
    trace = example()
    assert stops_elsewhere(trace, 0.7).kind is Elsewhere.UNKNOWN
    assert stops_elsewhere(trace, 0.6).kind is Elsewhere.SAME


def test_exact_search_refuses_growth_after_the_end() -> None:
    with pytest.raises(OptionError, match=r"no bound for counts 'late_end': a score still grows after its end token"):
        ExactOptions(length_rule=LengthRule.GNMT, counts=LengthCount.LATE_END)


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        (GreedyOptions, {"counts": LengthCount.LATE_END}, "late_end' goes with a beam search with finished_compete"),
        (BeamOptions, {"counts": LengthCount.LATE_END}, "late_end' goes with a beam search with finished_compete"),
        (
            BeamOptions,
            {"counts": LengthCount.LATE_END, "finished_compete": True, "refill": False},
            "late_end' goes with the length_rule 'gnmt', got 'power'",
        ),
        (BeamOptions, {"finished_compete": True}, "finished_compete goes with refill False, got True and True"),
        (
            BeamOptions,
            {"finished_compete": True, "refill": False, "stop_rule": StopRule.SHRINKING},
            "finished_compete goes with stop_rule k_finished",
        ),
        (
            BeamOptions,
            {"finished_compete": True, "refill": False, "coverage": CoverageRule.GNMT},
            "finished_compete goes with coverage none",
        ),
        (DiverseOptions, {"finished_compete": True, "refill": False}, "goes with the plain beam search"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(
    kind: type[SearchOptions], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        kind(**changes)


def test_arrays_cannot_say_that_outputs_compete() -> None:
    names = TokenNames(1, ["<s>", "</s>", "a"].__getitem__)
    step = ArrayStep(tokens=[1], parents=[-1], log_probs=[-0.5])
    with pytest.raises(OptionError, match="finished_compete cannot be stated of arrays"):
        trace_of_arrays([step], competing(), names)
