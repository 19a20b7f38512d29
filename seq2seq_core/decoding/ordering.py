"""The best entries of every row, in one order on every run: descending value, ties to the lower index.

`torch.topk` is fast but leaves ties open. Ties are rare in trained models, so they are looked for among the answer
and one entry beyond it; only the rows that have one are sorted in full.

Sizes: R rows, C columns, K entries wanted.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Top:
    """Values and column indices, (R, K), best first."""

    value_RK: Tensor
    index_RK: Tensor


def stable_top(value_RC: Tensor, count: int) -> Top:
    """The `count` best entries of each row (all C where there are fewer); entries of minus infinity in any order."""
    columns = value_RC.size(1)
    wanted = min(count, columns)
    value_RK, index_RK = value_RC.topk(min(wanted + 1, columns), dim=1)
    equal_RK = (value_RK[:, 1:] == value_RK[:, :-1]) & (value_RK[:, 1:] > -torch.inf)
    tied_R = equal_RK.any(dim=1)
    if bool(tied_R.any()):
        ordered_RC, order_RC = value_RC[tied_R].sort(dim=1, descending=True, stable=True)
        value_RK[tied_R] = ordered_RC[:, : value_RK.size(1)]
        index_RK[tied_R] = order_RC[:, : value_RK.size(1)]
    return Top(value_RK[:, :wanted], index_RK[:, :wanted])
