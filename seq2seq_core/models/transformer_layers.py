"""One layer of the encoder and one of the decoder: Vaswani 2017, section 3.1, or with the normalisation first: Xiong et
al. 2020, "On layer normalization in the Transformer architecture".

Sizes: B rows, S source positions, T target positions in hand, C target positions before them, D model size, H heads.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor, nn

from seq2seq_core.linear import Linear
from seq2seq_core.models.dropout import Dropout
from seq2seq_core.models.transformer_attention import HeadMemory, MultiHeadAttention
from seq2seq_core.models.transformer_config import Norm, TransformerOptions


class Residual(nn.Module):
    """What stands around each part f of a layer: x + f(norm(x)), or norm(x + f(x)); dropout on what f gives."""

    def __init__(self, options: TransformerOptions) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(options.size)
        self.dropout = Dropout(options.dropout)
        self.norm_first = options.norm == Norm.PRE

    def enter(self, states_BTD: Tensor) -> Tensor:
        """What f reads."""
        entered_BTD: Tensor = self.norm(states_BTD) if self.norm_first else states_BTD
        return entered_BTD

    def leave(self, states_BTD: Tensor, given_BTD: Tensor) -> Tensor:
        """What follows when f has given its answer."""
        sum_BTD = states_BTD + self.dropout(given_BTD)
        left_BTD: Tensor = sum_BTD if self.norm_first else self.norm(sum_BTD)
        return left_BTD


class FeedForward(nn.Module):
    """W_2 relu(W_1 x + b_1) + b_2 at every position alike, inside its residual connection: section 3.3."""

    def __init__(self, options: TransformerOptions) -> None:
        super().__init__()
        self.residual = Residual(options)
        self.widen = Linear(options.size, options.feed_forward_size)
        self.narrow = Linear(options.feed_forward_size, options.size)
        for linear in (self.widen, self.narrow):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)

    def forward(self, states_BTD: Tensor) -> Tensor:
        """(B, T, D) -> (B, T, D)."""
        return self.residual.leave(states_BTD, self.narrow(self.widen(self.residual.enter(states_BTD)).relu()))

    if TYPE_CHECKING:
        __call__ = forward


@dataclass(frozen=True, slots=True)
class EncoderLayerAnswer:
    """What one layer of the encoder makes of the source."""

    states_BSD: Tensor
    weights_BHSS: Tensor


class EncoderLayer(nn.Module):
    """Self-attention, then the feed-forward network."""

    def __init__(self, options: TransformerOptions) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(options.size, options.heads)
        self.residual = Residual(options)
        self.feed_forward = FeedForward(options)

    def forward(self, states_BSD: Tensor, real_BS: Tensor) -> EncoderLayerAnswer:
        """One layer up; no position looks at padding."""
        entered_BSD = self.residual.enter(states_BSD)
        glimpse = self.attention(entered_BSD, self.attention.remember(entered_BSD), real_BS[:, None, None])
        attended_BSD = self.residual.leave(states_BSD, glimpse.found_BTD)
        return EncoderLayerAnswer(self.feed_forward(attended_BSD), glimpse.weights_BHTS)

    if TYPE_CHECKING:
        __call__ = forward


@dataclass(frozen=True, slots=True)
class LayerView:
    """What one layer of the decoder may look at."""

    source: HeadMemory
    past: HeadMemory  # the C target positions before the ones in hand
    real_BS: Tensor  # where cross-attention may look
    seen_TC: Tensor  # (T, C + T): True on a position itself and on those before it


@dataclass(frozen=True, slots=True)
class DecoderLayerAnswer:
    """What one layer of the decoder makes of the positions in hand."""

    states_BTD: Tensor
    past: HeadMemory  # the positions in hand included
    self_BHTC: Tensor
    cross_BHTS: Tensor


class DecoderLayer(nn.Module):
    """Masked self-attention, attention to the source, then the feed-forward network."""

    def __init__(self, options: TransformerOptions) -> None:
        super().__init__()
        self.self_attention = MultiHeadAttention(options.size, options.heads)
        self.self_residual = Residual(options)
        self.cross_attention = MultiHeadAttention(options.size, options.heads)
        self.cross_residual = Residual(options)
        self.feed_forward = FeedForward(options)

    def forward(self, states_BTD: Tensor, view: LayerView) -> DecoderLayerAnswer:
        """One layer up, for any number of positions at once."""
        entered_BTD = self.self_residual.enter(states_BTD)
        past = view.past.then(self.self_attention.remember(entered_BTD))
        own = self.self_attention(entered_BTD, past, view.seen_TC)
        states_BTD = self.self_residual.leave(states_BTD, own.found_BTD)
        entered_BTD = self.cross_residual.enter(states_BTD)
        cross = self.cross_attention(entered_BTD, view.source, view.real_BS[:, None, None])
        states_BTD = self.cross_residual.leave(states_BTD, cross.found_BTD)
        return DecoderLayerAnswer(self.feed_forward(states_BTD), past, own.weights_BHTS, cross.weights_BHTS)

    if TYPE_CHECKING:
        __call__ = forward
