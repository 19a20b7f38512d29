"""The building blocks of Gehring et al. 2017, "Convolutional sequence to sequence learning".

A convolution is computed as a linear map of windows, which is the same sum and faster than torch's convolutions at
these sizes on a CPU. Sums of two terms are multiplied by sqrt(1/2), so that their variance stays (section 3.4).

Sizes: B rows, T positions, X positions with the padding of a convolution, S source positions, D states, E embedding,
K kernel.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from seq2seq_core.attention.base import masked_softmax, one_hot
from seq2seq_core.models.convolutional_config import ConvolutionalOptions
from seq2seq_core.models.dropout import Dropout

HALF: Final = math.sqrt(0.5)


def linear(
    inputs: int, outputs: int, options: ConvolutionalOptions, *, keep: float = 1.0, gain: float = 1.0
) -> nn.Module:
    """A linear layer that keeps the variance of its input: weights from N(0, gain keep / inputs), section 3.5.

    Args:
        keep: the share of the inputs that dropout leaves.
        gain: 4 before a gated linear unit, which passes on a quarter of the variance.
    """
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=math.sqrt(gain * keep / inputs))
    nn.init.zeros_(layer.bias)
    return weight_norm(layer) if options.weight_normalisation else layer


class GatedConvolution(nn.Module):
    """A convolution to 2 D features, half of which gate the other half: GLU([A; B]) = A * sigmoid(B), section 3.2."""

    def __init__(self, options: ConvolutionalOptions) -> None:
        super().__init__()
        self.kernel = options.kernel
        self.windows = linear(
            options.size * options.kernel, 2 * options.size, options, keep=1.0 - options.dropout, gain=4.0
        )

    def forward(self, states_BXD: Tensor) -> Tensor:
        """One output per whole window, (B, X, D) -> (B, X - K + 1, D)."""
        windows_BTDK = states_BXD.unfold(1, self.kernel, 1)
        gated_BTD: Tensor = nn.functional.glu(self.windows(windows_BTDK.flatten(2)), dim=-1)
        return gated_BTD

    if TYPE_CHECKING:
        __call__ = forward


class EncoderBlock(nn.Module):
    """A gated convolution over the positions around each one, and a residual connection."""

    def __init__(self, options: ConvolutionalOptions) -> None:
        super().__init__()
        self.dropout = Dropout(options.dropout)
        self.convolution = GatedConvolution(options)

    def forward(self, states_BSD: Tensor, real_BS: Tensor) -> Tensor:
        """One layer up; beyond the source, its padding included, there are zeros."""
        side = self.convolution.kernel // 2
        inside_BSD = self.dropout(states_BSD).masked_fill(~real_BS[:, :, None], 0.0)
        gated_BSD = self.convolution(nn.functional.pad(inside_BSD, (0, 0, side, side)))
        return (gated_BSD + states_BSD) * HALF

    if TYPE_CHECKING:
        __call__ = forward


@dataclass(frozen=True, slots=True)
class SourceMemory:
    """The encoded sources as attention sees them, the same for all layers."""

    keys_BSE: Tensor  # z, the encoder's outputs
    values_BSE: Tensor  # z + e: what a token means beside what it is, equation 2
    real_BS: Tensor
    pinned: int | None = None  # an intervention: the position that gets all attention

    def select(self, rows_B: Tensor) -> "SourceMemory":
        """The memory of the given rows."""
        return SourceMemory(self.keys_BSE[rows_B], self.values_BSE[rows_B], self.real_BS[rows_B], self.pinned)


@dataclass(frozen=True, slots=True)
class BlockGlimpse:
    """What one layer's attention finds."""

    found_BTD: Tensor
    weights_BTS: Tensor  # float32, zero on padding; rows sum to one


class BlockAttention(nn.Module):
    """Equations 1 and 2: d = W h + b + g, a = softmax_j(d . z_j), c = sum_j a_j (z_j + e_j).

    c is the mean of m vectors if the weights are even; sqrt(m) gives it back the variance of one (section 3.4).
    """

    def __init__(self, options: ConvolutionalOptions) -> None:
        super().__init__()
        self.query = linear(options.size, options.embedding_size, options)
        self.output = linear(options.embedding_size, options.size, options)

    def forward(self, states_BTD: Tensor, target_BTE: Tensor, memory: SourceMemory) -> BlockGlimpse:
        """Attend; `target_BTE` holds g, the embeddings of the tokens that were read."""
        query_BTE = (self.query(states_BTD) + target_BTE) * HALF
        weights_BTS = masked_softmax(query_BTE @ memory.keys_BSE.transpose(1, 2), memory.real_BS[:, None])
        if memory.pinned is not None:
            weights_BTS = one_hot(weights_BTS, memory.pinned)
        context_BTE = weights_BTS.to(memory.values_BSE.dtype) @ memory.values_BSE
        root_B11 = memory.real_BS.sum(dim=1).sqrt()[:, None, None]
        return BlockGlimpse(self.output(context_BTE * root_B11), weights_BTS)

    if TYPE_CHECKING:
        __call__ = forward


@dataclass(frozen=True, slots=True)
class BlockAnswer:
    """What one layer of the decoder makes of the positions in hand."""

    states_BTD: Tensor
    past_BKD: Tensor  # the last K - 1 inputs, for the positions that follow
    weights_BTS: Tensor


class DecoderBlock(nn.Module):
    """A gated convolution over each position and the K - 1 before it, attention, and a residual connection."""

    def __init__(self, options: ConvolutionalOptions) -> None:
        super().__init__()
        self.dropout = Dropout(options.dropout)
        self.convolution = GatedConvolution(options)
        self.attention = BlockAttention(options)

    def forward(self, states_BTD: Tensor, target_BTE: Tensor, past_BKD: Tensor, memory: SourceMemory) -> BlockAnswer:
        """One layer up, for any number of positions at once."""
        inputs_BXD = torch.cat((past_BKD, self.dropout(states_BTD)), dim=1)
        gated_BTD = self.convolution(inputs_BXD)
        glimpse = self.attention(gated_BTD, target_BTE, memory)
        attended_BTD = (gated_BTD + glimpse.found_BTD) * HALF
        past_BKD = inputs_BXD[:, inputs_BXD.size(1) - past_BKD.size(1) :]
        return BlockAnswer((attended_BTD + states_BTD) * HALF, past_BKD, glimpse.weights_BTS)

    if TYPE_CHECKING:
        __call__ = forward
