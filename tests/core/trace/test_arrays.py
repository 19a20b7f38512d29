"""Traces from plain arrays: by hand, and rebuilt from recorded searches whose arrays were shuffled."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.decoding import Table
from seq2seq_core.errors import OptionError, TraceError
from seq2seq_core.options import (
    BeamOptions,
    Constraints,
    CoverageRule,
    DiverseOptions,
    GreedyOptions,
    LengthCount,
    LengthRule,
    SamplingOptions,
    SearchOptions,
    StopRule,
)
from seq2seq_core.trace import (
    ArraySource,
    ArrayStep,
    Fate,
    TokenNames,
    Trace,
    check,
    from_json,
    same,
    to_json,
    trace_of_arrays,
)
from tests.support.as_arrays import names_of, options_of, shuffled_steps, source_of
from tests.support.evident import evident_trace
from tests.support.tables import beam_options, golden_table, tables, trace_of

WORDS = ("<s>", "</s>", "a", "b", "c")
NAMES = TokenNames(1, WORDS.__getitem__)
BEAM_2 = BeamOptions(beam_size=2, max_length=9, alpha=1.0)


def by_hand() -> list[ArrayStep]:
    """Beam of two; the candidates of step 1 come worst first.

    Step 1: b -1.0 (given first), a -0.5, </s> -3.0: a and b live, </s> has rank 3.
    Step 2: a </s> -0.5 - 0.3 = -0.8 (rank 1), b </s> -1.0 - 0.1 = -1.1 (rank 2), a c -0.5 - 2.0 = -2.5.
    """
    return [
        ArrayStep(tokens=[3, 2, 1], parents=[-1, -1, -1], log_probs=[-1.0, -0.5, -3.0], attention=[[0.5, 0.25]]),
        ArrayStep(
            tokens=[1, 1, 4],
            parents=[0, 1, 1],
            log_probs=[-0.1, -0.3, -2.0],
            attention=[[0.25, 0.75], [1.0, 0.0]],  # of b, which was given first, and of a
        ),
    ]


def changed(number: int, **values: Any) -> list[ArrayStep]:
    steps = by_hand()
    steps[number - 1] = dataclasses.replace(steps[number - 1], **values)
    return steps


def built(steps: list[ArrayStep], options: SearchOptions = BEAM_2, names: TokenNames = NAMES, **more: Any) -> Trace:
    return trace_of_arrays(steps, options, names, ArraySource("x y", ("x", "y")), **more)


def test_candidates_are_sorted_and_their_parents_follow() -> None:
    trace = built(by_hand())
    one, two = trace.steps
    assert [trace.labels[token] for token in one.token_N.tolist()] == ["a", "b", "</s>"]
    assert one.fate_N == (Fate.LIVE, Fate.LIVE, Fate.END_BELOW_CUT)
    assert one.margin_N.tolist() == [0.0, 0.0, 2.0]  # -1.0, the second best, minus -3.0
    assert (two.parent_N.tolist(), two.token_N.tolist()) == ([0, 1, 0], [1, 1, 4])
    assert two.log_prob_sum_N.tolist() == pytest.approx([-0.8, -1.1, -2.5])
    assert two.score_N.tolist() == pytest.approx([-0.4, -0.55, -1.25])  # T = 2, alpha 1
    assert two.fate_N == (Fate.FINISHED, Fate.FINISHED, Fate.LIVE)


def test_the_outputs_and_the_reason_to_stop_follow_from_the_options() -> None:
    trace = built(by_hand())
    assert [(each.text, each.score) for each in trace.hypotheses] == [
        ("a", pytest.approx(-0.4)),
        ("b", pytest.approx(-0.55)),
    ]
    assert (trace.stop.reason, trace.stop.winner_step, trace.stop.last_step) == ("k_finished", 2, 2)
    assert (trace.algorithm, trace.formula) == ("beam", "log_prob_sum / T^1, T counts the end token")
    check(trace)
    assert same(from_json(to_json(trace)), trace)


def test_rows_go_with_the_prefix_that_they_were_given_for() -> None:
    # a is ranked before b, so that its row comes first; where the order is stated, that one holds.
    for steps in (by_hand(), changed(2, expanded=[1, 0], attention=[[1.0, 0.0], [0.25, 0.75]])):
        step = built(steps).steps[1]
        assert step.expanded_E.tolist() == [0, 1]
        assert step.attention_ES is not None
        assert step.attention_ES.tolist() == [[1.0, 0.0], [0.25, 0.75]]


def test_what_lives_at_the_maximum_length_is_cut() -> None:
    options = dataclasses.replace(BEAM_2, max_length=1, cut_competes=True)
    trace = built(by_hand()[:1], options)
    assert trace.steps[0].fate_N == (Fate.CUT_AT_MAXIMUM, Fate.CUT_AT_MAXIMUM, Fate.END_BELOW_CUT)
    assert trace.stop.reason == "maximum length"
    assert [each.text for each in trace.hypotheses] == ["a", "b"]


def test_steps_of_a_batch_that_goes_on_are_left_aside_only_if_asked() -> None:
    junk = ArrayStep(tokens=[7], parents=[55], log_probs=[-0.1])
    assert same(built([*by_hand(), junk], trailing=True), built(by_hand()))
    with pytest.raises(TraceError, match="step 2 fulfils the stop rule 'k_finished', but the arrays go on"):
        built([*by_hand(), junk])


def test_next_tokens_are_listed_where_they_are_given() -> None:
    steps = changed(1, next_tokens=[[2, 3, 1, 0]], next_log_probs=[[-0.5, -1.0, -3.0, -math.inf]])
    trace = built(steps)
    assert trace.steps[0].next_token_EP.tolist() == [[2, 3, 1, -1]]
    assert trace.steps[1].next_token_EP.shape == (2, 0)


def test_an_output_reads_as_the_tokenizer_says() -> None:
    trace = built(by_hand(), names=TokenNames(1, WORDS.__getitem__, lambda tokens: f"<{len(tokens)}>"))
    assert [each.text for each in trace.hypotheses] == ["<1>", "<1>"]


FAULTS: dict[str, tuple[list[ArrayStep], str]] = {
    "no steps": ([], "must have steps"),
    "a parent in step 1": (changed(1, parents=[-1, 0, -1]), "step 1: the parent of candidate 1 must be -1, .* is 0"),
    "a parent that does not exist": (changed(2, parents=[0, 3, 1]), "step 2: the parent of candidate 1 must be one of"),
    "the start in step 2": (changed(2, parents=[-1, 1, 1]), "step 2: the parent of candidate 0 must be one of the 3"),
    "a parent that was an end": (
        changed(2, parents=[0, 1, 2]),
        "step 2: the parent of candidate 2 must be live, but 2 .* 'end token below the cut' by its rank 3",
    ),
    "a parent that was impossible": (
        [changed(1, log_probs=[-1.0, -0.5, -math.inf])[0], changed(2, parents=[0, 1, 2])[1]],
        "step 2: .* must be live, but 2 of the step before is impossible",
    ),
    "a live one that the ranks prune": (
        changed(1, live=[True, False, True]),
        "step 1: candidate 1, given as not live, is 'live' by its rank 1",
    ),
    "an end that the ranks do not let finish": (
        changed(1, finished=[False, False, True]),
        "step 1: candidate 2, given as finished, is 'end token below the cut' by its rank 3",
    ),
    "a claim that is too short": (changed(1, live=[True]), "step 1: live must be as many as log_probs, are 1"),
    "a claim in numbers": (changed(1, live=[1, 1, 0]), "step 1: live must have 1 dimensions"),
    "a step that is missing": (by_hand()[:1], "step 1 must end the search, but prefixes live"),
    "a continuation listed twice": (
        changed(2, tokens=[1, 1, 1], parents=[0, 1, 1]),
        "step 2: a continuation must be listed once",
    ),
    "a log-probability above 0": (changed(2, log_probs=[0.1, -0.3, -2.0]), "step 2: a log_prob must not be above 0"),
    "a log-probability that is none": (changed(2, log_probs=[math.nan, -0.3, -2.0]), "step 2: log_probs must hold"),
    "tokens of another number": (changed(2, tokens=[1, 1]), "step 2: tokens must be as many as log_probs, 3, are 2"),
    "tokens that are no ids": (changed(2, tokens=[1.0, 1.0, 4.0]), "step 2: tokens must have 1 dimensions of numbers"),
    "ragged arrays": (changed(1, attention=[[0.5, 0.25], [0.5]]), "step 1: attention must be an array"),
    "attention of too few prefixes": (changed(2, attention=[[1.0, 0.0]]), "step 2: attention must have a row for each"),
    "attention on other pieces": (changed(1, attention=[[0.5, 0.25, 0.25]]), "step 1, attention_ES: S is 2"),
    "attention above 1": (changed(1, attention=[[1.5, 0.0]]), "step 1: attention must be from 0 to 1"),
    "rows of other prefixes": (
        changed(2, expanded=[0, 2]),
        r"step 2 must expand the live prefixes \[0, 1\], expands \[0, 2\]",
    ),
    "next tokens without their log-probabilities": (changed(1, next_tokens=[[2]]), "step 1: .* must come together"),
    "a next token that disagrees": (
        changed(1, next_tokens=[[2]], next_log_probs=[[-0.25]]),
        "step 1: token 2 after prefix -1 has log_prob -0.5, listed as -0.25",
    ),
    "next tokens of another shape": (
        changed(1, next_tokens=[[2, 3]], next_log_probs=[[-0.5]]),
        "step 1: next_tokens must have the shape",
    ),
    "evidence of an unknown name": (changed(1, evidence={"mood": [1.0]}), "step 1: evidence must be one of heads, "),
    "a token without a label": (changed(2, tokens=[1, 1, 17]), "label must name every token, has none for 17"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_arrays_that_contradict_themselves_are_refused_with_their_step(fault: str) -> None:
    steps, message = FAULTS[fault]
    with pytest.raises(TraceError, match=message):
        built(steps)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (SamplingOptions(max_length=9), "needs BeamOptions or GreedyOptions, got SamplingOptions"),
        (DiverseOptions(max_length=9), "got DiverseOptions"),
        (BeamOptions(), "max_length must be given"),
        (BeamOptions(max_length=9, constraints=Constraints(banned=(2,))), "constraints cannot be stated"),
    ],
)
def test_options_that_arrays_cannot_have_been_searched_with_are_refused(options: SearchOptions, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        built(by_hand(), options)


def test_a_coverage_rule_without_attention_is_refused() -> None:
    options = dataclasses.replace(BEAM_2, coverage=CoverageRule.GNMT, beta=0.2)
    with pytest.raises(TraceError, match="step 1: a coverage rule needs attention"):
        built(changed(1, attention=None), options)


def rebuilt(trace: Trace, options: BeamOptions | GreedyOptions, seed: int = 0, **changes: Any) -> Trace:
    steps = shuffled_steps(trace, seed, **changes)
    return trace_of_arrays(steps, options_of(trace, options), names_of(trace), source_of(trace))


def attending(name: str) -> Table:
    return dataclasses.replace(golden_table(name), source=("x", "y"), attention=((0.75, 0.25), (0.5, 0.25)))


@pytest.mark.parametrize(
    "options",
    [
        GreedyOptions(),
        BeamOptions(beam_size=1),
        BeamOptions(beam_size=2),
        BeamOptions(beam_size=3, stop_rule=StopRule.SHRINKING),
        BeamOptions(beam_size=2, refill=False, stop_rule=StopRule.TOP_FINISHED),
        BeamOptions(beam_size=2, length_rule=LengthRule.REWARD, reward=0.5, counts=LengthCount.CONTENT),
        BeamOptions(beam_size=2, coverage=CoverageRule.SUMMARY, beta=0.3),
        BeamOptions(beam_size=2, coverage=CoverageRule.GNMT, beta=0.3, coverage_steers=True),
    ],
)
@pytest.mark.parametrize("model", ["M1", "M3", "M6", "M9"])
def test_a_recorded_search_comes_out_of_its_shuffled_arrays_the_same(
    model: str, options: BeamOptions | GreedyOptions
) -> None:
    trace = trace_of(attending(model), options)
    for seed in range(3):
        assert same(rebuilt(trace, options, seed), trace)


def test_evidence_beside_the_attention_comes_along() -> None:
    trace, options = evident_trace(), BeamOptions(beam_size=2)
    assert same(dataclasses.replace(rebuilt(trace, options), window=trace.window, grid=trace.grid), trace)


def test_the_tree_needs_nothing_but_tokens_parents_and_log_probs() -> None:
    trace, options = trace_of(attending("M6"), BeamOptions(beam_size=2)), BeamOptions(beam_size=2)
    absent = ("live", "finished", "expanded", "attention", "next_tokens", "next_log_probs")
    nothing: dict[str, Any] = dict.fromkeys(absent)
    found = rebuilt(trace, options, **nothing)
    for one, other in zip(found.steps, trace.steps, strict=True):
        assert one.fate_N == other.fate_N
        assert all(
            np.array_equal(getattr(one, name), getattr(other, name))
            for name in ("expanded_E", "parent_N", "token_N", "log_prob_sum_N", "score_N", "margin_N")
        )
    assert found.hypotheses == trace.hypotheses


@settings(max_examples=150, deadline=None)
@given(table=tables(), options=beam_options(), seed=st.integers(0, 9))
def test_any_beam_search_over_any_table_comes_out_the_same(table: Table, options: BeamOptions, seed: int) -> None:
    trace = trace_of(table, options)
    assert same(rebuilt(trace, options, seed), trace)
