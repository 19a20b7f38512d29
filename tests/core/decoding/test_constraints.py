"""Constraints: what they forbid never comes out, and what is left keeps its probability."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.decoding import Table
from seq2seq_core.decoding.constraints import allowed
from seq2seq_core.errors import OptionError
from seq2seq_core.options import BeamOptions, Constraints, GreedyOptions, SamplingOptions, SearchOptions
from seq2seq_core.trace import Trace, check
from tests.support.tables import WORDS, golden_table, tables, traces_of

END, A, B, C = 1, 2, 3, 4  # ids of `TableStepper`, with WORDS as its vocabulary


def trace(table: Table, options: SearchOptions) -> Trace:
    (found,) = traces_of([table], options, WORDS)
    check(found)
    return found


def outputs(found: Trace) -> list[tuple[int, ...]]:
    return [each.tokens for each in found.hypotheses]


@settings(max_examples=40, deadline=None)
@given(table=tables(), banned=st.sets(st.sampled_from([A, B, C]), max_size=2))
def test_a_banned_token_never_comes_out(table: Table, banned: set[int]) -> None:
    constraints = Constraints(banned=tuple(banned))
    for options in (
        BeamOptions(beam_size=3, max_length=4, constraints=constraints),
        GreedyOptions(max_length=4, constraints=constraints),
        SamplingOptions(max_length=4, constraints=constraints),
    ):
        assert all(banned.isdisjoint(tokens) for tokens in outputs(trace(table, options)))


@settings(max_examples=40, deadline=None)
@given(table=tables(), prefix=st.lists(st.sampled_from([A, B, C]), max_size=3).map(tuple))
def test_every_output_begins_with_the_forced_prefix(table: Table, prefix: tuple[int, ...]) -> None:
    options = BeamOptions(beam_size=2, max_length=5, constraints=Constraints(forced_prefix=prefix))
    for tokens in outputs(trace(table, options)):
        assert tokens[: len(prefix)] == prefix


@settings(max_examples=40, deadline=None)
@given(table=tables(depth=4), n=st.integers(1, 3))
def test_no_ngram_comes_twice(table: Table, n: int) -> None:
    options = BeamOptions(beam_size=3, max_length=6, constraints=Constraints(no_repeat_ngram=n))
    for tokens in outputs(trace(table, options)):
        ngrams = [tokens[at : at + n] for at in range(len(tokens) - n + 1)]
        assert len(set(ngrams)) == len(ngrams)


def test_the_end_may_be_forced() -> None:
    # After "a" the model of G02 ends with probability 0.25.
    found = trace(golden_table("M1"), BeamOptions(beam_size=2, constraints=Constraints(forced_prefix=(A, END))))
    assert outputs(found) == [(A,)]
    assert found.hypotheses[0].log_prob_sum == pytest.approx(np.log(0.5 * 0.25), abs=1e-6)


def test_a_token_is_banned_after_its_prefix_alone() -> None:
    log_probs_RV = torch.zeros(3, 5)
    options = BeamOptions(constraints=Constraints(banned_after=((A, B, C), (B,))))
    after_R = allowed(log_probs_RV, np.array([[A, B], [B, A], [A, A]]), options, END)
    assert torch.nonzero(after_R.isneginf()).tolist() == [[0, C]]
    first_R = allowed(log_probs_RV[:1], np.zeros((1, 0), dtype=np.int64), options, END)
    assert torch.nonzero(first_R.isneginf()).tolist() == [[0, B]]


def test_what_is_allowed_keeps_its_log_probability_and_the_model_its_answer() -> None:
    log_probs_RV = torch.tensor([[-1.0, -2.0, -3.0, -4.0, -5.0]])
    options = BeamOptions(min_length=1, constraints=Constraints(banned=(A, 99)))
    found_RV = allowed(log_probs_RV, np.zeros((1, 0), dtype=np.int64), options, END)
    assert found_RV.tolist() == [[-1.0, -torch.inf, -torch.inf, -4.0, -5.0]]
    assert log_probs_RV.tolist() == [[-1.0, -2.0, -3.0, -4.0, -5.0]]


def test_constraints_stand_in_the_trace() -> None:
    constraints = Constraints(forced_prefix=(A, B), banned=(C,), banned_after=((A, B, A), (B,)), no_repeat_ngram=2)
    options = trace(golden_table("M1"), BeamOptions(beam_size=2, constraints=constraints)).options
    assert {name: options[name] for name in ("forced_prefix", "banned", "banned_after", "no_repeat_ngram")} == {
        "forced_prefix": "2 3",
        "banned": "4",
        "banned_after": "2 3 2; 3",
        "no_repeat_ngram": 2,
    }


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ({"banned": (-1,)}, r"banned must be a tuple of token ids, got \(-1,\)"),
        ({"banned": [2]}, "banned must be a tuple of token ids"),
        ({"forced_prefix": (True,)}, "forced_prefix must be a tuple of token ids"),
        ({"banned_after": ((),)}, "banned_after 1 must hold a token, got none"),
        ({"no_repeat_ngram": 17}, "no_repeat_ngram must be a whole number from 0 to 16, got 17"),
    ],
)
def test_a_constraint_that_makes_no_sense_is_refused(constraints: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        dataclasses.replace(Constraints(), **constraints)  # type: ignore[arg-type]  # what a mistaken caller passes
