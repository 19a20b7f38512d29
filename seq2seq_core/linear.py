"""Linear layers, and wide ones packed for a search.

A beam multiplies a handful of rows by every matrix. Over a wide matrix as PyTorch keeps it, (out, in), that takes two
to three times as long as over one packed for the processor (oneDNN's blocked order, which lies in memory as it is
read); over a small matrix, or with one row or very many, it does not. So a model that is only to be searched gets
packed copies of its wide matrices, at the cost of their memory; tests/bench/README.md has the measurements.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.weak import WeakTensorKeyDictionary

WIDE: Final = 500_000  # numbers of a matrix
FEWEST_ROWS, MOST_ROWS = 3, 64
_USUAL_ROWS: Final = 8  # for which oneDNN chooses the order; any other number of rows is served too


@dataclass(frozen=True, slots=True)
class _Packed:
    """A copy of a matrix as it was at that version."""

    matrix: Tensor
    version: int


# parameter -> its copy, which goes with it
_PACKED: Final[MutableMapping[Tensor, _Packed]] = WeakTensorKeyDictionary()


class Linear(nn.Linear):
    """As PyTorch's; see `pack_for_search`."""

    def forward(self, features: Tensor) -> Tensor:
        return linear(features, self.weight, self.bias)


def linear(features: Tensor, weight_OI: Tensor, bias_O: Tensor | None = None) -> Tensor:
    """W x + b, (..., I) -> (..., O); by the packed copy of W where there is one and it pays."""
    if weight_OI.numel() >= WIDE and not torch.is_grad_enabled():
        rows = features.numel() // features.size(-1)
        packed = _PACKED.get(weight_OI) if FEWEST_ROWS <= rows <= MOST_ROWS else None
        if packed is not None and packed.version == weight_OI._version:
            given: Tensor = torch.ops.mkldnn._linear_pointwise(features, packed.matrix, bias_O, "none", [], "")
            return given
    return functional.linear(features, weight_OI, bias_O)


@torch.no_grad()
def pack_for_search(model: nn.Module) -> None:
    """Keep packed copies of a model's wide matrices; on other devices, or without oneDNN, it stays as it is."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return
    for weight in model.parameters():
        is_wide = weight.dim() == 2 and weight.numel() >= WIDE and weight.dtype == torch.float32
        if is_wide and weight.device.type == "cpu" and not weight.is_inference():  # whose changes torch does not count
            matrix = torch.ops.mkldnn._reorder_linear_weight(weight.detach(), _USUAL_ROWS)
            _PACKED[weight] = _Packed(matrix, weight._version)
