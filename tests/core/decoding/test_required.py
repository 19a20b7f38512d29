"""Required token sequences: every output holds them, and nothing better that holds them is missed."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.decoding import Table, TableStepper, decode
from seq2seq_core.errors import OptionError, TraceError
from seq2seq_core.options import (
    BeamOptions,
    Constraints,
    CoverageRule,
    DiverseOptions,
    ExactOptions,
    GreedyOptions,
    SamplingOptions,
    SearchOptions,
    StopRule,
)
from seq2seq_core.trace import Fate, Required, Trace, check, deal, from_json, same, to_json
from tests.support.tables import END, WORDS, every_output, golden_table, tables, traces_of

A, B, C = 2, 3, 4  # ids of `TableStepper`, with WORDS as its vocabulary
Sequences = tuple[tuple[int, ...], ...]
LONGEST = 4  # content tokens of the tables

sequences = st.lists(st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=2).map(tuple), min_size=1, max_size=2)


def holds(tokens: tuple[int, ...], required: Sequences) -> bool:
    return all(
        any(tokens[at : at + len(each)] == each for at in range(len(tokens) - len(each) + 1)) for each in required
    )


def holding(table: Table, required: Sequences) -> list[tuple[str, float]]:
    """Of all outputs those that hold every sequence."""
    ids = dict(zip(WORDS, (A, B, C), strict=True))
    found = every_output(table)
    return [(text, total) for text, total in found if holds(tuple(ids[word] for word in text.split()), required)]


def searched(table: Table, options: SearchOptions) -> Trace:
    (trace,) = traces_of([table], options, WORDS)
    check(trace)
    assert same(from_json(to_json(trace)), trace)
    return trace


@settings(max_examples=60, deadline=None)
@given(table=tables(depth=3), required=sequences.map(tuple), alpha=st.sampled_from([0.0, 1.0]))
def test_a_beam_wide_enough_finds_the_best_output_that_holds_them(
    table: Table, required: Sequences, alpha: float
) -> None:
    constraints = Constraints(required=required)
    wide = BeamOptions(
        beam_size=64, alpha=alpha, max_length=6, constraints=constraints, stop_rule=StopRule.MAXIMUM_LENGTH
    )
    outputs = holding(table, required)
    scores = [total / (len(text.split()) + 1) ** alpha for text, total in outputs]
    trace = searched(table, wide)
    assert sorted(each.text for each in trace.hypotheses if each.fate is Fate.FINISHED) == sorted(
        text for text, _ in outputs
    )
    proof = searched(table, ExactOptions(alpha=alpha, max_length=6, constraints=constraints))
    for found in (trace, proof):
        best = found.hypotheses[0] if found.hypotheses else None
        if best is None or best.fate is Fate.CUT_AT_MAXIMUM:
            assert not outputs
        else:
            assert best.score == pytest.approx(max(scores))


@settings(max_examples=60, deadline=None)
@given(
    batch=st.lists(tables(depth=LONGEST), min_size=1, max_size=3),
    required=sequences.map(tuple),
    beam=st.fixed_dictionaries(
        {
            "beam_size": st.integers(5, 7),
            "max_length": st.integers(5, 6),
            "stop_rule": st.sampled_from(
                [each for each in StopRule if each not in (StopRule.SHRINKING, StopRule.EVERY_PLACE_FINISHED)]
            ),
            "refill": st.booleans(),
            "force_end": st.booleans(),
            "cut_competes": st.booleans(),
            "min_length": st.integers(0, 2),
        }
    ),
    ngram=st.integers(0, 2),
)
def test_every_output_of_a_narrow_beam_holds_them(
    batch: list[Table], required: Sequences, beam: dict[str, Any], ngram: int
) -> None:
    batch = [replace(table, attention=None, source=("s",)) for table in batch]
    options = BeamOptions(**beam, constraints=Constraints(required=required, no_repeat_ngram=ngram))
    traces = traces_of(batch, options, WORDS)
    stepper = TableStepper(batch, WORDS)
    for trace, fast in zip(traces, decode(stepper, options, detokenize=stepper.detokenize), strict=True):
        check(trace)
        assert all(holds(each.tokens, required) for each in trace.hypotheses)
        shown = [(each.tokens, each.score) for each in trace.hypotheses][: len(fast)]
        assert [(each.tokens, each.score) for each in fast] == shown


@settings(max_examples=60, deadline=None)
@given(table=tables(depth=LONGEST), required=sequences.map(tuple))
def test_a_batch_changes_nothing(table: Table, required: Sequences) -> None:
    other = Table(following={"": {"a": 0.5, "b": 0.3, END: 0.2}}, order=1, longest=2)
    table = replace(table, attention=None, source=("s",))
    other = replace(other, source=("s",))
    options = BeamOptions(beam_size=5, max_length=6, constraints=Constraints(required=required))
    (alone,) = traces_of([table], options, WORDS)
    _, beside = traces_of([other, table], options, WORDS)
    assert same(alone, beside)


def test_banks_keep_what_a_plain_beam_prunes() -> None:
    # "c" begins with probability 0.02 only. A plain beam of 3 that keeps a, b and the end never sees it.
    table = Table(
        following={
            "": {"a": 0.5, "b": 0.3, END: 0.15, "d": 0.03, "c": 0.02},
            "a": {END: 0.9, "b": 0.1},
            "b": {END: 0.9, "a": 0.1},
            "c": {"a": 0.9, END: 0.1},
            "c a": {END: 1.0},
        }
    )
    stepper = TableStepper([table])
    c = stepper.words.index("c")
    free = BeamOptions(beam_size=3, alpha=0.0, max_length=6, stop_rule=StopRule.MAXIMUM_LENGTH)
    bound = replace(free, constraints=Constraints(required=((c,),)))
    assert not any("c" in each.text for each in decode(stepper, free, detokenize=stepper.detokenize)[0])
    found = decode(stepper, bound, detokenize=stepper.detokenize)[0][0]
    assert (found.text, found.log_prob_sum) == ("c a", pytest.approx(np.log(0.02 * 0.9), abs=1e-6))


def shortest(required: Sequences, begun: tuple[int, ...]) -> int:
    """By trying all continuations in the order of their lengths."""
    for length in range(12):
        for more in product((A, B, C), repeat=length):
            if holds((*begun, *more), required):
                return length
    raise AssertionError("twelve tokens are enough")


@settings(max_examples=100, deadline=None)
@given(
    required=st.lists(st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=3).map(tuple), min_size=1, max_size=2)
    .map(tuple),
    begun=st.lists(st.sampled_from([A, B, C]), max_size=4).map(tuple),
)
def test_what_a_prefix_lacks_is_the_shortest_way_to_write_the_rest(
    required: Sequences, begun: tuple[int, ...]
) -> None:
    known = Required.of(required)
    assert known.lacks(known.of_prefix(begun)) == shortest(required, begun)


def test_progress_goes_on_where_a_false_start_holds_the_next_one() -> None:
    known = Required.of([(A, A, B)])
    assert [known.of_prefix(prefix) for prefix in ((A, A), (A, A, A), (A, A, A, B), (A, A, A, B, C))] == [
        (2,), (2,), (3,), (3,),
    ]  # fmt: skip


def test_places_are_dealt_in_turn_and_the_fullest_bank_is_first() -> None:
    # Ranks 0 to 5 are of these banks; five places: 2, 1, 0, then 2 is empty, 1, 0.
    assert deal([0, 0, 1, 0, 2, 1], 5) == {4, 2, 0, 5, 1}
    assert deal([0, 0, 0], 5) == {0, 1, 2}
    assert deal([1, 0], 1) == {0}


def example() -> Trace:
    options = BeamOptions(beam_size=3, max_length=6, constraints=Constraints(required=((C,),)))
    return searched(golden_table("M2"), options)


def test_the_trace_states_what_was_required() -> None:
    trace = example()
    assert trace.options["required"] == "4"
    assert {C in each.tokens for each in trace.hypotheses} == {True}
    options = BeamOptions(beam_size=6, max_length=6, constraints=Constraints(required=((C,), (A, B), (A, B))))
    assert searched(golden_table("M2"), options).options["required"] == "4; 2 3; 2 3"


@pytest.mark.parametrize(
    ("required", "message"),
    [
        ("3", "must be|lacks"),
        ("4 4", "lacks|must be"),
        ("4;", "must hold sequences of token ids"),
        ("x", "must hold sequences of token ids"),
        (4, "must hold sequences of token ids"),
        ("9" * 30, "must hold sequences of token ids"),
        ("4 3 2", "beam_size must be above the 3 required tokens, is 3"),
    ],
)
def test_a_trace_that_does_not_hold_what_it_requires_is_refused(required: str | int, message: str) -> None:
    trace = example()
    with pytest.raises(TraceError, match=message):
        check(replace(trace, options={**trace.options, "required": required}))


def test_a_plain_beam_does_not_pass_for_one_with_banks() -> None:
    (plain,) = traces_of([golden_table("M2")], BeamOptions(beam_size=3, max_length=6), WORDS)
    with pytest.raises(TraceError):
        check(replace(plain, options={**plain.options, "required": "4"}))


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        (GreedyOptions, {}, "required goes with beam search and exact search, .* got GreedyOptions"),
        (SamplingOptions, {}, "got SamplingOptions"),
        (DiverseOptions, {}, "got DiverseOptions"),
        (BeamOptions, {"beam_size": 2}, "beam_size must be above the 2 required tokens, .* got 2"),
        (ExactOptions, {"beam_size": 2}, "beam_size must be above the 2 required tokens, .* got 2"),
        (BeamOptions, {"max_length": 2}, "max_length must be above the 2 required tokens, got 2"),
        (BeamOptions, {"stop_rule": StopRule.SHRINKING}, "stop rules that count outputs and not places, got shrinking"),
        (BeamOptions, {"refill": False, "finished_compete": True}, "finished_compete goes without required tokens"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(
    kind: type[SearchOptions], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        kind(constraints=Constraints(required=((A, B),)), **changes)


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ({"required": ((),)}, "required 1 must hold a token, got none"),
        ({"required": ((-1,),)}, r"required 1 must be a tuple of token ids, got \(-1,\)"),
        ({"required": ((A,),) * 9}, "required must be 8 sequences at most, got 9"),
        ({"required": ((A,), (B, C)), "banned": (C,)}, "required 2 must hold no banned token, got 4, which is banned"),
    ],
)
def test_sequences_that_make_no_sense_are_refused(constraints: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Constraints(**constraints)


@pytest.mark.parametrize("token", [1, 99])
def test_the_end_token_and_strangers_cannot_be_required(token: int) -> None:
    stepper = TableStepper([golden_table("M2")])
    options = BeamOptions(beam_size=3, constraints=Constraints(required=((token,),)))
    with pytest.raises(OptionError, match=f"required 1 must hold tokens below 5 and not the end token 1, got {token}"):
        decode(stepper, options, detokenize=stepper.detokenize)


def test_a_short_source_gets_the_room_that_they_need() -> None:
    options = BeamOptions(beam_size=64, room=0, constraints=Constraints(required=((A, B), (C,) * 5)))
    assert options.resolve_max_length(1) == 8


def test_the_coverage_may_steer_beside_them() -> None:
    table = replace(golden_table("M2"), source=("x", "y"), attention=((0.75, 0.25), (0.5, 0.25)))
    options = BeamOptions(
        beam_size=3, coverage=CoverageRule.GNMT, beta=0.5, coverage_steers=True,
        max_length=6, constraints=Constraints(required=((C,),)),
    )  # fmt: skip
    assert all(C in each.tokens for each in searched(table, options).hypotheses)
