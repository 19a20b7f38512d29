"""`check` refuses planted faults: each test changes one thing of a good trace."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from seq2seq_core.decoding import Table
from seq2seq_core.errors import TraceError
from seq2seq_core.options import BeamOptions, CoverageRule, GreedyOptions, LengthCount, LengthRule, StopRule
from seq2seq_core.trace import Fate, Stop, Trace, check, from_json, same, to_json
from tests.support.tables import golden_table, trace_of

Change = Callable[[Trace], Trace]


def good() -> Trace:
    """Step 1 ranks a (live), the end token (finished), b (live): so the live prefixes have indices 0 and 2."""
    table = dataclasses.replace(golden_table("M3"), source=("x", "y"), attention=((0.75, 0.25), (0.5, 0.5)))
    trace = trace_of(table, BeamOptions(beam_size=2))
    assert trace.steps[1].expanded_E.tolist() == [0, 2]
    return trace


def with_step(number: int, **columns: Any) -> Change:
    """Replace columns of one step; a callable changes a copy of the column."""

    def change(trace: Trace) -> Trace:
        old = trace.steps[number - 1]
        new = {name: value(getattr(old, name)) if callable(value) else value for name, value in columns.items()}
        steps = list(trace.steps)
        steps[number - 1] = dataclasses.replace(old, **new)
        return dataclasses.replace(trace, steps=tuple(steps))

    return change


def with_hypothesis(**values: Any) -> Change:
    def change(trace: Trace) -> Trace:
        first = dataclasses.replace(trace.hypotheses[0], **values)
        return dataclasses.replace(trace, hypotheses=(first, *trace.hypotheses[1:]))

    return change


def with_stop(**values: Any) -> Change:
    return lambda trace: dataclasses.replace(trace, stop=dataclasses.replace(trace.stop, **values))


def with_trace(**values: Any) -> Change:
    return lambda trace: dataclasses.replace(
        trace, **{name: value(getattr(trace, name)) if callable(value) else value for name, value in values.items()}
    )


def put(index: Any, value: Any) -> Callable[[Any], Any]:
    """A copy of a column with one entry changed."""

    def changed(column: Any) -> Any:
        if isinstance(column, tuple):
            return (*column[:index], value, *column[index + 1 :])
        copy = column.copy()
        copy[index] = value
        return copy

    return changed


def by_rank(parents: Any) -> Any:
    return np.searchsorted([0, 2], parents)


def swapped(column: Any) -> Any:
    order = [1, 0, *range(2, len(column))]
    return tuple(column[at] for at in order) if isinstance(column, tuple) else column[order]


def more(amount: float) -> Callable[[Any], Any]:
    return lambda column: column + amount


SWAPPED_COLUMNS = ("parent_N", "token_N", "log_prob_N", "log_prob_sum_N", "score_N", "fate_N", "margin_N")


def unlisted(expanded: int) -> dict[str, Any]:
    """Columns without next tokens, so that a change of tokens is not caught by them."""
    return {"next_token_EP": np.zeros((expanded, 0), np.int64), "next_log_prob_EP": np.zeros((expanded, 0))}


FAULTS: dict[str, tuple[Change, str]] = {
    "an edge drawn by rank instead of index": (with_step(2, parent_N=by_rank), "step 2: parents must be expanded"),
    "a parent beyond the step": (with_step(2, parent_N=put(0, 99)), "step 2: parents must be expanded"),
    "a first step with a parent": (with_step(1, parent_N=put(0, 0)), "step 1: parents must be expanded"),
    "an expanded prefix that had finished": (with_step(2, expanded_E=np.array([0, 1])), "step 2 must expand"),
    "an expanded prefix left out": (with_step(2, expanded_E=put(1, 0)), "step 2 must expand"),
    "a sum that is off": (with_step(2, log_prob_sum_N=more(1e-6)), "step 2: log_prob_sum must be"),
    "the sum of another parent": (
        lambda trace: with_step(2, parent_N=put(0, 2 - int(trace.steps[1].parent_N[0])))(trace),
        "step 2: log_prob_sum must be",
    ),
    "a log-probability above 0": (
        with_step(1, log_prob_N=put(0, 0.5), log_prob_sum_N=put(0, 0.5)),
        "must not be above 0",
    ),
    "a wrong length": (with_step(2, length_N=more(1)), "step 2: length of candidate 0 must be 2, is 3"),
    "a wrong penalty": (with_step(2, penalty_N=more(0.1)), "step 2: penalty must follow"),
    "a wrong score": (with_step(2, score_N=more(0.1)), "step 2: score must be"),
    "ranks that skip": (with_step(1, rank_N=put(2, 4)), "step 1: ranks must be 1 to 3"),
    "rows in another order": (with_step(2, **dict.fromkeys(SWAPPED_COLUMNS, swapped)), "step 2: .*must be sorted"),
    "an end that should live": (with_step(1, fate_N=put(1, Fate.LIVE)), "step 1: candidate 2 must be below the cut"),
    "a pruned end that had the rank": (with_step(1, fate_N=put(1, Fate.END_BELOW_CUT)), "must be finished"),
    "one live prefix too many": (with_step(3, fate_N=lambda fates: (Fate.LIVE,) * len(fates)), "step 3: candidate"),
    "a margin that is off": (with_step(2, margin_N=more(0.5)), "step 2: margin must be"),
    "attention above 1": (with_step(1, attention_ES=more(0.5)), "step 1: attention must be"),
    "attention rows above a sum of 1": (
        with_step(1, attention_ES=np.full((1, 2), 0.6, dtype=np.float32)),
        "must sum to 1 at most",
    ),
    "a missing attention row": (with_step(2, attention_ES=lambda rows: rows[:1]), "attention_ES: E is 2"),
    "attention on padding": (with_step(1, attention_ES=np.zeros((1, 3), np.float32)), "attention_ES: S is 2"),
    "a column in another precision": (
        with_step(1, score_N=lambda column: column.astype(np.float32)),
        "score_N must be an array of float64",
    ),
    "a column without its dimension": (
        with_step(1, attention_ES=lambda rows: rows[0]),
        "attention_ES must have 2 dimensions",
    ),
    "a column that is no array": (with_step(1, token_N=(1, 2, 3)), "token_N must be an array of int64, is tuple"),
    "a column that is too short": (with_step(2, token_N=lambda column: column[1:]), "token_N: N is"),
    "a number that is none": (with_step(1, score_N=put(0, np.nan)), "score_N must hold numbers, holds nan"),
    "next tokens out of order": (
        with_step(1, next_log_prob_EP=lambda rows: rows[:, ::-1]),
        "must be listed best first",
    ),
    "a next token that disagrees": (with_step(1, next_log_prob_EP=put((0, 0), -0.1)), "token 2 after prefix -1"),
    "an impossible next token with a name": (with_step(1, next_token_EP=put((0, -1), 2)), "exactly where its log_prob"),
    "a label left out": (with_trace(labels=lambda labels: {2: labels[2], 1: labels[1]}), r"\[3\] have none"),
    "one source label too many": (with_trace(source_tokens=("x", "y", "z")), "attention_ES: S is 3"),
    "a continuation listed twice": (with_step(1, token_N=put(1, 2)), "step 1: a continuation must be listed once"),
    "a second end token": (with_step(3, token_N=put(1, 2), **unlisted(2)), "one token must end a hypothesis"),
    "no steps": (with_trace(steps=()), "must have steps"),
    "a step after the last": (
        lambda trace: dataclasses.replace(trace, steps=(*trace.steps, trace.steps[-1])),
        "step 4",
    ),
    "an unknown algorithm": (with_trace(algorithm="magic"), "algorithm must be"),
    "a formula that states another alpha": (
        with_trace(formula="log_prob_sum / T^0.6, T counts the end token"),
        r"the formula must be 'log_prob_sum / T\^0.7, .*' by the options, is 'log_prob_sum / T\^0.6",
    ),
    "a formula that states nothing": (with_trace(formula="log_prob_sum"), "the formula must be"),
    "a maximum length that was passed": (
        with_trace(options=lambda options: {**options, "max_length": 2}),
        "max_length 2|cut at maximum",
    ),
    "no beam size": (
        with_trace(options=lambda options: {key: options[key] for key in options if key != "beam_size"}),
        "option beam_size must be",
    ),
    "a hypothesis that never finished": (with_hypothesis(step=2, index=0), "hypotheses must be the candidates"),
    "a finished one that is missing": (with_trace(hypotheses=lambda each: each[:1]), "hypotheses must be the cand"),
    "hypotheses in another order": (with_trace(hypotheses=lambda each: each[::-1]), "ordered by score"),
    "a hypothesis with other tokens": (with_hypothesis(tokens=(2, 2)), "hypothesis 1: tokens must be"),
    "a hypothesis with another sum": (with_hypothesis(log_prob_sum=-1.0), "hypothesis 1: log_prob_sum must be"),
    "a hypothesis with another length": (with_hypothesis(length=7), "hypothesis 1: length must be"),
    "a hypothesis with another penalty": (with_hypothesis(penalty=7.0), "hypothesis 1: penalty must be"),
    "a hypothesis with another score": (with_hypothesis(score=-0.1), "hypothesis 1: score must be"),
    "a hypothesis with another fate": (with_hypothesis(fate=Fate.CUT_AT_MAXIMUM), "hypothesis 1: "),
    "a stop at another step": (with_stop(last_step=2), "stop: last_step must be 3"),
    "a winner of another step": (with_stop(winner_step=1), "stop: winner_step must be 3"),
    "another rule": (with_stop(rule="nothing_live_can_win"), "stop: rule must be"),
    "another reason": (with_stop(reason="maximum length"), "stop: reason must be 'k_finished'"),
}


def test_the_trace_that_the_faults_are_planted_in_is_good() -> None:
    check(good())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    change, message = FAULTS[fault]
    with pytest.raises(TraceError, match=message):
        check(change(good()))


def test_a_search_that_should_have_stopped_earlier_is_found() -> None:
    # Under this rule the trace has one more step than k_finished would have made.
    trace = trace_of(golden_table("M6"), BeamOptions(beam_size=2, alpha=0.0, stop_rule=StopRule.NOTHING_LIVE_CAN_WIN))
    options = {**trace.options, "stop_rule": "k_finished"}
    stop = Stop("k_finished", "k_finished", trace.stop.winner_step, trace.stop.last_step)
    with pytest.raises(TraceError, match="fulfilled at step 3, but there are 4 steps"):
        check(dataclasses.replace(trace, options=options, stop=stop))


def test_a_search_that_is_still_going_on_is_no_trace() -> None:
    trace = trace_of(golden_table("M6"), BeamOptions(beam_size=2))
    shorter = dataclasses.replace(trace, steps=trace.steps[:2], hypotheses=trace.hypotheses[:1])
    stop = Stop("k_finished", "k_finished", 2, 2)
    assert trace.hypotheses[0].step == 2
    with pytest.raises(TraceError, match="reason must be 'not yet"):
        check(dataclasses.replace(shorter, stop=stop))


def test_an_end_token_that_lives_on_is_found() -> None:
    trace = trace_of(golden_table("M6"), BeamOptions(beam_size=2))
    with pytest.raises(TraceError, match=r"the end token \[1\] must not be continued"):
        check(with_step(1, token_N=put(1, 1), **unlisted(1))(trace))


def test_greedy_search_must_not_refill_the_place_of_its_end_token() -> None:
    trace = trace_of(Table(following={"": {"</s>": 0.6, "a": 0.4}}), GreedyOptions())
    check(trace)
    with pytest.raises(TraceError, match="candidate 1 must be below the cut, is live"):
        check(with_step(1, fate_N=put(1, Fate.LIVE))(trace))


def steered() -> Trace:
    """A beam that rewards words and that the coverage steers; some attention is left on each piece."""
    table = dataclasses.replace(golden_table("M9"), source=("x", "y"), attention=((0.75, 0.25), (0.5, 0.25)))
    options = BeamOptions(
        beam_size=2,
        length_rule=LengthRule.REWARD,
        reward=0.5,
        coverage=CoverageRule.GNMT,
        beta=0.3,
        coverage_steers=True,
        counts=LengthCount.CONTENT,
    )
    return trace_of(table, options)


STEERED_FAULTS: dict[str, tuple[Change, str]] = {
    "a reward that is off": (with_step(2, reward_N=more(0.1)), "step 2: reward must follow from the formula"),
    "no reward": (with_step(1, reward_N=None), "step 1: reward must be there"),
    "a coverage penalty that is off": (
        with_step(2, coverage_penalty_N=more(-0.01)),
        "step 2: coverage_penalty must follow from the attention along the path",
    ),
    "no coverage penalty": (with_step(2, coverage_penalty_N=None), "step 2: coverage_penalty must be there"),
    "attention that another path got": (
        with_step(1, attention_ES=np.array([[0.5, 0.25]], dtype=np.float32)),
        "step 1: coverage_penalty must follow",
    ),
    "a score without its parts": (
        lambda trace: with_step(2, score_N=trace.steps[1].log_prob_sum_N)(trace),
        "step 2: score must be log_prob_sum / penalty, reward and coverage penalty added",
    ),
    "no key": (with_step(3, key_N=None), "step 3: "),
    "a key that is off": (with_step(2, key_N=more(0.5)), "step 2: key must be log_prob_sum, coverage penalty"),
    "a hypothesis with another reward": (with_hypothesis(reward=0.0), "hypothesis 1: reward must be"),
    "a hypothesis with another coverage": (with_hypothesis(coverage_penalty=0.0), "hypothesis 1: coverage_penalty"),
    "another weight": (with_trace(options=lambda options: {**options, "beta": 0.2}), "the formula must be"),
    "a rule that nobody knows": (with_trace(options=lambda each: {**each, "length_rule": "magic"}), "state a rule"),
}


def test_a_trace_with_every_part_of_a_score_is_good_and_survives_json() -> None:
    trace = steered()
    check(trace)
    assert same(from_json(to_json(trace)), trace)
    assert trace.formula == "log_prob_sum + 0.5 * n + 0.3 * sum(log(min(coverage, 1))), n counts content tokens"


@pytest.mark.parametrize("fault", STEERED_FAULTS)
def test_a_fault_in_the_parts_of_a_score_is_found(fault: str) -> None:
    change, message = STEERED_FAULTS[fault]
    with pytest.raises(TraceError, match=message):
        check(change(steered()))


def test_at_a_forced_end_nothing_else_follows() -> None:
    trace = trace_of(golden_table("M3"), BeamOptions(beam_size=2, max_length=2))
    with pytest.raises(TraceError, match="at max_length 2 only the end token can follow"):
        check(dataclasses.replace(trace, options={**trace.options, "force_end": 1}))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("alpha", 1e300, r"alpha must be a number from 0 to 2, is 1e\+300"),
        ("alpha", -1e300, "alpha must be a number from 0 to 2"),
        ("alpha", float("nan"), "alpha must be a number from 0 to 2, is nan"),
        ("alpha", 10**400, "alpha must be a number from 0 to 2, is 1000"),
        ("reward", 1e308, "reward must be a number from 0 to 20"),
        ("beta", 10**400, "beta must be a number from 0 to 10"),
        ("reward_length", 10**400, "reward_length must be a whole number from 0 to 512"),
        ("max_length", 10**400, "option max_length must be a whole number from 1 to 512"),
        ("beam_size", 2**62, "option beam_size must be a whole number from 1 to 64"),
        ("beam_size", True, "option beam_size must be a whole number from 1 to 64, is True"),
    ],
)
def test_a_setting_beyond_its_range_is_named(name: str, value: float, message: str) -> None:
    trace = good()
    with pytest.raises(TraceError, match=message):
        check(dataclasses.replace(trace, options={**trace.options, name: value}))


def test_what_overflows_to_no_number_is_no_agreement() -> None:
    # Both sides of the sum of step 2 are infinite in the end: their difference is no number, and not small.
    huge = with_step(1, log_prob_N=put(0, -1.7e308), log_prob_sum_N=put(0, 1.7e308))
    with pytest.raises(TraceError, match="step 1: log_prob_sum must be its parent's plus log_prob"):
        check(huge(good()))
