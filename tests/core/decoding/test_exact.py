"""Exact search: what it proves is what enumeration finds, under every rule for scores."""

import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.decoding import Table, TableStepper, decode
from seq2seq_core.decoding.depths import Depths
from seq2seq_core.decoding.exact import _Search, exact_steps
from seq2seq_core.decoding.scoring import rule_of
from seq2seq_core.errors import OptionError, TraceError
from seq2seq_core.options import BeamOptions, Constraints, CoverageRule, ExactOptions, GreedyOptions, LengthRule
from seq2seq_core.trace import NODE_BUDGET, PROVED, Fate, ScoreRule, Trace, check, from_json, same, to_json
from tests.support.tables import (
    CASES,
    WORDS,
    every_output,
    golden_table,
    plain_score,
    score_rules,
    tables,
    trace_of,
    traces_of,
)

TO_SIX_DIGITS = 1.5e-6
ALPHAS = ["0.0", "0.3", "0.5", "0.6", "0.7", "0.8", "1.0"]


def proved(table: Table, options: ExactOptions) -> Trace:
    (trace,) = traces_of([table], options, WORDS)
    check(trace)
    assert trace.stop.reason == PROVED
    return trace


@settings(max_examples=300, deadline=None)
@given(table=tables(), rule=score_rules(), beam_size=st.integers(1, 3))
def test_the_proved_optimum_is_the_best_of_all_outputs(table: Table, rule: dict[str, object], beam_size: int) -> None:
    options = ExactOptions(max_length=4, beam_size=beam_size, **rule)  # type: ignore[arg-type]  # the strategy's fields
    trace = proved(table, options)
    outputs = {
        text: plain_score(total, len(text.split()), options, ends=True)
        for text, total in every_output(table)
        if len(text.split()) < 4
    }
    winner = trace.hypotheses[0]
    assert winner.score == pytest.approx(max(outputs.values()), abs=1e-9)
    assert winner.score == pytest.approx(outputs[winner.text], abs=1e-9)
    assert same(from_json(to_json(trace)), trace)


@settings(max_examples=100, deadline=None)
@given(table=tables(), rule=score_rules(), beam_size=st.integers(1, 5))
def test_no_beam_beats_it(table: Table, rule: dict[str, object], beam_size: int) -> None:
    exact = ExactOptions(max_length=4, beam_size=1, **rule)  # type: ignore[arg-type]  # the strategy's fields
    beam = BeamOptions(max_length=4, beam_size=beam_size, **rule)  # type: ignore[arg-type]
    (found,) = traces_of([table], beam, WORDS)
    if found.hypotheses[0].fate is Fate.FINISHED:
        assert proved(table, exact).hypotheses[0].score >= found.hypotheses[0].score


@settings(max_examples=60, deadline=None)
@given(
    table=tables(),
    beta=st.sampled_from([0.2, 1.0]),
    coverage=st.sampled_from([CoverageRule.GNMT, CoverageRule.SUMMARY]),
)
def test_coverage_at_the_end_keeps_the_bound(table: Table, beta: float, coverage: CoverageRule) -> None:
    options = ExactOptions(max_length=4, coverage=coverage, beta=beta)
    wide = BeamOptions(max_length=4, beam_size=64, coverage=coverage, beta=beta)
    (everything,) = traces_of([table], wide, WORDS)
    assert proved(table, options).hypotheses[0].score == pytest.approx(everything.hypotheses[0].score, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(table=tables(), prefix=st.lists(st.sampled_from([2, 3]), max_size=2).map(tuple), ngram=st.integers(0, 2))
def test_constraints_hold_for_the_optimum_too(table: Table, prefix: tuple[int, ...], ngram: int) -> None:
    constraints = Constraints(forced_prefix=prefix, banned=(4,), no_repeat_ngram=ngram)
    (wide,) = traces_of([table], BeamOptions(max_length=5, beam_size=64, constraints=constraints), WORDS)
    trace = proved(table, ExactOptions(max_length=5, constraints=constraints))
    finished = [each for each in wide.hypotheses if each.fate is Fate.FINISHED]
    assert bool(finished) == bool(trace.hypotheses and trace.hypotheses[0].fate is Fate.FINISHED)
    if finished:
        assert trace.hypotheses[0].score == pytest.approx(finished[0].score, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(table=tables(), budget=st.integers(1, 6))
def test_a_budget_that_ends_says_how_much_better_an_output_could_be(table: Table, budget: int) -> None:
    options = ExactOptions(max_length=4, max_nodes=budget)
    (trace,) = traces_of([table], options, WORDS)
    check(trace)
    rule = rule_of(options)
    best = max((each.score for each in trace.hypotheses if each.fate is Fate.FINISHED), default=-9e9)
    open_bounds = [
        rule.bound(float(step.log_prob_sum_N[at]), 4)
        for step in trace.steps
        for at, fate in enumerate(step.fate_N)
        if fate is Fate.UNEXPLORED
    ]
    true_best = max(
        rule.bound(0, 4) if not text and total == 0 else plain_score(total, len(text.split()), options, ends=True)
        for text, total in every_output(table)
    )
    assert true_best <= max([best, *open_bounds]) + 1e-9
    assert (trace.stop.reason == NODE_BUDGET) >= bool(open_bounds)


@pytest.mark.parametrize(
    ("case", "cell", "model", "changes"),
    [
        ("G01", "exact", "M1", {}),
        ("G03", "exact", "M2", {}),
        ("G04", "exact_raw", "M3", {}),
        ("G05", "exact_norm", "M3", {"alpha": 1.0}),
        ("G05", "exact_min1", "M3", {"min_length": 1}),
        ("G12", "exact", "M6", {}),
        ("G13", "exact_raw", "M7", {}),
        ("G13", "exact_norm", "M7", {"alpha": 1.0}),
        ("G14", "exact", "M8", {"alpha": 1.0, "max_length": 9}),
        ("G14", "M8b_exact", "M8b", {"alpha": 1.0, "max_length": 9}),
        ("G15", "exact_raw", "M9", {}),
        ("G15", "exact_pow0_6", "M9", {"alpha": 0.6}),
        ("G15", "exact_gnmt0_6", "M9", {"alpha": 0.6, "length_rule": LengthRule.GNMT}),
        ("G19", "exact_prefix_b", "M2", {"constraints": Constraints(forced_prefix=(3,))}),
        ("G19", "exact_min3", "M2", {"min_length": 3}),
        ("G20", "exact_raw", "M11", {}),
        ("G20", "exact_avg", "M11", {"alpha": 1.0}),
        ("G20", "reward_0_8", "M11", {"length_rule": LengthRule.REWARD, "reward": 0.8}),
        *[("G07", f"alpha_{alpha}", "M4", {"alpha": float(alpha)}) for alpha in ALPHAS],
    ],
)
def test_the_golden_optimum_is_proved(case: str, cell: str, model: str, changes: dict[str, object]) -> None:
    settings_ = {"alpha": 0.0, "max_length": 12, "beam_size": 2} | changes
    trace = trace_of(golden_table(model), ExactOptions(**settings_))  # type: ignore[arg-type]  # settings by name
    check(trace)
    winner, expected = trace.hypotheses[0], CASES[case][cell]
    assert (trace.stop.reason, winner.text) == (PROVED, expected["out"])
    assert winner.log_prob_sum == pytest.approx(expected["logp"], abs=TO_SIX_DIGITS)
    assert winner.score == pytest.approx(expected.get("score", expected["logp"]), abs=TO_SIX_DIGITS)


@pytest.mark.parametrize("model", ["M1", "M3"])
def test_the_number_of_continued_prefixes_is_the_golden_one(model: str) -> None:
    options = ExactOptions(alpha=0.0, max_length=12, beam_size=2)
    stepper = TableStepper([golden_table(model)])
    depths = Depths(1, 12, keeps=False)
    search = _Search(stepper, options, rule_of(options), (), depths)
    search.run(stepper.start())
    assert depths.expanded == CASES["G06"][f"{model}_dfs"]["expanded"]
    trace = trace_of(golden_table(model), options)
    assert sum(len(step.expanded_E) for step in trace.steps) == CASES["G06"][f"{model}_dfs_gamma"]["expanded"]


def test_sources_in_a_batch_are_searched_as_if_alone() -> None:
    models = [golden_table(name) for name in ("M1", "M3", "M9")]
    together = traces_of(models, ExactOptions(max_length=8), "abc")
    for trace, model in zip(together, models, strict=True):
        (alone,) = traces_of([model], ExactOptions(max_length=8), "abc")
        assert same(trace, alone)


def test_the_answer_without_a_trace_is_the_same() -> None:
    stepper = TableStepper([golden_table("M4")])
    ((best,),) = decode(stepper, ExactOptions(), detokenize=stepper.detokenize)
    assert best == trace_of(golden_table("M4"), ExactOptions()).hypotheses[0]


def test_nothing_that_may_end_is_no_output() -> None:
    endless = Table(following={"": {"a": 1.0}, "a": {"a": 1.0}}, order=1)
    trace = trace_of(endless, ExactOptions(max_length=3))
    check(trace)
    assert [each.fate for each in trace.hypotheses] == [Fate.CUT_AT_MAXIMUM]


def test_coverage_without_attention_is_refused() -> None:
    table = dataclasses.replace(golden_table("M1"), attention=None)
    with pytest.raises(OptionError, match="coverage needs a model with attention, got 'gnmt' and one without"):
        list(exact_steps(TableStepper([table]), ExactOptions(coverage=CoverageRule.GNMT, beta=0.2)))


def test_a_negative_alpha_has_no_bound_and_is_refused() -> None:
    with pytest.raises(OptionError, match=r"alpha must be a number from 0 to 2, got -0\.5"):
        ExactOptions(alpha=-0.5)


def faked(trace: Trace, number: int, **columns: object) -> Trace:
    steps = list(trace.steps)
    steps[number - 1] = dataclasses.replace(steps[number - 1], **columns)  # type: ignore[arg-type]  # by name
    return dataclasses.replace(trace, steps=tuple(steps))


def test_a_false_proof_is_found() -> None:
    # After one prefix, the budget ends with "a" unexplored, which may still win.
    trace = trace_of(golden_table("M3"), ExactOptions(alpha=0.0, max_length=6, max_nodes=1, beam_size=2))
    first = trace.steps[0]
    assert Fate.UNEXPLORED in first.fate_N
    fates = tuple(Fate.CANNOT_WIN if fate is Fate.UNEXPLORED else fate for fate in first.fate_N)
    with pytest.raises(TraceError, match="step 1: candidate 0 may win by"):
        check(faked(trace, 1, fate_N=fates))
    with pytest.raises(TraceError, match="stop: reason must be 'node budget', is 'proved optimal'"):
        check(dataclasses.replace(trace, stop=dataclasses.replace(trace.stop, reason=PROVED)))


def test_a_token_that_was_passed_over_is_found() -> None:
    trace = trace_of(golden_table("M3"), ExactOptions(alpha=0.0, max_length=6, beam_size=2))
    first = trace.steps[0]
    end = first.fate_N.index(Fate.FINISHED)
    tokens = first.next_token_EP.copy()
    tokens[tokens == first.token_N[end]] = 9  # the end token is listed as another, unknown one
    with pytest.raises(TraceError, match="prefix -1 leaves token 9 out, which is more probable"):
        check(faked(trace, 1, next_token_EP=tokens))


def test_greedy_is_never_better_on_a_model_of_numbers() -> None:
    # A model in single precision whose rows are not exact powers: sums differ in the last digits between batches.
    torch.manual_seed(0)
    rows = torch.randn(4, 4).softmax(dim=-1).tolist()
    following = {
        key: dict(zip(("</s>", *WORDS), [*row[:3], 1 - sum(row[:3])], strict=True))
        for key, row in zip(("", *WORDS), rows, strict=True)
    }
    table = Table(following=following, order=1, longest=6)
    greedy = trace_of(table, GreedyOptions()).hypotheses[0]
    exact = trace_of(table, ExactOptions()).hypotheses[0]
    assert exact.score >= greedy.score
    assert ScoreRule().penalty(exact.length) == exact.penalty
