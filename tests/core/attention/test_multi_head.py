"""Multi-head attention against torch's own, with copied weights."""

import pytest
import torch
from torch import nn

from seq2seq_core.attention import AttentionOptions, Past
from seq2seq_core.attention.multi_head import MultiHead
from seq2seq_core.errors import OptionError


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_context_and_weights_are_those_of_torch(heads: int) -> None:
    torch.manual_seed(0)
    attention = MultiHead(8, 8, AttentionOptions(size=8, heads=heads))
    reference = nn.MultiheadAttention(8, heads, bias=False, batch_first=True)
    with torch.no_grad():
        projections = (attention.query.weight, attention.key.weight, attention.value.weight)
        reference.in_proj_weight.copy_(torch.cat(projections))
        reference.out_proj.weight.copy_(attention.output.weight)
    query_BD, states_BSE = torch.randn(3, 8), torch.randn(3, 5, 8)
    real_BS = torch.arange(5) < torch.tensor([[5], [3], [1]])
    memory = attention.remember(states_BSE, real_BS)
    glimpse = attention(query_BD, memory, Past.none(memory))
    context_B1E, heads_BH1S = reference(
        query_BD.unsqueeze(1), states_BSE, states_BSE, key_padding_mask=~real_BS, average_attn_weights=False
    )
    torch.testing.assert_close(glimpse.context_BE, context_B1E[:, 0], atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(glimpse.evidence["heads"], heads_BH1S[:, :, 0], atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(glimpse.weights_BS, heads_BH1S[:, :, 0].mean(dim=1), atol=1e-6, rtol=1e-5)


def test_the_context_is_as_large_as_the_states_of_the_encoder() -> None:
    attention = MultiHead(3, 5, AttentionOptions(size=8, heads=2))
    memory = attention.remember(torch.randn(2, 4, 5), torch.ones(2, 4, dtype=torch.bool))
    glimpse = attention(torch.randn(2, 3), memory, Past.none(memory))
    assert glimpse.context_BE.shape == (2, 5)
    assert glimpse.evidence["heads"].shape == (2, 2, 4)


def test_heads_that_do_not_divide_the_size_are_refused() -> None:
    with pytest.raises(OptionError, match="got attention_heads 3 and attention_size 8"):
        MultiHead(3, 5, AttentionOptions(size=8, heads=3))
