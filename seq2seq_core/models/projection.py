"""The softmax layer of the families that read all positions at once.

Sizes: E features, V vocabulary.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from seq2seq_core.linear import linear


class OutputWeights(StrEnum):
    """Whose weights turn features into scores."""

    TIED = "tied"  # the target embedding's: Press and Wolf 2017
    SOFTMAX = "softmax"  # the layer's own


class Projection(nn.Module):
    """W x + b, W the target embedding or a matrix of its own."""

    def __init__(self, weights: OutputWeights, vocabulary: int, size: int, *, std: float) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.weight: nn.Parameter | None = None
        if weights == OutputWeights.SOFTMAX:
            self.weight = nn.Parameter(torch.empty(vocabulary, size))
            nn.init.normal_(self.weight, std=std)

    def forward(self, features: Tensor, embedding_VE: Tensor) -> Tensor:
        """Logits, (..., E) -> (..., V)."""
        return linear(features, embedding_VE if self.weight is None else self.weight, self.bias)

    if TYPE_CHECKING:
        __call__ = forward
