"""The softmax layer of the families that read all positions at once.

Sizes: E features, V vocabulary.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

MOST_ROWS: Final = 64


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
        self.turned = Turned()

    def forward(self, features: Tensor, embedding_VE: Tensor) -> Tensor:
        """Logits, (..., E) -> (..., V)."""
        weight_VE = embedding_VE if self.weight is None else self.weight
        return self.turned(features, weight_VE, self.bias)

    if TYPE_CHECKING:
        __call__ = forward


class Turned(nn.Module):
    """W x + b with a copy of W that lies (in, out): for the few rows of a search it is read about twice as fast.

    The copy is made by the first search and again when the weights have changed; training does not make or use it. It
    is forgotten whenever the model is put into training or evaluation mode, or answers with a gradient: a fused
    optimiser changes weights without counting it as a change of the tensor.
    """

    def __init__(self) -> None:
        super().__init__()
        self._of: tuple[int, int] | None = None
        self._weight_EV: Tensor | None = None

    def train(self, mode: bool = True) -> Self:
        """What may have been trained since is read anew."""
        self._weight_EV = None
        return super().train(mode)

    def forward(self, features: Tensor, weight_VE: Tensor, bias_V: Tensor) -> Tensor:
        """(..., E) -> (..., V)."""
        if torch.is_grad_enabled():
            self._weight_EV = None
        if not self._serves(features, weight_VE):
            return functional.linear(features, weight_VE, bias_V)
        version = (weight_VE.data_ptr(), weight_VE._version)
        weight_EV = self._weight_EV
        if weight_EV is None or self._of != version:
            weight_EV = weight_VE.detach().t().contiguous()
            self._weight_EV, self._of = weight_EV, version
        logits_RV = torch.addmm(bias_V, features.reshape(-1, weight_EV.size(0)), weight_EV)
        return logits_RV.view(*features.shape[:-1], -1)

    if TYPE_CHECKING:
        __call__ = forward

    @staticmethod
    def _serves(features: Tensor, weight_VE: Tensor) -> bool:
        """Only without gradients, on the processor, in single precision, for few rows."""
        if torch.is_grad_enabled() or weight_VE.is_inference() or weight_VE.device.type != "cpu":
            return False
        few = features.numel() <= MOST_ROWS * features.size(-1)
        return few and features.dtype is weight_VE.dtype is torch.float32 and not torch.is_autocast_enabled("cpu")
