"""Recurrent cells for decoders that take one step at a time, and stacks of them.

    rnn              h' = tanh(x + U h)
    gru              r, z = sigmoid(x + U h);  n = tanh(x_n + r * (U_n h));  h' = (1-z) n + z h
    gru-reset-first  the same with n = tanh(x_n + U_n (r * h))
    lstm             i, f, o = sigmoid(x + U h);  m' = f m + i tanh(x_g + U_g h);  h' = o tanh(m')

x is the input's share of all gates: W e of the previous token plus C c of the context, which so enters every gate. The
first GRU is PyTorch's (reset after the product); the second is that of the papers and of the course notes. Both keep
z of the OLD state, as Cho 2014 and PyTorch do; Bahdanau 2015 writes z and 1 - z the other way round.

Sizes: B rows, D state size, G gates times D, L layers, P parts of a state (the LSTM's memory m is the second).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from seq2seq_core.repeated import Repeated

Advance: TypeAlias = Callable[[Tensor, nn.Linear, Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of cell."""

    gates: int
    parts: int
    advance: Advance  # (input's share (B, G), the state's linear layer, state (B, P, D)) -> state (B, P, D)


def _rnn(given_BG: Tensor, recurrent: nn.Linear, state_BPD: Tensor) -> Tensor:
    return torch.tanh(given_BG + recurrent(state_BPD[:, 0])).unsqueeze(1)


def _gru(given_BG: Tensor, recurrent: nn.Linear, state_BPD: Tensor) -> Tensor:
    state_BD = state_BPD[:, 0]
    # chunk, not slices: the gradient of a slice is a full-width tensor of zeros, that of chunk one concatenation
    reset_given, update_given, new_given = given_BG.chunk(3, dim=-1)
    reset_recurrent, update_recurrent, new_recurrent = recurrent(state_BD).chunk(3, dim=-1)
    reset_BD = torch.sigmoid(reset_given + reset_recurrent)
    update_BD = torch.sigmoid(update_given + update_recurrent)
    new_BD = torch.tanh(new_given + reset_BD * new_recurrent)
    return torch.lerp(new_BD, state_BD.to(new_BD.dtype), update_BD).unsqueeze(1)


def _gru_reset_first(given_BG: Tensor, recurrent: nn.Linear, state_BPD: Tensor) -> Tensor:
    state_BD, size = state_BPD[:, 0], state_BPD.size(-1)
    gate_weight, new_weight = recurrent.weight[: 2 * size], recurrent.weight[2 * size :]
    gate_bias, new_bias = recurrent.bias[: 2 * size], recurrent.bias[2 * size :]
    gates_given, new_given = given_BG[:, : 2 * size], given_BG[:, 2 * size :]
    gates = torch.sigmoid(gates_given + functional.linear(state_BD, gate_weight, gate_bias))
    reset_BD, update_BD = gates.chunk(2, dim=-1)
    new_BD = torch.tanh(new_given + functional.linear(reset_BD * state_BD, new_weight, new_bias))
    return torch.lerp(new_BD, state_BD.to(new_BD.dtype), update_BD).unsqueeze(1)


def _lstm(given_BG: Tensor, recurrent: nn.Linear, state_BPD: Tensor) -> Tensor:
    hidden_BD, memory_BD = state_BPD.unbind(dim=1)
    enter, forget, new, leave = (given_BG + recurrent(hidden_BD)).chunk(4, dim=-1)
    memory_BD = torch.sigmoid(forget) * memory_BD + torch.sigmoid(enter) * torch.tanh(new)
    return torch.stack((torch.sigmoid(leave) * torch.tanh(memory_BD), memory_BD), dim=1)


CELLS: Final[Mapping[str, Cell]] = {
    "rnn": Cell(1, 1, _rnn),
    "gru": Cell(3, 1, _gru),
    "gru-reset-first": Cell(3, 1, _gru_reset_first),
    "lstm": Cell(4, 2, _lstm),
}


class UpperLayer(nn.Module):
    """The weights of a layer above the first: its input is the state of the layer below."""

    def __init__(self, size: int, gates: int) -> None:
        super().__init__()
        self.input_gates = Repeated(size, gates * size)
        self.state_gates = Repeated(size, gates * size)


def initialise_recurrence(cell: Cell, recurrent: nn.Linear, given: nn.Linear) -> None:
    """Orthogonal recurrences (Saxe 2014) keep long gradients alive; an LSTM begins by remembering (Jozefowicz 2015)."""
    for block in recurrent.weight.detach().chunk(cell.gates):
        nn.init.orthogonal_(block)
    if cell.parts == 2:
        with torch.no_grad():
            given.bias.chunk(cell.gates)[1].fill_(1.0)
