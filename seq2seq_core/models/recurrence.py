"""Cells over whole packed sequences, for training: the same numbers as step by step, with a gradient of their own.

Written as single steps, a recurrence asks autograd for the gradient of its matrix once per step, and for some twenty
small operations. Here only what depends on the step before stays in the loop, forwards and backwards; the rest, the
gradient of the matrix first of all, is computed for all steps at once. Cells that are not here go step by step.

Sizes: N packed positions, n rows of one step, B rows, D state size, G gates times D, P parts of a state.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import torch
from torch import Tensor, nn

from seq2seq_core.models.cells import CELLS, Cell


def run(cell: Cell, given_NG: Tensor, recurrent: nn.Linear, first_BPD: Tensor, sizes: Sequence[int]) -> Tensor:
    """The states after all steps, (N, P, D).

    Args:
        given_NG: the input's share of the gates, packed.
        first_BPD: the states before the first step, in the order of the packing.
        sizes: rows of each step.
    """
    whole = WHOLE.get(cell)
    if whole is None:
        return _step_by_step(cell, given_NG, recurrent, first_BPD, sizes)
    return whole(given_NG, recurrent.weight, recurrent.bias, first_BPD, sizes)


def _step_by_step(
    cell: Cell, given_NG: Tensor, recurrent: nn.Linear, first_BPD: Tensor, sizes: Sequence[int]
) -> Tensor:
    states, state_nPD = [], first_BPD
    for given_nG in torch.split(given_NG, list(sizes)):
        state_nPD = cell.advance(given_nG, recurrent, state_nPD[: len(given_nG)])
        states.append(state_nPD)
    return torch.cat(states)


class _Gru(torch.autograd.Function):
    """The GRU of `cells`. With A = (1 - z) (1 - n^2), Z = z (1 - z) (h - n), R = r (1 - r) q and q = U_n h:

        gradient of n's sum  dn = dh' A;   of z's  dh' Z;   of r's  dn R;   of q  dn r;   of h  dh' z + (all) U
    """

    @staticmethod
    def forward(
        ctx: Any, given_NG: Tensor, weight_GD: Tensor, bias_G: Tensor, first_BPD: Tensor, sizes: Sequence[int]
    ) -> Tensor:
        size, dtype = weight_GD.size(1), given_NG.dtype
        gates_NG = given_NG.float() if given_NG.dtype != bias_G.dtype else given_NG.clone()
        products_ND, states_ND = (gates_NG.new_empty(len(gates_NG), size) for _ in range(2))
        weight_DG, bias_G = weight_GD.to(dtype).T, bias_G.to(dtype)
        state_nD = first_BPD[:, 0].to(gates_NG.dtype)
        for here in _steps(sizes):
            gates_nG, product_nD, next_nD = gates_NG[here], products_ND[here], states_ND[here]
            state_nD = state_nD[: len(gates_nG)]
            recurrent_nG = torch.addmm(bias_G, state_nD.to(dtype), weight_DG)
            open_nG, new_nD = gates_nG[:, : 2 * size], gates_nG[:, 2 * size :]
            open_nG.add_(recurrent_nG[:, : 2 * size]).sigmoid_()
            product_nD.copy_(recurrent_nG[:, 2 * size :])
            new_nD.addcmul_(open_nG[:, :size], product_nD).tanh_()
            state_nD = torch.lerp(new_nD, state_nD, open_nG[:, size:], out=next_nD)
        ctx.save_for_backward(gates_NG, products_ND, states_ND, weight_GD, first_BPD)
        ctx.sizes, ctx.dtype = sizes, dtype
        return states_ND.to(dtype).unsqueeze(1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        gates_NG, products_ND, states_ND, weight_GD, first_BPD = ctx.saved_tensors
        size, weight_GD = weight_GD.size(1), weight_GD.to(ctx.dtype)
        before_ND = _before(states_ND, first_BPD[:, 0], ctx.sizes)
        reset_ND, update_ND, new_ND = gates_NG.chunk(3, dim=1)
        by_new_ND = (1 - update_ND) * (1 - new_ND.square())
        by_update_ND = update_ND * (1 - update_ND) * (before_ND - new_ND)
        by_reset_ND = reset_ND * (1 - reset_ND) * products_ND
        sums_NG = torch.empty_like(gates_NG)  # gradients of what the matrix gives
        news_ND = torch.empty_like(states_ND)  # of n's sum, where the reset gate stands between it and the matrix
        states_grad_ND = gradients[0][:, 0].to(gates_NG.dtype)
        later_nD = states_grad_ND.new_zeros(0, size)
        for here in reversed(list(_steps(ctx.sizes))):
            grad_nD = _plus(states_grad_ND[here], later_nD)
            sums_nG, new_nD = sums_NG[here], news_ND[here]
            torch.mul(grad_nD, by_new_ND[here], out=new_nD)
            torch.mul(new_nD, by_reset_ND[here], out=sums_nG[:, :size])
            torch.mul(grad_nD, by_update_ND[here], out=sums_nG[:, size : 2 * size])
            torch.mul(new_nD, reset_ND[here], out=sums_nG[:, 2 * size :])
            later_nD = grad_nD.mul_(update_ND[here]) + sums_nG.to(ctx.dtype) @ weight_GD
        weight_grad_GD, bias_grad_G = _of_the_matrix(sums_NG, before_ND, ctx.dtype)
        sums_NG[:, 2 * size :] = news_ND
        first_grad_BPD = later_nD.unsqueeze(1).to(first_BPD.dtype)
        return sums_NG.to(ctx.dtype), weight_grad_GD, bias_grad_G, first_grad_BPD, None


class _Lstm(torch.autograd.Function):
    """The LSTM of `cells`: gates i, f, g, o; m' = f m + i g; h' = o tanh(m')."""

    @staticmethod
    def forward(
        ctx: Any, given_NG: Tensor, weight_GD: Tensor, bias_G: Tensor, first_BPD: Tensor, sizes: Sequence[int]
    ) -> Tensor:
        size, dtype = weight_GD.size(1), given_NG.dtype
        gates_NG = given_NG.float() if given_NG.dtype != bias_G.dtype else given_NG.clone()
        states_NPD = gates_NG.new_empty(len(gates_NG), 2, size)
        weight_DG, bias_G = weight_GD.to(dtype).T, bias_G.to(dtype)
        hidden_nD, memory_nD = first_BPD.to(gates_NG.dtype).unbind(dim=1)
        for here in _steps(sizes):
            gates_nG, next_nPD = gates_NG[here], states_NPD[here]
            rows = len(gates_nG)
            gates_nG.add_(torch.addmm(bias_G, hidden_nD[:rows].to(dtype), weight_DG))
            gates_nG[:, : 2 * size].sigmoid_()
            gates_nG[:, 2 * size : 3 * size].tanh_()
            gates_nG[:, 3 * size :].sigmoid_()
            enter_nD, forget_nD, new_nD, leave_nD = gates_nG.chunk(4, dim=1)
            kept_nD = torch.mul(forget_nD, memory_nD[:rows], out=next_nPD[:, 1])
            memory_nD = kept_nD.addcmul_(enter_nD, new_nD)
            hidden_nD = torch.mul(leave_nD, memory_nD.tanh(), out=next_nPD[:, 0])
        ctx.save_for_backward(gates_NG, states_NPD, weight_GD, first_BPD)
        ctx.sizes, ctx.dtype = sizes, dtype
        return states_NPD.to(dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        gates_NG, states_NPD, weight_GD, first_BPD = ctx.saved_tensors
        size, weight_GD = weight_GD.size(1), weight_GD.to(ctx.dtype)
        before_NPD = _before(states_NPD, first_BPD, ctx.sizes)
        enter_ND, forget_ND, new_ND, leave_ND = gates_NG.chunk(4, dim=1)
        tanh_ND = states_NPD[:, 1].tanh()
        to_memory_ND = leave_ND * (1 - tanh_ND.square())
        # gradients of the sums: of i, f and g by that of the memory, of o by that of the state
        by_memory_NG = torch.cat(
            (
                enter_ND * (1 - enter_ND) * new_ND,
                forget_ND * (1 - forget_ND) * before_NPD[:, 1],
                enter_ND * (1 - new_ND.square()),
            ),
            dim=1,
        )
        by_hidden_ND = leave_ND * (1 - leave_ND) * tanh_ND
        sums_NG = torch.empty_like(gates_NG)
        grad_NPD = gradients[0].to(gates_NG.dtype)
        hidden_later_nD = memory_later_nD = grad_NPD.new_zeros(0, size)
        for here in reversed(list(_steps(ctx.sizes))):
            hidden_nD = _plus(grad_NPD[here, 0], hidden_later_nD)
            memory_nD = _plus(grad_NPD[here, 1], memory_later_nD).addcmul_(hidden_nD, to_memory_ND[here])
            sums_nG = sums_NG[here]
            torch.mul(
                by_memory_NG[here].view(-1, 3, size), memory_nD.unsqueeze(1), out=sums_nG.view(-1, 4, size)[:, :3]
            )
            torch.mul(hidden_nD, by_hidden_ND[here], out=sums_nG[:, 3 * size :])
            memory_later_nD = memory_nD.mul_(forget_ND[here])
            hidden_later_nD = (sums_nG.to(ctx.dtype) @ weight_GD).to(gates_NG.dtype)
        weight_grad_GD, bias_grad_G = _of_the_matrix(sums_NG, before_NPD[:, 0], ctx.dtype)
        first_grad_BPD = torch.stack((hidden_later_nD, memory_later_nD), dim=1).to(first_BPD.dtype)
        return sums_NG.to(ctx.dtype), weight_grad_GD, bias_grad_G, first_grad_BPD, None


def _steps(sizes: Sequence[int]) -> Iterator[slice]:
    """Where the rows of each step stand."""
    begin = 0
    for rows in sizes:
        yield slice(begin, begin + rows)
        begin += rows


def _before(states: Tensor, first: Tensor, sizes: Sequence[int]) -> Tensor:
    """For every position the state that entered its step, packed."""
    parts = [first.to(states.dtype)]
    for here, rows in zip(_steps(sizes[:-1]), sizes[1:], strict=True):
        parts.append(states[here][:rows])
    return torch.cat(parts)


def _plus(gradient_nD: Tensor, later_mD: Tensor) -> Tensor:
    """What comes from the step's own output, and from the next step for the rows that had one."""
    total_nD = gradient_nD.clone()
    total_nD[: len(later_mD)] += later_mD
    return total_nD


def _of_the_matrix(sums_NG: Tensor, before_ND: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Gradients of weight and bias, all steps at once."""
    weight_GD = sums_NG.to(dtype).T @ before_ND.to(dtype)
    return weight_GD.to(sums_NG.dtype), sums_NG.sum(dim=0)


class Whole(Protocol):
    """A cell over a whole packed sequence: see `run`."""

    def __call__(
        self, given_NG: Tensor, weight_GD: Tensor, bias_G: Tensor, first_BPD: Tensor, sizes: Sequence[int]
    ) -> Tensor: ...


def gru(given_NG: Tensor, weight_GD: Tensor, bias_G: Tensor, first_BPD: Tensor, sizes: Sequence[int]) -> Tensor:
    """`run` of cell "gru". Products are in the precision of what is given, sums and states in that of the weights."""
    states_NPD: Tensor = _Gru.apply(  # type: ignore[no-untyped-call]  # torch leaves it untyped
        given_NG, weight_GD, bias_G, first_BPD, sizes
    )
    return states_NPD


def lstm(given_NG: Tensor, weight_GD: Tensor, bias_G: Tensor, first_BPD: Tensor, sizes: Sequence[int]) -> Tensor:
    """`run` of cell "lstm", likewise."""
    states_NPD: Tensor = _Lstm.apply(  # type: ignore[no-untyped-call]  # torch leaves it untyped
        given_NG, weight_GD, bias_G, first_BPD, sizes
    )
    return states_NPD


WHOLE: Final[Mapping[Cell, Whole]] = {CELLS["gru"]: gru, CELLS["lstm"]: lstm}
