import dataclasses
import math
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from seq2seq_core.decoding import Step, Table, TableStepper, beam_steps, decode, record
from seq2seq_core.decoding.record import SourceText
from seq2seq_core.decoding.table import TableState
from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.options import BeamOptions, GreedyOptions, SamplingOptions, SearchOptions, StopRule
from seq2seq_core.trace import Fate, check, from_json, same, to_json
from tests.support.tables import (
    WORDS,
    beam_options,
    best_of,
    every_output,
    plain_beam,
    plain_score,
    tables,
    trace_of,
    traces_of,
)


@settings(max_examples=300, deadline=None)
@given(table=tables(), options=beam_options())
def test_the_search_is_the_one_that_the_definition_describes(table: Table, options: BeamOptions) -> None:
    (trace,) = traces_of([table], options, WORDS)
    expected = plain_beam(table, options, WORDS)
    ended = expected.pool + expected.cut if options.cut_competes else expected.pool or expected.cut
    assert sorted((each.text, each.log_prob_sum, each.step) for each in trace.hypotheses) == sorted(ended)
    assert len(trace.steps) == expected.steps
    for each in trace.hypotheses:
        ends = each.fate is Fate.FINISHED
        assert each.score == pytest.approx(plain_score(each.log_prob_sum, len(each.tokens), options, ends=ends))


@settings(max_examples=60, deadline=None)
@given(table=tables(), options=beam_options())
def test_hypotheses_come_best_score_first(table: Table, options: BeamOptions) -> None:
    scores = [each.score for each in trace_of(table, options).hypotheses]
    assert scores == sorted(scores, reverse=True)


@settings(max_examples=60, deadline=None)
@given(table=tables(), options=beam_options())
def test_every_trace_is_consistent_and_survives_json(table: Table, options: BeamOptions) -> None:
    trace = trace_of(table, options)
    check(trace)
    assert same(from_json(to_json(trace)), trace)


@settings(max_examples=60, deadline=None)
@given(table=tables(), alpha=st.sampled_from([0.0, 0.7, 1.0]))
def test_a_beam_as_wide_as_all_prefixes_finds_every_output(table: Table, alpha: float) -> None:
    trace = trace_of(table, BeamOptions(beam_size=64, alpha=alpha, max_length=4))
    outputs = dict(every_output(table))
    assert {each.text: each.log_prob_sum for each in trace.hypotheses} == outputs
    best = max(total / (len(text.split()) + 1) ** alpha for text, total in outputs.items())
    assert trace.hypotheses[0].score == best


@settings(max_examples=60, deadline=None)
@given(table=tables(), max_length=st.integers(2, 5), min_length=st.integers(0, 1))
def test_a_beam_of_one_is_greedy_search(table: Table, max_length: int, min_length: int) -> None:
    beam = trace_of(table, BeamOptions(beam_size=1, max_length=max_length, min_length=min_length))
    greedy = trace_of(table, GreedyOptions(max_length=max_length, min_length=min_length))
    assert same(beam.hypotheses, greedy.hypotheses)
    assert len(beam.steps) == len(greedy.steps)


def test_a_beam_of_one_goes_on_past_an_end_token_where_something_better_may_come() -> None:
    # Greedy ends at once with 0.5. The place of the end token is refilled with "a", which is worth 0.45 * 1 in two
    # tokens: log 0.45 / 2 beats log 0.5 / 1 once lengths count.
    table = Table(following={"": {"</s>": 0.5, "a": 0.45, "b": 0.05}})
    assert best_of(table, GreedyOptions(alpha=1.0)).text == ""
    assert best_of(table, BeamOptions(beam_size=1, alpha=1.0)).text == ""
    patient = best_of(table, BeamOptions(beam_size=1, alpha=1.0, stop_rule=StopRule.NOTHING_LIVE_CAN_WIN))
    assert patient.text == "a"
    assert patient.score == pytest.approx(math.log(0.45) / 2, abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(
    batch=st.lists(tables(), min_size=1, max_size=4),
    options=st.one_of(beam_options(), st.builds(GreedyOptions, max_length=st.integers(2, 5))),
)
def test_a_batch_gives_what_its_sources_give_alone(batch: list[Table], options: SearchOptions) -> None:
    together = traces_of(batch, options, WORDS)
    alone = [traces_of([table], options, WORDS)[0] for table in batch]
    assert same(tuple(together), tuple(alone))


@settings(max_examples=40, deadline=None)
@given(batch=st.lists(tables(), min_size=1, max_size=3), options=beam_options())
def test_the_answer_without_a_trace_is_the_answer_of_the_trace(batch: list[Table], options: BeamOptions) -> None:
    stepper = TableStepper(batch, WORDS)
    answers = decode(stepper, options, detokenize=stepper.detokenize)
    traces = traces_of(batch, options, WORDS)
    for answer, trace in zip(answers, traces, strict=True):
        assert same(answer, trace.hypotheses[: options.beam_size])


def test_equal_sums_go_to_the_better_parent_then_to_the_lower_token() -> None:
    # Eight continuations of exactly equal probability, four of them kept.
    half = {"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25}
    table = Table(following={"": {"a": 0.5, "b": 0.5}, "a": half, "b": half})
    second = trace_of(table, BeamOptions(beam_size=4)).steps[1]
    assert second.parent_N.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert second.token_N.tolist() == [2, 3, 4, 5, 2, 3, 4, 5]
    assert list(second.fate_N) == [Fate.LIVE] * 4 + [Fate.BELOW_CUT] * 4


def test_an_end_token_below_rank_k_is_lost_and_its_distance_told() -> None:
    table = Table(following={"": {"a": 0.5, "b": 0.3, "</s>": 0.15, "c": 0.05}})
    first = trace_of(table, BeamOptions(beam_size=2)).steps[0]
    assert list(first.fate_N) == [Fate.LIVE, Fate.LIVE, Fate.END_BELOW_CUT, Fate.BELOW_CUT]
    assert first.margin_N == pytest.approx([0, 0, math.log(0.3 / 0.15), math.log(0.3 / 0.05)], abs=1e-6)


def test_an_end_token_costs_no_prefix_its_place() -> None:
    table = Table(following={"": {"</s>": 0.4, "a": 0.3, "b": 0.2, "c": 0.1}})
    first = trace_of(table, BeamOptions(beam_size=2)).steps[0]
    assert list(first.fate_N) == [Fate.FINISHED, Fate.LIVE, Fate.LIVE, Fate.BELOW_CUT]


def test_a_forbidden_end_token_does_not_raise_the_others() -> None:
    table = Table(following={"": {"</s>": 0.9, "a": 0.1}})
    trace = trace_of(table, BeamOptions(beam_size=2, min_length=1))
    assert trace.hypotheses[0].text == "a"
    assert trace.hypotheses[0].log_prob_sum == pytest.approx(math.log(0.1), abs=1e-7)
    # The list of next tokens still tells what the model said.
    assert [trace.labels[token] for token in trace.steps[0].next_token_EP[0, :2].tolist()] == ["</s>", "a"]


def test_a_prefix_cut_at_the_maximum_wins_only_where_nothing_finished() -> None:
    table = Table(following={"": {"a": 0.9, "</s>": 0.1}, "a": {"a": 0.9, "</s>": 0.1}})
    finished = trace_of(table, BeamOptions(beam_size=3, max_length=2, alpha=1.0))
    cut = trace_of(table, BeamOptions(beam_size=1, max_length=2, alpha=1.0))
    assert [each.text for each in finished.hypotheses] == ["a", ""]
    assert finished.stop.reason == cut.stop.reason == "maximum length"
    assert [(each.text, each.fate, each.length) for each in cut.hypotheses] == [("a a", Fate.CUT_AT_MAXIMUM, 2)]


def test_equal_scores_go_to_the_earlier_step() -> None:
    # Both outputs have probability 1/2 and alpha is 0.
    table = Table(following={"": {"</s>": 0.5, "a": 0.5}})
    assert [each.text for each in trace_of(table, BeamOptions(beam_size=2, alpha=0.0)).hypotheses] == ["", "a"]


def test_a_source_without_any_output_ends_without_hypotheses() -> None:
    table = Table(following={"": {"</s>": 1.0}})
    for options in (BeamOptions(min_length=2), GreedyOptions(min_length=2)):
        trace = trace_of(table, options)
        check(trace)
        assert trace.hypotheses == ()
        assert (trace.stop.reason, trace.stop.winner_step) == ("no live prefix", 0)


def test_n_best_bounds_the_answer_but_not_the_trace() -> None:
    table = Table(following={"": {"</s>": 0.4, "a": 0.3, "b": 0.3}})
    options = BeamOptions(beam_size=3, n_best=2)
    stepper = TableStepper([table])
    assert len(decode(stepper, options, detokenize=stepper.detokenize)[0]) == 2
    assert len(trace_of(table, options).hypotheses) == 3


class CountingStepper(TableStepper):
    """Counts the rearrangements of its state, and can be made to give NaN."""

    def __init__(self, tables: Sequence[Table], *, broken: bool = False) -> None:
        super().__init__(tables)
        self.selections: list[list[int]] = []
        self._broken = broken

    def step(self, tokens_R: Tensor, state: TableState) -> Step[TableState]:
        answer = super().step(tokens_R, state)
        return dataclasses.replace(answer, log_probs_RV=answer.log_probs_RV * math.nan) if self._broken else answer

    def select(self, state: TableState, rows_R: Tensor) -> TableState:
        self.selections.append(rows_R.tolist())
        return super().select(state, rows_R)


def test_the_state_is_rearranged_only_where_the_order_changed() -> None:
    table = Table(following={"": {"a": 0.6, "b": 0.4}, "a": {"a": 0.9, "b": 0.1}, "b": {"b": 0.9, "a": 0.1}})
    stepper = CountingStepper([table])
    decode(stepper, BeamOptions(beam_size=2), detokenize=stepper.detokenize)
    # One root becomes two rows; then each prefix has one successor, in the same order.
    assert stepper.selections == [[0, 0]]


def test_finished_sources_leave_the_batch() -> None:
    short = Table(following={"": {"</s>": 1.0}, "a": {"a": 1.0}})
    long = Table(following={"": {"a": 1.0}, "a": {"a": 1.0}})
    stepper = CountingStepper([short, long])
    steps = list(beam_steps(stepper, BeamOptions(beam_size=1)))
    assert [step.source_A.tolist() for step in steps] == [[0, 1], [1], [1]]
    assert stepper.selections == [[1]]


@pytest.mark.parametrize("options", [BeamOptions(), GreedyOptions(), SamplingOptions()])
def test_a_model_that_gives_nan_is_refused(options: SearchOptions) -> None:
    stepper = CountingStepper([Table(following={})], broken=True)
    with pytest.raises(InputError, match="NaN from the model in step 1"):
        decode(stepper, options, detokenize=stepper.detokenize)


def test_options_without_a_decoder_are_refused() -> None:
    stepper = TableStepper([Table(following={})])
    with pytest.raises(OptionError, match="SamplingOptions, ExactOptions, got SearchOptions"):
        decode(stepper, SearchOptions(), detokenize=stepper.detokenize)


def test_a_source_needs_one_label_per_piece() -> None:
    stepper = TableStepper([Table(following={}, source=("x", "y"))])
    with pytest.raises(InputError, match=r"got \[1\] for \[2\] pieces"):
        record(stepper, BeamOptions(), [SourceText("x", ("x",))], label=stepper.label, detokenize=stepper.detokenize)


def test_a_model_that_wants_gradients_can_be_searched() -> None:
    class Trainable(CountingStepper):
        def step(self, tokens_R: Tensor, state: TableState) -> Step[TableState]:
            answer = super().step(tokens_R, state)
            return dataclasses.replace(answer, log_probs_RV=answer.log_probs_RV * torch.ones((), requires_grad=True))

    stepper = Trainable([Table(following={"": {"a": 0.5, "b": 0.5}})])
    assert len(list(beam_steps(stepper, BeamOptions(beam_size=2), losers=4))) == 2
