"""Matrices inside a loop over steps, for training: their gradient is computed once, not per step.

Autograd would make a gradient as large as the matrix at every step, from a few rows, and add them all up; that is more
memory traffic than the products themselves. Inside `repeatedly`, a layer keeps what came in and what came back at each
step, and makes one product of them at the end. The same for the values that attention mixes.

Sizes: n rows of one step, I features in, O features out; B rows, S source positions, T steps, E features of a value.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from seq2seq_core.linear import Linear


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


class Repeated(Linear):
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


Mixes: TypeAlias = list[tuple[Tensor, Tensor]]  # of each step: weights (n, S), gradient of what they mixed (n, E)


def enter_values(values_BSE: Tensor, mixes: Mixes) -> Tensor:
    """The values, for `mix_once` to mix in a loop."""
    entered_BSE: Tensor = _EnterValues.apply(values_BSE, mixes)  # type: ignore[no-untyped-call]
    return entered_BSE


def mix_once(weights_nS: Tensor, values_nSE: Tensor, mixes: Mixes) -> Tensor:
    """The sum of the values by their weights, (n, E); the values are those of the first n rows that entered."""
    mixed_nE: Tensor = _Mix.apply(weights_nS, values_nSE, mixes)  # type: ignore[no-untyped-call]
    return mixed_nE


class _EnterValues(torch.autograd.Function):
    """The values themselves; autograd asks for their gradient when every mix has been gone through backwards."""

    @staticmethod
    def forward(ctx: Any, values_BSE: Tensor, mixes: Mixes) -> Tensor:
        ctx.mixes, ctx.rows = mixes, len(values_BSE)
        ctx.set_materialize_grads(False)
        return values_BSE.detach()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, None]:
        total_BSE = gradients[0]
        if ctx.mixes:
            weights_BTS, gradients_BTE = (_together(parts, ctx.rows) for parts in zip(*ctx.mixes, strict=True))
            ctx.mixes.clear()
            found_BSE = torch.bmm(weights_BTS.transpose(1, 2), gradients_BTE)
            total_BSE = found_BSE if total_BSE is None else total_BSE + found_BSE
        return total_BSE, None


class _Mix(torch.autograd.Function):
    """One step's sum."""

    @staticmethod
    def forward(ctx: Any, weights_nS: Tensor, values_nSE: Tensor, mixes: Mixes) -> Tensor:
        ctx.save_for_backward(weights_nS, values_nSE)
        ctx.mixes = mixes
        return torch.bmm(weights_nS.unsqueeze(1), values_nSE).squeeze(1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        weights_nS, values_nSE = ctx.saved_tensors
        ctx.mixes.append((weights_nS, gradients[0]))
        return torch.bmm(values_nSE, gradients[0].unsqueeze(2)).squeeze(2), None, None


def _together(parts: Sequence[Tensor], rows: int) -> Tensor:
    """(n, F) of each step as (B, T, F), zero where a row took no step."""
    together_BTF = parts[0].new_zeros(rows, len(parts), parts[0].size(1))
    for step, part_nF in enumerate(parts):
        together_BTF[: len(part_nF), step] = part_nF
    return together_BTF
