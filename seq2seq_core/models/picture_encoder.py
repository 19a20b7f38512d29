"""Encoders of pictures: a source is the palette indices of H * W pixels, row by row.

Sizes: B sentences, S pixels (H * W), M patches, C memory size, K colours.
"""

from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from seq2seq_core.models.base import Sources
from seq2seq_core.models.config import RecurrentConfig
from seq2seq_core.models.encoder import Encoded

PATCH: Final = 4  # pixels of a patch's side: two poolings by two
_CHANNELS: Final = 32


class PatchEncoder(nn.Module):
    """Three convolutions with two poolings between them; what is left of the picture is one state per patch.

    Each state also knows where it is: a learned vector per patch is added, without which "above" could not be told.
    """

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.side, self.colours, self.size = config.picture_side, config.source_vocabulary, config.encoder_size
        self.pixels = nn.Conv2d(self.colours, _CHANNELS, kernel_size=3, padding=1)
        self.shapes = nn.Conv2d(_CHANNELS, 2 * _CHANNELS, kernel_size=3, padding=1)
        self.patches = nn.Conv2d(2 * _CHANNELS, self.size, kernel_size=3, padding=1)
        self.places = nn.Parameter(torch.randn((self.side // PATCH) ** 2, self.size) * 0.1)

    def forward(self, sources: Sources) -> Encoded:
        """Read the pictures; all patches are real."""
        picture = functional.relu(self.pixels(_planes(sources.ids_BS, self.side, self.colours)))
        picture = functional.relu(self.shapes(functional.max_pool2d(picture, 2)))
        picture = functional.relu(self.patches(functional.max_pool2d(picture, 2)))
        states_BMC = picture.flatten(2).transpose(1, 2) + self.places
        real_BM = torch.ones(states_BMC.shape[:2], dtype=torch.bool, device=states_BMC.device)
        return Encoded(states_BMC, real_BM, states_BMC.mean(dim=1))

    if TYPE_CHECKING:
        __call__ = forward


class FlatEncoder(nn.Module):
    """A feed-forward network with one hidden layer over all pixels at once; its output is the only state."""

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.side, self.colours, self.size = config.picture_side, config.source_vocabulary, config.encoder_size
        self.hidden = nn.Linear(self.colours * self.side**2, 2 * self.size)
        self.output = nn.Linear(2 * self.size, self.size)

    def forward(self, sources: Sources) -> Encoded:
        """Read the pictures."""
        planes = _planes(sources.ids_BS, self.side, self.colours)
        state_BC = torch.tanh(self.output(torch.relu(self.hidden(planes.flatten(1)))))
        real_B1 = torch.ones(len(state_BC), 1, dtype=torch.bool, device=state_BC.device)
        return Encoded(state_BC.unsqueeze(1), real_B1, state_BC)

    if TYPE_CHECKING:
        __call__ = forward


def _planes(ids_BS: Tensor, side: int, colours: int) -> Tensor:
    """One plane of zeros and ones per colour, (B, K, H, W)."""
    planes_BSK = functional.one_hot(ids_BS, colours).float()
    return planes_BSK.transpose(1, 2).reshape(len(ids_BS), colours, side, side)
