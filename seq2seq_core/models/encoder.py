"""The recurrent encoder: one GRU in each direction over the source.

Sizes: B sentences, S source positions, E embedding size, H state size per direction.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder made of a batch of sources."""

    states_BSH2: Tensor  # forward and backward state of every position, side by side; zero on padding
    first_backward_BH: Tensor  # the backward state at the first position: it has read the whole source


class BidirectionalGru(nn.Module):
    """Bahdanau 2015, section 3.2: annotations h_j = [forward; backward].

    PyTorch's GRU applies the reset gate after the recurrent product, n = tanh(W x + r * (U h)), and mixes
    h' = (1 - z) * n + z * h; the paper has U (r * h) and z and 1 - z the other way round. The two have the same power,
    but their weights cannot be exchanged.
    """

    def __init__(self, embedding_size: int, state_size: int) -> None:
        super().__init__()
        self.rnn = nn.GRU(embedding_size, state_size, batch_first=True, bidirectional=True)

    def forward(self, embedded_BSE: Tensor, lengths_B: Tensor) -> Encoded:
        """Read the sources; `lengths_B` (on the CPU) counts real positions, at least one each."""
        packed = pack_padded_sequence(embedded_BSE, lengths_B, batch_first=True, enforce_sorted=False)
        output, last_2BH = self.rnn(packed)
        states_BSH2, _ = pad_packed_sequence(output, batch_first=True, total_length=embedded_BSE.size(1))
        return Encoded(states_BSH2, last_2BH[1])

    if TYPE_CHECKING:
        __call__ = forward


def real_positions(lengths_B: Tensor, width: int) -> Tensor:
    """True where a padded batch holds a token, (B, width)."""
    return torch.arange(width, device=lengths_B.device) < lengths_B[:, None]
