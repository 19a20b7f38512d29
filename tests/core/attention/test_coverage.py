"""What the score is told of the attention that a position had before, worked out by hand."""

import math

import pytest
import torch

from seq2seq_core.attention import Additive, AttentionOptions, Coverage, Past
from tests.core.attention.made import one_row, set_weights, softmax, weights_of


def test_past_adds_up_the_weights_and_counts_the_steps() -> None:
    attention = Additive(1, 1, AttentionOptions(size=1))
    past = Past.none(one_row(attention, [[0.0], [0.0]]))
    past = past.after(torch.tensor([[0.5, 0.5]])).after(torch.tensor([[0.25, 0.75]]))
    assert past.weights_BS.tolist() == [[0.25, 0.75]]
    assert past.total_BS.tolist() == [[0.75, 1.25]]
    assert past.steps_B.tolist() == [2]


def test_coverage_sum_enters_the_tanh_as_it_is() -> None:
    attention = Additive(1, 1, AttentionOptions(size=1, coverage=Coverage.SUM))
    values = {"query.weight": 1.0, "coverage.weight": 2.0, "coverage.bias": 0.2, "energy.weight": 3.0}
    set_weights(attention, values)
    memory = one_row(attention, [[0.0], [0.0]])
    past = Past.none(memory).after(torch.tensor([[0.5, 0.5]])).after(torch.tensor([[0.25, 0.75]]))
    # e_j = 3 tanh(1 * 0.1 + 2 c_j + 0.2) with c = (0.75, 1.25)
    expected = softmax([3 * math.tanh(1.8), 3 * math.tanh(2.8)])
    assert weights_of(attention(torch.tensor([[0.1]]), memory, past)) == pytest.approx(expected, abs=1e-6)


def test_coverage_fertility_divides_by_the_attention_that_is_expected() -> None:
    attention = Additive(1, 1, AttentionOptions(size=1, coverage=Coverage.FERTILITY))
    values = {"coverage.weight": 2.0, "energy.weight": 3.0, "fertility.weight": math.log(3)}
    set_weights(attention, values)
    memory = one_row(attention, [[1.0], [0.0]])
    past = Past.none(memory).after(torch.tensor([[0.75, 0.25]]))
    # Fertilities 2 sigmoid(log 3) = 2 * 3/4 = 1.5 and 2 sigmoid(0) = 1;  c = (0.75 / 1.5, 0.25 / 1) = (0.5, 0.25)
    expected = softmax([3 * math.tanh(2 * 0.5), 3 * math.tanh(2 * 0.25)])
    assert weights_of(attention(torch.tensor([[0.0]]), memory, past)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("coverage", [Coverage.SUM, Coverage.FERTILITY])
def test_before_the_first_step_nothing_is_covered(coverage: Coverage) -> None:
    attention = Additive(1, 1, AttentionOptions(size=1, coverage=coverage))
    set_weights(attention, {"key.weight": 1.0, "coverage.weight": 100.0, "energy.weight": 1.0})
    memory = one_row(attention, [[0.5], [-0.5]])
    expected = softmax([math.tanh(0.5), math.tanh(-0.5)])
    assert weights_of(attention(torch.tensor([[0.0]]), memory, Past.none(memory))) == pytest.approx(expected, abs=1e-6)
