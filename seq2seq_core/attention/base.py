"""What all attention mechanisms share: masking, normalising and mixing. A mechanism writes only its score.

Sizes: B rows, S source positions, A attention size, D query size, E memory size.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Memory:
    """An encoded source as attention sees it."""

    keys_BSA: Tensor  # projected once per source, not once per step
    values_BSE: Tensor
    real_BS: Tensor  # bool, False on padding; every row has at least one real position

    def select(self, rows_B: Tensor) -> "Memory":
        """The memory of the given rows, repeated and dropped as they say."""
        return Memory(self.keys_BSA[rows_B], self.values_BSE[rows_B], self.real_BS[rows_B])


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What one look at the memory gives."""

    context_BE: Tensor
    weights_BS: Tensor  # zero on padding; rows sum to one


class Attention(nn.Module, ABC):
    """Base of all mechanisms: `remember` once per source, then look once per step."""

    def __init__(self, query_size: int, memory_size: int, attention_size: int) -> None:
        super().__init__()
        self.query_size, self.memory_size, self.attention_size = query_size, memory_size, attention_size

    @abstractmethod
    def keys(self, values_BSE: Tensor) -> Tensor:
        """What the score compares queries with, (B, S, A)."""

    @abstractmethod
    def score(self, query_BD: Tensor, memory: Memory) -> Tensor:
        """Unnormalised relevance of every source position, (B, S)."""

    def remember(self, values_BSE: Tensor, real_BS: Tensor) -> Memory:
        """Project the encoder states once."""
        return Memory(self.keys(values_BSE), values_BSE, real_BS)

    def forward(self, query_BD: Tensor, memory: Memory) -> Glimpse:
        """Score, mask, normalise (in float32 whatever the precision of the scores) and mix."""
        scores_BS = self.score(query_BD, memory).float()
        weights_BS = scores_BS.masked_fill(~memory.real_BS, -torch.inf).softmax(dim=-1)
        values_BSE = memory.values_BSE
        context_BE = torch.bmm(weights_BS.to(values_BSE.dtype).unsqueeze(1), values_BSE).squeeze(1)
        return Glimpse(context_BE, weights_BS)

    if TYPE_CHECKING:
        __call__ = forward
