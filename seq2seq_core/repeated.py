"""Linear layers inside a loop over steps, for training: the gradient of their matrix is computed once, not per step.

Autograd would make a gradient as large as the matrix at every step, from a few rows, and add them all up; that is more
memory traffic than the products themselves. Inside `repeatedly`, a layer keeps what came in and what came back at each
step, and makes one product of them at the end.

Sizes: n rows of one step, I features in, O features out.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Entered:
    """A layer on its way through a loop."""

    weight_OI: Tensor
    bias_O: Tensor | None
    uses: list[tuple[Tensor, Tensor]]  # of each step: what came in, and the gradient that came back

    @classmethod
    def of(cls, layer: nn.Linear) -> "Entered":
        """The layer's weights, in the precision of the region (autocast)."""
        kind, uses = layer.weight.device.type, list[tuple[Tensor, Tensor]]()
        dtype = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else layer.weight.dtype
        weight_OI, bias_O = _Enter.apply(layer.weight, layer.bias, uses, dtype)  # type: ignore[no-untyped-call]
        return cls(weight_OI, bias_O, uses)

    def __call__(self, features: Tensor) -> Tensor:
        flat_nI = features.flatten(0, -2).to(self.weight_OI.dtype)
        given_nO: Tensor = _Use.apply(flat_nI, self.weight_OI, self.bias_O, self.uses)  # type: ignore[no-untyped-call]
        return given_nO.view(*features.shape[:-1], -1)


_NONE: Final[Mapping[nn.Module, Entered]] = {}
_ENTERED: Final[ContextVar[Mapping[nn.Module, Entered]]] = ContextVar("entered", default=_NONE)


class Repeated(nn.Linear):
    """A linear layer; see `repeatedly`."""

    def forward(self, features: Tensor) -> Tensor:
        entered = _ENTERED.get().get(self)
        return super().forward(features) if entered is None else entered(features)


@contextmanager
def repeatedly(module: nn.Module) -> Iterator[None]:
    """A loop in which the layers of class `Repeated` are used again and again."""
    layers = (each for each in module.modules() if isinstance(each, Repeated) and each.weight.requires_grad)
    defers = torch.is_grad_enabled() and not torch.compiler.is_compiling()
    token = _ENTERED.set({layer: Entered.of(layer) for layer in layers} if defers else _NONE)
    try:
        yield
    finally:
        _ENTERED.reset(token)


class _Enter(torch.autograd.Function):
    """The weights themselves; autograd asks for their gradient when every use has been gone through backwards."""

    @staticmethod
    def forward(
        ctx: Any, weight_OI: Tensor, bias_O: Tensor | None, uses: list[tuple[Tensor, Tensor]], dtype: torch.dtype
    ) -> tuple[Tensor, Tensor | None]:
        ctx.uses, ctx.dtype, ctx.biased = uses, weight_OI.dtype, bias_O is not None
        ctx.set_materialize_grads(False)
        return weight_OI.detach().to(dtype), None if bias_O is None else bias_O.detach().to(dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        if not ctx.uses:
            return None, None, None, None
        inputs_NI, gradients_NO = (torch.cat(parts) for parts in zip(*ctx.uses, strict=True))
        ctx.uses.clear()
        bias_O = gradients_NO.sum(dim=0, dtype=ctx.dtype) if ctx.biased else None
        return (gradients_NO.T @ inputs_NI).to(ctx.dtype), bias_O, None, None


class _Use(torch.autograd.Function):
    """One step's product."""

    @staticmethod
    def forward(
        ctx: Any, features_nI: Tensor, weight_OI: Tensor, bias_O: Tensor | None, uses: list[tuple[Tensor, Tensor]]
    ) -> Tensor:
        ctx.save_for_backward(features_nI, weight_OI)
        ctx.uses = uses
        return functional.linear(features_nI, weight_OI, bias_O)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        features_nI, weight_OI = ctx.saved_tensors
        ctx.uses.append((features_nI, gradients[0]))
        return gradients[0] @ weight_OI if ctx.needs_input_grad[0] else None, None, None, None
