import math
from typing import Any

import pytest
import torch

from seq2seq_core.decoding import Table, TableStepper
from seq2seq_core.errors import InputError
from seq2seq_core.options import GreedyOptions
from tests.support.tables import trace_of


def test_probabilities_become_log_probabilities_and_zero_minus_infinity() -> None:
    stepper = TableStepper([Table(following={"": {"a": 0.25, "b": 0.75, "c": 0.0}})])
    answer = stepper.step(torch.tensor([stepper.start_id]), stepper.start())
    assert stepper.words == ("<s>", "</s>", "a", "b", "c")
    assert answer.log_probs_RV.dtype == torch.float32
    expected = [-math.inf, -math.inf, math.log(0.25), math.log(0.75), -math.inf]
    assert answer.log_probs_RV[0].tolist() == pytest.approx(expected, abs=1e-7)


def test_a_missing_prefix_is_followed_by_the_end() -> None:
    stepper = TableStepper([Table(following={"": {"a": 1.0}})])
    after_start = stepper.step(torch.tensor([stepper.start_id]), stepper.start())
    answer = stepper.step(torch.tensor([2]), after_start.state)
    assert answer.log_probs_RV[0].exp().tolist() == [0.0, 1.0, 0.0]


def test_a_markov_chain_looks_at_the_last_tokens_only() -> None:
    chain = Table(following={"": {"a": 1.0}, "a": {"b": 1.0}, "b": {"a": 1.0}}, order=1, longest=4)
    assert trace_of(chain, GreedyOptions()).hypotheses[0].text == "a b a b"


def test_rows_are_kept_repeated_and_dropped() -> None:
    stepper = TableStepper([Table(following={"": {"a": 1.0}}), Table(following={"": {"b": 1.0}})])
    state = stepper.select(stepper.start(), torch.tensor([1, 1]))
    answer = stepper.step(torch.tensor([stepper.start_id] * 2), state)
    assert answer.log_probs_RV.exp().tolist() == [[0.0, 0.0, 0.0, 1.0]] * 2


def test_attention_is_padded_to_the_longest_source_and_cut_back_in_the_trace() -> None:
    short = Table(following={"": {"a": 1.0}}, source=("x",), attention=((1.0,),))
    long = Table(following={"": {"a": 1.0}}, source=("x", "y"), attention=((0.25, 0.75), (0.5, 0.5)))
    stepper = TableStepper([short, long])
    answer = stepper.step(torch.tensor([stepper.start_id] * 2), stepper.start())
    assert answer.attention_RS is not None
    assert answer.attention_RS.tolist() == [[1.0, 0.0], [0.25, 0.75]]
    recorded = [step.attention_ES for step in trace_of(long, GreedyOptions()).steps]
    assert [None if rows is None else rows.tolist() for rows in recorded] == [[[0.25, 0.75]], [[0.5, 0.5]]]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"following": {"a": {"b": 0.5, "c": 0.4}}}, r"after 'a' sum to 0\.9"),
        ({"following": {"": {"b": 1.5, "c": -0.5}}}, r"'b' after '' has 1\.5"),
        ({"following": {"": {"b": math.nan}}}, "'b' after '' has nan"),
        ({"following": {"": {"<s>": 1.0}}}, "<s> must not follow"),
        ({"following": {}, "order": 0}, "order must be .* got 0"),
        ({"following": {}, "longest": True}, "longest must be .* got True"),
        ({"following": {}, "source": ()}, "must have a piece"),
        ({"following": {}, "attention": ()}, "must have a row"),
        ({"following": {}, "attention": ((0.5, 0.5),)}, "row 1 must have 1 weights, one per piece, has 2"),
        ({"following": {}, "attention": ((1.5,),)}, "row 1 must have weights from 0 to 1"),
    ],
)
def test_a_table_that_is_no_model_is_refused_with_its_place(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Table(**wrong)


def test_a_batch_of_tables_must_agree() -> None:
    plain, attentive = Table(following={}), Table(following={}, attention=((1.0,),))
    with pytest.raises(InputError, match="or none, must have attention"):
        TableStepper([plain, attentive])
    with pytest.raises(InputError, match="'z' is not"):
        TableStepper([Table(following={"": {"z": 1.0}})], vocabulary=["a"])
