"""The recurrent decoder of Bahdanau 2015: look with the previous state, then take a step, then read out.

    c_i = attention(s_{i-1}, h)                        the decoder attends with its PREVIOUS state
    s_i = GRU([E y_{i-1}; c_i], s_{i-1})
    t_i = tanh(U_o s_i + V_o E y_{i-1} + C_o c_i)      p(y_i) = softmax(E t_i + b), E tied with the embedding

The paper reads out from s_{i-1} through a maxout layer into an untied softmax; reading from s_i into the tied embedding
is the later habit and needs fewer weights. The GRU is PyTorch's (see encoder.py), split into three products so that
the embedding's share of all steps is one product in training.

Sizes: B rows, T target positions, E embedding size, D decoder state size, C context size.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from seq2seq_core.attention import Attention, Memory


@dataclass(frozen=True, slots=True)
class DecoderStep:
    """One step of the decoder."""

    state_BD: Tensor
    context_BC: Tensor
    weights_BS: Tensor


class GruDecoder(nn.Module):
    """A GRU that takes the context and the previous token at every step."""

    def __init__(self, attention: Attention, embedding_size: int, state_size: int, context_size: int) -> None:
        super().__init__()
        self.attention = attention
        self.embedding_gates = nn.Linear(embedding_size, 3 * state_size)
        self.context_gates = nn.Linear(context_size, 3 * state_size, bias=False)
        self.state_gates = nn.Linear(state_size, 3 * state_size)
        self.readout = nn.Linear(state_size + embedding_size + context_size, embedding_size)

    def step(self, gates_B3D: Tensor, state_BD: Tensor, memory: Memory) -> DecoderStep:
        """One step; `gates_B3D` is the previous token's share of the gates."""
        glimpse = self.attention(state_BD, memory)
        given_B3D = gates_B3D + self.context_gates(glimpse.context_BE)
        state_BD = _gru(given_B3D, self.state_gates(state_BD), state_BD)
        return DecoderStep(state_BD, glimpse.context_BE, glimpse.weights_BS)

    def forward(self, embedded_BTE: Tensor, state_BD: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """All steps under teacher forcing: read-outs (B, T, E) and attention weights (B, T, S)."""
        steps: list[DecoderStep] = []
        for gates_B3D in self.embedding_gates(embedded_BTE).unbind(dim=1):
            steps.append(self.step(gates_B3D, state_BD, memory))
            state_BD = steps[-1].state_BD
        states_BTD = torch.stack([step.state_BD for step in steps], dim=1)
        contexts_BTC = torch.stack([step.context_BC for step in steps], dim=1)
        weights_BTS = torch.stack([step.weights_BS for step in steps], dim=1)
        return self.read(states_BTD, embedded_BTE, contexts_BTC), weights_BTS

    def read(self, state: Tensor, embedded: Tensor, context: Tensor) -> Tensor:
        """t_i of the equations above, for one step or for all (any leading dimensions)."""
        return torch.tanh(self.readout(torch.cat((state, embedded.to(state.dtype), context.to(state.dtype)), dim=-1)))

    if TYPE_CHECKING:
        __call__ = forward


def _gru(given_B3D: Tensor, recurrent_B3D: Tensor, state_BD: Tensor) -> Tensor:
    """PyTorch's GRU cell from its two halves of gate inputs (order: reset, update, new)."""
    # chunk, not slices: the gradient of a slice is a full-width tensor of zeros, that of chunk one concatenation
    reset_given, update_given, new_given = given_B3D.chunk(3, dim=-1)
    reset_recurrent, update_recurrent, new_recurrent = recurrent_B3D.chunk(3, dim=-1)
    reset_BD = torch.sigmoid(reset_given + reset_recurrent)
    update_BD = torch.sigmoid(update_given + update_recurrent)
    new_BD = torch.tanh(new_given + reset_BD * new_recurrent)
    return torch.lerp(new_BD, state_BD.to(new_BD.dtype), update_BD)
