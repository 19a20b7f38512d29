"""Multi-head scaled dot-product attention: Vaswani et al. 2017, "Attention is all you need", section 3.2.

The weights are always computed in the open: in the precision that the models are trained in, torch's fused kernel takes
several times as long on a CPU, and it gives no weights.

Sizes: B rows, T queries, S keys, D model size, H heads, A = D / H.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from seq2seq_core.attention.base import masked_softmax
from seq2seq_core.linear import Linear


@dataclass(frozen=True, slots=True)
class HeadMemory:
    """Keys and values of what can be attended to, projected once."""

    keys_BHSA: Tensor
    values_BHSA: Tensor

    def none(self) -> "HeadMemory":
        """A memory for the same rows that holds nothing yet."""
        return HeadMemory(self.keys_BHSA[:, :, :0], self.values_BHSA[:, :, :0])

    def then(self, later: "HeadMemory") -> "HeadMemory":
        """This memory, followed by a later one of the same rows."""
        keys_BHSA = torch.cat((self.keys_BHSA, later.keys_BHSA), dim=2)
        return HeadMemory(keys_BHSA, torch.cat((self.values_BHSA, later.values_BHSA), dim=2))

    def select(self, rows_B: Tensor) -> "HeadMemory":
        """The memory of the given rows."""
        return HeadMemory(self.keys_BHSA[rows_B], self.values_BHSA[rows_B])


@dataclass(frozen=True, slots=True)
class HeadsGlimpse:
    """What the queries found."""

    found_BTD: Tensor
    weights_BHTS: Tensor  # float32, zero where attention is not allowed; rows sum to one


class MultiHeadAttention(nn.Module):
    """Concat(head_1 ... head_H) W_O, head_h = softmax(Q W_Q (K W_K)^T / sqrt(A)) V W_V; no biases, as in the paper."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = Linear(size, size, bias=False)
        self.key_value = Linear(size, 2 * size, bias=False)
        self.output = Linear(size, size, bias=False)
        for weight in (self.query.weight, *self.key_value.weight.detach().chunk(2), self.output.weight):
            nn.init.xavier_uniform_(weight)

    def remember(self, states_BSD: Tensor) -> HeadMemory:
        """Project what can be attended to."""
        keys_BSD, values_BSD = self.key_value(states_BSD).chunk(2, dim=-1)
        return HeadMemory(self._split(keys_BSD), self._split(values_BSD))

    def forward(self, states_BTD: Tensor, memory: HeadMemory, allowed: Tensor) -> HeadsGlimpse:
        """Attend; `allowed` is True where a query may look and broadcasts to (B, H, T, S)."""
        queries_BHTA = self._split(self.query(states_BTD)) / math.sqrt(states_BTD.size(-1) // self.heads)
        weights_BHTS = masked_softmax(queries_BHTA @ memory.keys_BHSA.transpose(-1, -2), allowed)
        found_BHTA = weights_BHTS.to(memory.values_BHSA.dtype) @ memory.values_BHSA
        return HeadsGlimpse(self.output(found_BHTA.transpose(1, 2).flatten(2)), weights_BHTS)

    if TYPE_CHECKING:
        __call__ = forward

    def _split(self, states_BTD: Tensor) -> Tensor:
        """(B, T, D) -> (B, H, T, A)."""
        rows, tokens, size = states_BTD.shape
        return states_BTD.view(rows, tokens, self.heads, size // self.heads).transpose(1, 2)
