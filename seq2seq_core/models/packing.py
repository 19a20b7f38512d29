"""Sequences of unequal length without their padding: all rows of the first step, then those that have a second, and so
on.

As in PyTorch's PackedSequence, the rows that are left at any step are the first ones, for the rows stand by falling
length. Where a step would come with yet another number of rows, some padding stays instead: few different shapes, for
which the processor's matrix kernels are generated once, and no memory is cut anew for the sake of one row.

Sizes: B rows, T positions with padding, N positions packed.
"""

from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

GRAIN: Final = 8  # the rows of a step are a multiple of this, as far as there are rows


@dataclass(frozen=True, slots=True)
class Packing:
    """Where the positions of a padded batch go."""

    sizes: tuple[int, ...]  # rows of each step, never rising
    order_B: Tensor  # the row that stands at each place: longest first
    rank_N: Tensor  # of a packed position, which of the rows in that order it belongs to
    place_N: Tensor  # of a packed position, its place among the B T of the padded batch
    real_N: Tensor  # bool, False on the padding that stayed
    shape: tuple[int, int]  # B and T

    @classmethod
    def of(cls, lengths_B: Tensor, width: int, grain: int = GRAIN) -> "Packing":
        """Pack sequences that are padded to `width`; every length is 1 or more."""
        lengths = lengths_B.cpu()
        order_B = lengths.argsort(descending=True, stable=True)
        sorted_B = lengths[order_B]
        rows, steps = len(lengths), int(sorted_B[0])
        left_T = (sorted_B[:, None] > torch.arange(steps)).sum(dim=0)
        sizes_T = ((left_T + grain - 1) // grain * grain).clamp_max(rows)
        step_N = torch.repeat_interleave(torch.arange(steps), sizes_T)
        rank_N = torch.arange(len(step_N)) - (sizes_T.cumsum(0) - sizes_T)[step_N]
        place_N, real_N = order_B[rank_N] * width + step_N, step_N < sorted_B[rank_N]
        to = lengths_B.device
        sizes, shape = tuple(sizes_T.tolist()), (rows, width)
        return cls(sizes, order_B.to(to), rank_N.to(to), place_N.to(to), real_N.to(to), shape)

    @classmethod
    def whole(cls, rows: int, width: int, device: torch.device) -> "Packing":
        """Of sequences that all have the same length."""
        order_B = torch.arange(rows, device=device)
        place_TB = order_B * width + torch.arange(width, device=device)[:, None]
        real_N = torch.ones(rows * width, dtype=torch.bool, device=device)
        return cls((rows,) * width, order_B, order_B.repeat(width), place_TB.flatten(), real_N, (rows, width))

    def pack(self, padded: Tensor) -> Tensor:
        """(B, T, ...) -> (N, ...)"""
        return pick(padded.flatten(0, 1), self.place_N)

    def pad(self, packed: Tensor) -> Tensor:
        """(N, ...) -> (B, T, ...), zero where nothing was packed."""
        rows, width = self.shape
        empty = packed.new_zeros(rows * width, *packed.shape[1:])
        return empty.index_copy(0, self.place_N, packed).view(rows, width, *packed.shape[1:])

    def last(self, packed: Tensor) -> Tensor:
        """What stands at the last real position of every row, (N, ...) -> (B, ...)."""
        position_N = torch.arange(len(self.rank_N), device=packed.device)
        last_B = torch.zeros(self.shape[0], dtype=torch.int64, device=packed.device)
        last_B = last_B.scatter_reduce(0, self.order_B[self.rank_N[self.real_N]], position_N[self.real_N], "amax")
        return pick(packed, last_B)


def pick(rows: Tensor, index_N: Tensor) -> Tensor:
    """The given rows, none of them twice."""
    picked: Tensor = _Pick.apply(rows, index_N)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return picked


class _Pick(torch.autograd.Function):
    """`index_select` whose gradient is written row by row and not added: no row is picked twice."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, index_N: Tensor) -> Tensor:
        ctx.save_for_backward(index_N)
        ctx.count = len(rows)
        return rows.index_select(0, index_N)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        [index_N], [gradient] = ctx.saved_tensors, gradients
        empty = gradient.new_zeros(ctx.count, *gradient.shape[1:])
        return empty.index_copy_(0, index_N, gradient), None
