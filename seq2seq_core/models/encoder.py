"""Encoders of texts: recurrent ones, and the embedding of a label.

Sizes: B sentences, S source positions, N of them packed, M memory positions (S here), E embedding size, H state size
per direction, C memory size, L layers, P parts of a state.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from seq2seq_core.models.base import Sources
from seq2seq_core.models.cells import CELLS
from seq2seq_core.models.config import Bridge, EncoderKind, RecurrentConfig
from seq2seq_core.models.packing import Packing
from seq2seq_core.models.recurrence import WHOLE

_RECURRENT: Final = {EncoderKind.RNN: nn.RNN, EncoderKind.GRU: nn.GRU, EncoderKind.LSTM: nn.LSTM}
WHOLE_CELLS: Final = (EncoderKind.GRU, EncoderKind.LSTM)  # whose names are those of the cells
_WEIGHTS: Final = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


@dataclass(frozen=True, slots=True)
class Encoded:
    """What an encoder made of a batch of sources."""

    states_BMC: Tensor  # anything on padding
    real_BM: Tensor  # bool
    last_BC: Tensor  # of the top layer: has read the whole source, in each direction
    backward_BH: Tensor | None = None  # the backward direction's part of it
    layers_BLPH: Tensor | None = None  # last states of all layers, where the bridge copies them

    def mean(self) -> Tensor:
        """The mean of the states of real positions, (B, C)."""
        real_BM1 = self.real_BM.unsqueeze(-1)
        return (self.states_BMC * real_BM1).sum(dim=1) / real_BM1.sum(dim=1)


class RecurrentEncoder(nn.Module):
    """One stack of layers in each direction, side by side at the top: Schuster and Paliwal 1997.

    For one GRU layer these are the annotations h_j = [forward; backward] of Bahdanau 2015, section 3.2. PyTorch's GRU
    applies the reset gate after the recurrent product, n = tanh(W x + r * (U h)), and mixes h' = (1 - z) * n + z * h;
    the paper has U (r * h) and z and 1 - z the other way round. The two have the same power, but their weights cannot
    be exchanged.

    The backward direction reads each source reversed within its own length, so that padding comes last for both and
    reaches no real position. For a gradient on the processor the sources are packed, and their padding is left out.
    """

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config = config
        self.size = config.encoder_size * (2 if config.bidirectional else 1)
        self.forward_rnn = self._stack()
        if config.bidirectional:
            self.backward_rnn = self._stack()
        for name, weight in self.named_parameters():
            if "weight_hh" in name:
                for block in weight.detach().chunk(len(weight) // config.encoder_size):
                    nn.init.orthogonal_(block)
            if config.encoder is EncoderKind.LSTM and "bias_ih" in name:
                # A forget gate that begins open lets the first words reach the end (Jozefowicz et al. 2015).
                weight.detach().chunk(len(weight) // config.encoder_size)[1].fill_(1.0)

    def _stack(self) -> nn.RNNBase:
        config = self.config
        between = config.dropout if config.encoder_layers > 1 else 0.0
        sizes = (config.embedding_size, config.encoder_size, config.encoder_layers)
        stack: nn.RNNBase = _RECURRENT[config.encoder](*sizes, batch_first=True, dropout=between)
        return stack

    def forward(self, embedded_BSE: Tensor, sources: Sources) -> Encoded:
        """Read the sources; a reversed one gives its states in the order of the source all the same."""
        if torch.is_grad_enabled() and self.config.encoder in WHOLE_CELLS and not embedded_BSE.is_cuda:
            return self._read_packed(embedded_BSE, sources)
        lengths_B = sources.lengths_B
        mirror_BS = _mirror(lengths_B, embedded_BSE.size(1))
        if self.config.reverse_source:
            embedded_BSE = _rearrange(embedded_BSE, mirror_BS)
        layers_BLPH = None
        if self.config.bridge is Bridge.COPY:
            states_BSH, layers_BLPH = _read_to_the_end(self.forward_rnn, embedded_BSE, lengths_B)
        else:
            states_BSH, _ = self.forward_rnn(embedded_BSE)
        last_BH = states_BSH[torch.arange(len(states_BSH), device=states_BSH.device), lengths_B - 1]
        if self.config.reverse_source:
            states_BSH = _rearrange(states_BSH, mirror_BS)
        if not self.config.bidirectional:
            return Encoded(states_BSH, sources.real_BS, last_BH, layers_BLPH=layers_BLPH)
        reversed_BSH, _ = self.backward_rnn(_rearrange(embedded_BSE, mirror_BS))
        backward_BSH = _rearrange(reversed_BSH, mirror_BS)
        states_BSC = torch.cat((states_BSH, backward_BSH), dim=-1)
        return Encoded(states_BSC, sources.real_BS, torch.cat((last_BH, backward_BSH[:, 0]), -1), backward_BSH[:, 0])

    def _read_packed(self, embedded_BSE: Tensor, sources: Sources) -> Encoded:
        """The same without padding, to learn from."""
        width = embedded_BSE.size(1)
        packing = Packing.of(sources.lengths_B, width)
        row_N, step_N = packing.place_N // width, packing.place_N % width
        mirrored = replace(packing, place_N=row_N * width + _mirror(sources.lengths_B, width)[row_N, step_N])
        layers = self._climb(self.forward_rnn, embedded_BSE, mirrored if self.config.reverse_source else packing)
        there = (mirrored if self.config.reverse_source else packing).pad(layers[-1][:, 0])
        last_BH = packing.last(layers[-1][:, 0])
        if not self.config.bidirectional:
            copied = self.config.bridge is Bridge.COPY
            layers_BLPH = torch.stack([packing.last(states) for states in layers], dim=1) if copied else None
            return Encoded(there, sources.real_BS, last_BH, layers_BLPH=layers_BLPH)
        back_NH = self._climb(self.backward_rnn, embedded_BSE, mirrored)[-1][:, 0]
        backward_BH = packing.last(back_NH)
        states_BSC = torch.cat((there, mirrored.pad(back_NH)), dim=-1)
        return Encoded(states_BSC, sources.real_BS, torch.cat((last_BH, backward_BH), dim=-1), backward_BH)

    def _climb(self, rnn: nn.RNNBase, embedded_BSE: Tensor, packing: Packing) -> list[Tensor]:
        """The states of every layer, (N, P, H) each."""
        cell, below_NE, layers = CELLS[self.config.encoder], packing.pack(embedded_BSE), list[Tensor]()
        for number in range(self.config.encoder_layers):
            weight_ih, weight_hh, bias_ih, bias_hh = (getattr(rnn, f"{name}_l{number}") for name in _WEIGHTS)
            given_NG = functional.linear(below_NE, weight_ih, bias_ih)
            first_BPH = given_NG.new_zeros(len(packing.order_B), cell.parts, self.config.encoder_size)
            layers.append(WHOLE[cell](given_NG, weight_hh, bias_hh, first_BPH, packing.sizes))
            below_NE = functional.dropout(layers[-1][:, 0], rnn.dropout, self.training)
        return layers

    if TYPE_CHECKING:
        __call__ = forward


class LabelEncoder(nn.Module):
    """The embedding itself: a label is a source of one token."""

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.size = config.embedding_size

    def forward(self, embedded_BSE: Tensor, sources: Sources) -> Encoded:
        """Nothing is read but what stands there."""
        return Encoded(embedded_BSE, sources.real_BS, embedded_BSE[:, 0])

    if TYPE_CHECKING:
        __call__ = forward


def _read_to_the_end(rnn: nn.RNNBase, embedded_BSE: Tensor, lengths_B: Tensor) -> tuple[Tensor, Tensor]:
    """States of the top layer (B, S, H), and of all layers after each source's own last token (B, L, P, H)."""
    packed = nn.utils.rnn.pack_padded_sequence(embedded_BSE, lengths_B.cpu(), batch_first=True, enforce_sorted=False)
    states, last = rnn(packed)
    states_BSH, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=embedded_BSE.size(1))
    parts = last if isinstance(last, tuple) else (last,)
    return states_BSH, torch.stack([part_LBH.transpose(0, 1) for part_LBH in parts], dim=2)


def _mirror(lengths_B: Tensor, width: int) -> Tensor:
    """For each position the position it has in the reversed source, (B, width); padding stays where it is."""
    position_S = torch.arange(width, device=lengths_B.device)
    return torch.where(position_S < lengths_B[:, None], lengths_B[:, None] - 1 - position_S, position_S)


def _rearrange(states_BSH: Tensor, position_BS: Tensor) -> Tensor:
    """Position s of the result is position `position_BS[:, s]` of the states."""
    batch, width, _ = states_BSH.shape
    row_B1 = torch.arange(batch, device=position_BS.device)[:, None] * width
    flat = states_BSH.reshape(batch * width, -1).index_select(0, (row_B1 + position_BS).flatten())
    return flat.view_as(states_BSH)
