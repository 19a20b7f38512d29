"""Additive attention by hand, and what every mechanism of the table must do."""

import math

import pytest
import torch

from seq2seq_core.attention import ATTENTIONS, Additive


def test_additive_scores_are_v_tanh_of_query_and_key() -> None:
    attention = Additive(query_size=1, memory_size=1, attention_size=1)
    with torch.no_grad():
        attention.query.weight.fill_(2.0)
        attention.key.weight.fill_(3.0)
        attention.energy.weight.fill_(5.0)
    memory = attention.remember(torch.tensor([[[0.1], [-0.2]]]), torch.tensor([[True, True]]))
    # e_1 = 5 tanh(2 * 0.5 + 3 * 0.1) = 5 tanh(1.3);  e_2 = 5 tanh(2 * 0.5 - 3 * 0.2) = 5 tanh(0.4)
    e_1, e_2 = 5 * math.tanh(1.3), 5 * math.tanh(0.4)
    weight_1 = 1 / (1 + math.exp(e_2 - e_1))
    glimpse = attention(torch.tensor([[0.5]]), memory)
    assert glimpse.weights_BS[0].tolist() == pytest.approx([weight_1, 1 - weight_1], abs=1e-6)
    assert glimpse.context_BE.item() == pytest.approx(0.1 * weight_1 - 0.2 * (1 - weight_1), abs=1e-6)


@pytest.mark.parametrize("name", ATTENTIONS)
def test_weights_are_a_distribution_over_real_positions(name: str) -> None:
    torch.manual_seed(0)
    attention = ATTENTIONS[name](4, 6, 5)
    real = torch.tensor([[True, True, True, False], [True, False, False, False]])
    weights = attention(torch.randn(2, 4), attention.remember(torch.randn(2, 4, 6), real)).weights_BS
    assert (weights >= 0).all()
    assert (weights[~real] == 0).all()
    torch.testing.assert_close(weights.sum(-1), torch.ones(2))


@pytest.mark.parametrize("name", ATTENTIONS)
def test_what_stands_on_padding_changes_nothing(name: str) -> None:
    torch.manual_seed(0)
    attention = ATTENTIONS[name](4, 6, 5)
    query, values = torch.randn(1, 4), torch.randn(1, 3, 6)
    real = torch.tensor([[True, True, False]])
    other = values.clone()
    other[0, 2] = 1e3
    first, second = (attention(query, attention.remember(v, real)).context_BE for v in (values, other))
    torch.testing.assert_close(first, second)
