"""The recurrent encoder: one GRU in each direction over the source.

Sizes: B sentences, S source positions, E embedding size, H state size per direction.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder made of a batch of sources."""

    states_BSH2: Tensor  # forward and backward state of every position, side by side; anything on padding
    first_backward_BH: Tensor  # the backward state at the first position: it has read the whole source


class BidirectionalGru(nn.Module):
    """Bahdanau 2015, section 3.2: annotations h_j = [forward; backward].

    PyTorch's GRU applies the reset gate after the recurrent product, n = tanh(W x + r * (U h)), and mixes
    h' = (1 - z) * n + z * h; the paper has U (r * h) and z and 1 - z the other way round. The two have the same power,
    but their weights cannot be exchanged.

    The backward direction reads each source reversed within its own length, so that padding comes last for both and
    reaches no real position. (Packed sequences would do as well, but give every step another batch size, for which the
    processor's matrix kernels are generated anew.)
    """

    def __init__(self, embedding_size: int, state_size: int) -> None:
        super().__init__()
        self.forward_rnn = nn.GRU(embedding_size, state_size, batch_first=True)
        self.backward_rnn = nn.GRU(embedding_size, state_size, batch_first=True)

    def forward(self, embedded_BSE: Tensor, lengths_B: Tensor) -> Encoded:
        """Read the sources; `lengths_B` counts real positions, at least one each."""
        mirror_BS = _mirror(lengths_B, embedded_BSE.size(1))
        forward_BSH, _ = self.forward_rnn(embedded_BSE)
        reversed_BSH, _ = self.backward_rnn(_rearrange(embedded_BSE, mirror_BS))
        backward_BSH = _rearrange(reversed_BSH, mirror_BS)
        return Encoded(torch.cat((forward_BSH, backward_BSH), dim=-1), backward_BSH[:, 0])

    if TYPE_CHECKING:
        __call__ = forward


def _mirror(lengths_B: Tensor, width: int) -> Tensor:
    """For each position the position it has in the reversed source, (B, width); padding stays where it is."""
    position_S = torch.arange(width, device=lengths_B.device)
    return torch.where(real_positions(lengths_B, width), lengths_B[:, None] - 1 - position_S, position_S)


def _rearrange(states_BSH: Tensor, position_BS: Tensor) -> Tensor:
    """Position s of the result is position `position_BS[:, s]` of the states."""
    batch, width, _ = states_BSH.shape
    row_B1 = torch.arange(batch, device=position_BS.device)[:, None] * width
    flat = states_BSH.reshape(batch * width, -1).index_select(0, (row_B1 + position_BS).flatten())
    return flat.view_as(states_BSH)


def real_positions(lengths_B: Tensor, width: int) -> Tensor:
    """True where a padded batch holds a token, (B, width)."""
    return torch.arange(width, device=lengths_B.device) < lengths_B[:, None]
