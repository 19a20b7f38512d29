"""Ancestral sampling: what is drawn, how often, from whose numbers; and the rules that its traces must keep."""

import dataclasses
import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.decoding import Table, TableStepper, decode
from seq2seq_core.decoding.filters import filtered
from seq2seq_core.decoding.sampling import draw
from seq2seq_core.errors import TraceError
from seq2seq_core.options import GreedyOptions, SamplingOptions
from seq2seq_core.trace import Fate, Trace, check, from_json, same, to_json
from tests.support.tables import CASES, WORDS, best_of, every_output, tables, trace_of, traces_of

BASE: Mapping[str, float] = CASES["G17"]["base"]  # a 0.4, b 0.25, c 0.15, d 0.12, </s> 0.08
THREE = {"a": 0.5, "b": 0.3, "c": 0.2}


def independent(probabilities: Mapping[str, float]) -> Table:
    """The same distribution at every step, whatever came before."""
    return Table(following=dict.fromkeys(["", *probabilities.keys() - {"</s>"}], probabilities), order=1)


def drawn_index(trace: Trace, number: int) -> int:
    (index,) = [at for at, fate in enumerate(trace.steps[number - 1].fate_N) if fate is not Fate.NOT_DRAWN]
    return index


def sampling_options() -> st.SearchStrategy[SamplingOptions]:
    return st.builds(
        SamplingOptions,
        temperature=st.sampled_from([0.01, 0.5, 1.0, 3.0]),
        top_k=st.integers(0, 3),
        top_p=st.sampled_from([0.1, 0.5, 0.9, 1.0]),
        seed=st.integers(0, 1000),
        alpha=st.sampled_from([0.0, 0.7]),
        max_length=st.integers(3, 6),
        min_length=st.integers(0, 2),
    )


@pytest.mark.parametrize(
    ("chance", "token"), [(0.0, 1), (0.49, 1), (0.5, 3), (0.74, 3), (0.75, 4), (np.nextafter(1.0, 0.0), 4)]
)
def test_the_number_falls_into_the_part_of_its_token(chance: float, token: int) -> None:
    # Cumulative: 0, 0.5, 0.5, 0.75, 1, 1; tokens 0, 2 and 5 have no part.
    prob_RV = np.array([[0.0, 0.5, 0.0, 0.25, 0.25, 0.0]])
    assert draw(prob_RV, np.array([chance])).tolist() == [token]


def test_rows_are_drawn_each_by_its_own_number() -> None:
    assert draw(np.array([[0.5, 0.5]] * 2), np.array([0.9, 0.1])).tolist() == [1, 0]


def assert_frequencies(drawn: Mapping[str, int], expected: Mapping[str, float]) -> None:
    """Within five standard deviations of the binomial distribution, and nothing else was drawn."""
    draws = sum(drawn.values())
    assert set(drawn) == set(expected)
    for token, probability in expected.items():
        sigma = math.sqrt(draws * probability * (1 - probability))
        assert abs(drawn[token] - draws * probability) <= 5 * sigma


def test_tokens_of_outputs_are_drawn_as_often_as_the_filters_make_them_probable() -> None:
    drawn: Counter[str] = Counter()
    for seed in range(8):
        options = SamplingOptions(max_length=500, seed=seed, temperature=0.5, top_k=3)
        drawn.update(best_of(independent(BASE), options).text.split())
    assert drawn.total() == 4000
    assert_frequencies(drawn, CASES["G17"]["T0_5_topk3"])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [({}, BASE), ({"temperature": 2.0}, CASES["G17"]["temperature_2"]), ({"top_p": 0.8}, CASES["G18"]["top_p_0_8"])],
)
def test_draws_are_as_frequent_as_their_tokens_are_probable(
    filters: dict[str, Any], expected: Mapping[str, float]
) -> None:
    words, log_probs_V = list(BASE), torch.tensor([math.log(each) for each in BASE.values()])
    prob_RV = filtered(log_probs_V.expand(4000, -1), SamplingOptions(**filters)).numpy()
    token_R = draw(prob_RV, np.random.default_rng(1).random(4000))
    assert_frequencies(Counter(words[token] for token in token_R.tolist()), expected)


def test_whole_outputs_are_drawn_as_often_as_they_are_probable() -> None:
    table = Table(following={"": {"a": 0.6, "b": 0.4}, "a": {"</s>": 0.5, "b": 0.5}, "b": {"</s>": 0.7, "a": 0.3}})
    drawn = Counter(best_of(table, SamplingOptions(seed=seed)).text for seed in range(600))
    # 0.6 * 0.5, 0.6 * 0.5, 0.4 * 0.7, 0.4 * 0.3; "a b" and "b a" are not in the table, so their end is certain.
    assert_frequencies(drawn, {"a": 0.3, "a b": 0.3, "b": 0.28, "b a": 0.12})


def test_the_seed_alone_decides() -> None:
    options = SamplingOptions(max_length=30, seed=7)
    outputs = [best_of(independent(THREE), dataclasses.replace(options, seed=seed)).text for seed in (7, 7, 8)]
    assert outputs[0] == outputs[1]
    assert outputs[0] != outputs[2]


def test_a_source_draws_the_same_alone_and_in_any_batch() -> None:
    options = SamplingOptions(max_length=20, seed=3)
    short, long = Table(following={"": {"a": 0.5, "b": 0.5}}), independent(BASE)
    batch = [short, long, independent(THREE), long]
    together = traces_of(batch, options, vocabulary=["a", "b", "c", "d"])
    assert len({len(trace.steps) for trace in together}) > 1  # sources leave the batch at different times
    for trace, table in zip(together, batch, strict=True):
        check(trace)
        assert same(trace, traces_of([table], options, vocabulary=["a", "b", "c", "d"])[0])
    assert same(together[1], together[3])


def test_words_that_only_a_batch_has_do_not_change_the_draw() -> None:
    # A model that copies has more words where another source of the batch brings some.
    options, table = SamplingOptions(max_length=20, seed=5), independent(THREE)
    narrow = traces_of([table], options, vocabulary=["a", "b", "c"])[0]
    wide = traces_of([table], options, vocabulary=["a", "b", "c", "x", "y"])[0]
    assert narrow.hypotheses == wide.hypotheses


def test_at_the_lowest_temperature_sampling_is_greedy_search() -> None:
    table = Table(following={"": {"a": 0.5, "</s>": 0.3, "b": 0.2}, "a": {"b": 0.6, "c": 0.4}})
    options = SamplingOptions(temperature=1e-6)
    assert best_of(table, options).tokens == best_of(table, GreedyOptions()).tokens


def test_the_ledger_is_the_models_own_whatever_shapes_the_draw() -> None:
    trace = trace_of(independent(BASE), SamplingOptions(temperature=0.2, top_k=1, max_length=3, alpha=0.0))
    check(trace)
    assert (trace.hypotheses[0].text, trace.hypotheses[0].fate) == ("a a a", Fate.CUT_AT_MAXIMUM)
    assert trace.hypotheses[0].log_prob_sum == pytest.approx(3 * math.log(0.4), abs=1e-6)
    assert trace.options["log_prob"] == "the model's own: at temperature 1, before top_k and top_p"
    named = {name: trace.options[name] for name in ("temperature", "top_k", "top_p", "seed")}
    assert named == {"temperature": 0.2, "top_k": 1, "top_p": 1.0, "seed": 0}


def test_a_step_lists_the_drawn_token_among_the_most_probable_ones() -> None:
    # Ten tokens of 0.145, 0.135, ... 0.055: the best five, or the best four and the drawn one behind them.
    words = [f"w{number}" for number in range(10)]
    table = independent({word: 0.145 - 0.01 * number for number, word in enumerate(words)})
    trace = trace_of(table, SamplingOptions(max_length=60))
    check(trace)
    places: Counter[tuple[int, bool]] = Counter()
    for number, step in enumerate(trace.steps, 1):
        listed, at = [trace.labels[token] for token in step.token_N.tolist()], drawn_index(trace, number)
        assert listed[:4] == words[:4]
        assert listed[4] == words[4] or at == 4
        assert step.margin_N.tolist() == [0.0] * 5
        places[at, listed[4] == words[4]] += 1
    assert {(0, True), (3, True), (4, True), (4, False)} <= set(places)


def test_the_end_token_ends_the_output_and_may_be_passed_over() -> None:
    traces = [
        trace_of(Table(following={"": {"a": 0.5, "</s>": 0.5}}), SamplingOptions(seed=seed)) for seed in range(20)
    ]
    assert {trace.hypotheses[0].text for trace in traces} == {"", "a"}
    for trace in traces:
        check(trace)
        ended = trace.hypotheses[0].text == ""
        # Equally probable: the end token has the lower id and is listed first.
        expected = (Fate.FINISHED, Fate.NOT_DRAWN) if ended else (Fate.NOT_DRAWN, Fate.LIVE)
        assert trace.steps[0].fate_N == expected
        assert (trace.stop.rule, trace.stop.reason) == ("end token drawn", "end token drawn")


def test_the_end_is_not_drawn_below_the_minimum_length() -> None:
    table = Table(following={"": {"a": 0.01, "</s>": 0.99}})
    trace = trace_of(table, SamplingOptions(min_length=1))
    check(trace)
    assert trace.hypotheses[0].text == "a"
    assert trace.steps[0].log_prob_N.tolist() == pytest.approx([math.log(0.01)], abs=1e-6)


def test_where_nothing_can_follow_there_is_no_output() -> None:
    trace = trace_of(Table(following={"": {"</s>": 1.0}}), SamplingOptions(min_length=1))
    check(trace)
    assert (trace.hypotheses, trace.stop.reason) == ((), "no live prefix")


@settings(max_examples=60, deadline=None)
@given(st.lists(tables(), min_size=1, max_size=3), sampling_options())
def test_every_trace_of_a_sample_holds_together_and_is_an_output_of_the_model(
    batch: list[Table], options: SamplingOptions
) -> None:
    # WORDS as the vocabulary, so that the answer of a source does not depend on the others.
    stepper = TableStepper(batch, WORDS)
    answers = decode(stepper, options, detokenize=stepper.detokenize)
    for trace, answer, table in zip(traces_of(batch, options, WORDS), answers, batch, strict=True):
        check(trace)
        assert same(from_json(to_json(trace)), trace)
        assert trace.hypotheses[:1] == tuple(
            dataclasses.replace(each, index=trace.hypotheses[0].index) for each in answer
        )
        if answer and answer[0].fate is Fate.FINISHED:
            assert answer[0].log_prob_sum == pytest.approx(dict(every_output(table))[answer[0].text], abs=1e-9)


def good() -> Trace:
    """Step 1 draws the second of five."""
    for seed in range(100):
        trace = trace_of(independent(BASE), SamplingOptions(seed=seed, top_k=2, max_length=4))
        if drawn_index(trace, 1) == 1:
            return trace
    raise AssertionError("no seed draws b")


def with_fates(*fates: Fate) -> Callable[[Trace], Trace]:
    def change(trace: Trace) -> Trace:
        return dataclasses.replace(trace, steps=(dataclasses.replace(trace.steps[0], fate_N=fates), *trace.steps[1:]))

    return change


def with_options(**values: Any) -> Callable[[Trace], Trace]:
    return lambda trace: dataclasses.replace(trace, options={**trace.options, **values})


N = Fate.NOT_DRAWN
FAULTS: dict[str, tuple[Callable[[Trace], Trace], str]] = {
    "two drawn": (with_fates(Fate.LIVE, Fate.LIVE, N, N, N), "step 1: 1 must be drawn after prefix -1, 2 are"),
    "none drawn": (with_fates(N, N, N, N, N), "step 1: 1 must be drawn after prefix -1, 0 are"),
    "one cut too early": (with_fates(N, Fate.CUT_AT_MAXIMUM, N, N, N), "must be live or finished, is cut"),
    "one below a cut": (with_fates(N, Fate.BELOW_CUT, N, N, N), "must be live or finished, is below"),
    "one that top-k leaves out": (with_fates(N, N, Fate.LIVE, N, N), "must be of the best 2, is 2"),
    "no word on whose log-probabilities": (with_options(log_prob=""), "option log_prob must be"),
    "no top-k": (with_options(top_k="2"), "option top_k must be a whole number from 0 to 1000000, is '2'"),
    "a maximum length that was passed": (
        with_options(max_length=1),
        "step 1: candidate 1, drawn 1 times, must be cut at maximum",
    ),
    "greedy search that drew": (lambda trace: dataclasses.replace(trace, algorithm="greedy"), "candidate 0 must be"),
    "the rule of greedy search": (
        lambda trace: dataclasses.replace(trace, stop=dataclasses.replace(trace.stop, rule="end token")),
        "stop: rule must be 'end token drawn'",
    ),
}


def test_the_sample_that_the_faults_are_planted_in_is_good() -> None:
    check(good())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    change, message = FAULTS[fault]
    with pytest.raises(TraceError, match=message):
        check(change(good()))


def several(samples: int = 20, **changes: Any) -> Trace:
    settings_ = {"samples": samples, "max_length": 5, "seed": 3} | changes
    trace = trace_of(independent(THREE | {"a": 0.4, "</s>": 0.1}), SamplingOptions(**settings_))
    check(trace)
    return trace


@settings(max_examples=60, deadline=None)
@given(table=tables(), options=sampling_options(), samples=st.integers(2, 6))
def test_every_sample_is_the_one_that_its_number_draws_alone(
    table: Table, options: SamplingOptions, samples: int
) -> None:
    (trace,) = traces_of([table], dataclasses.replace(options, samples=samples), WORDS)
    check(trace)
    assert same(from_json(to_json(trace)), trace)
    fewer = traces_of([table], dataclasses.replace(options, samples=samples - 1), WORDS)[0]
    assert {each.text for each in fewer.hypotheses} <= {each.text for each in trace.hypotheses}


def test_samples_that_agree_share_a_prefix_and_are_counted() -> None:
    trace = several()
    first = trace.steps[0]
    assert first.draws_N is not None
    assert first.draws_N.sum() == 20
    assert sum(1 for draws in first.draws_N if draws > 1) >= 2
    for before, step in zip(trace.steps, trace.steps[1:], strict=False):
        assert before.draws_N is not None and step.draws_N is not None
        for prefix in step.expanded_E.tolist():
            assert step.draws_N[step.parent_N == prefix].sum() == before.draws_N[prefix]


def test_every_output_of_several_samples_is_given_the_cut_ones_too() -> None:
    trace = several(max_length=2)
    fates = {each.fate for each in trace.hypotheses}
    assert fates == {Fate.FINISHED, Fate.CUT_AT_MAXIMUM}
    assert trace.stop.reason == "maximum length"


def test_samples_of_a_batch_are_those_of_each_source_alone() -> None:
    table = independent(THREE | {"a": 0.4, "</s>": 0.1})
    options = SamplingOptions(samples=4, max_length=5)
    for trace in traces_of([table, table, table], options):
        assert same(trace, trace_of(table, options))


SEVERAL_FAULTS: dict[str, tuple[Callable[[Trace], Trace], str]] = {
    "one draw too many": (
        lambda trace: with_first(trace, draws_N=np.ones(len(trace.steps[0].fate_N), dtype=np.int64)),
        "must be live or finished if it was drawn|20 must be drawn after prefix -1|must be not drawn|drawn 1 times",
    ),
    "no draws": (lambda trace: with_first(trace, draws_N=None), "step 1: draws must be there"),
    "draws of a single sample": (with_options(samples=1), "step 1: draws must be there"),
    "more samples": (with_options(samples=21), "step 1: 21 must be drawn after prefix -1, 20 are"),
}


def with_first(trace: Trace, **columns: Any) -> Trace:
    return dataclasses.replace(trace, steps=(dataclasses.replace(trace.steps[0], **columns), *trace.steps[1:]))


@pytest.mark.parametrize("fault", SEVERAL_FAULTS)
def test_a_fault_among_several_samples_is_found(fault: str) -> None:
    change, message = SEVERAL_FAULTS[fault]
    with pytest.raises(TraceError, match=message):
        check(change(several()))
