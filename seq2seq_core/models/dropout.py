"""Dropout (Srivastava et al. 2014) with fewer random numbers: on the processor drawing them is most of its cost."""

from typing import Any, Final

import torch
from torch import Tensor, nn

LANES: Final = 4  # 16-bit numbers in one 64-bit draw
LEVELS: Final = 2**16


class Dropout(nn.Dropout):
    """As torch's. A feature is dropped if its 16 random bits are below the rate, so the rate is met to 1 in 131,072."""

    def forward(self, features: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return features
        if features.device.type != "cpu" or torch.compiler.is_compiling():
            return super().forward(features)
        dropped: Tensor = _Dropout.apply(features, self.p)  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return dropped


class _Dropout(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, rate: float) -> Tensor:
        count = features.numel()
        draws = torch.empty(-(-count // LANES), dtype=torch.int64).random_(-(2**63), None)
        kept = draws.view(torch.int16)[:count].view(features.shape) >= round(rate * LEVELS) - LEVELS // 2
        scale = kept.to(features.dtype).mul_(1 / (1 - rate))
        ctx.save_for_backward(scale)
        return features * scale

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0] * ctx.saved_tensors[0], None
