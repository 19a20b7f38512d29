"""The best entries of every row, in one order on every run: descending value, ties to the lower index.

`torch.topk` is fast but leaves ties open. Ties are rare in trained models, so they are looked for among the answer
and one entry beyond it. Those within the answer are put in order; only rows where the entry beyond equals the last one
are sorted in full, since others as good may be missing.

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

    def first(self, count: int) -> "Top":
        """The best of them."""
        return Top(self.value_RK[:, :count], self.index_RK[:, :count])


def stable_top(value_RC: Tensor, count: int) -> Top:
    """The `count` best entries of each row (all C where there are fewer); entries of minus infinity in any order."""
    columns = value_RC.size(1)
    wanted = min(count, columns)
    value_RK, index_RK = value_RC.topk(min(wanted + 1, columns), dim=1)
    equal_RK = value_RK[:, 1:] == value_RK[:, :-1]
    if bool(equal_RK.any()):
        value_RK, index_RK = _in_order(value_RK, index_RK)
        if wanted < columns:
            _complete(value_RC, value_RK, index_RK)
    return Top(value_RK[:, :wanted], index_RK[:, :wanted])


def _in_order(value_RK: Tensor, index_RK: Tensor) -> tuple[Tensor, Tensor]:
    """The same entries, equal ones by index."""
    index_RK, by_index_RK = index_RK.sort(dim=1)
    value_RK, by_value_RK = value_RK.gather(1, by_index_RK).sort(dim=1, descending=True, stable=True)
    return value_RK, index_RK.gather(1, by_value_RK)


def _complete(value_RC: Tensor, value_RK: Tensor, index_RK: Tensor) -> None:
    """Change in place the rows where the entry beyond the answer, which is the last here, equals one of the answer."""
    tied_R = (value_RK[:, -1] == value_RK[:, -2]) & (value_RK[:, -1] > -torch.inf)
    if bool(tied_R.any()):
        ordered_RC, order_RC = value_RC[tied_R].sort(dim=1, descending=True, stable=True)
        value_RK[tied_R] = ordered_RC[:, : value_RK.size(1)]
        index_RK[tied_R] = order_RC[:, : value_RK.size(1)]
