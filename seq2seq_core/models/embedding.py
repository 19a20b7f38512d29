"""Token and position embeddings of the families that read all positions at once.

Sizes: B rows, T positions, D features.
"""

import math
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from seq2seq_core.errors import InputError
from seq2seq_core.models.base import PAD_ID, UNKNOWN_ID


class TokenEmbedding(nn.Embedding):
    """One vector per token type, zero for padding; ids beyond the vocabulary are read as `<unk>`."""

    def __init__(self, vocabulary: int, size: int, *, std: float) -> None:
        super().__init__(vocabulary, size, padding_idx=PAD_ID)
        nn.init.normal_(self.weight, std=std)
        with torch.no_grad():
            self.weight[PAD_ID].zero_()

    def forward(self, ids_BT: Tensor) -> Tensor:
        """(B, T) -> (B, T, D)."""
        return super().forward(ids_BT.masked_fill(ids_BT >= self.num_embeddings, UNKNOWN_ID))

    def of(self, ids_R: Tensor) -> Tensor:
        """The vectors of tokens of the vocabulary, (R) -> (R, D)."""
        return functional.embedding(ids_R, self.weight)


class SinusoidalPositions(nn.Module):
    """Vaswani 2017, section 3.5: PE(p, 2i) = sin(p / 10000^(2i/D)), PE(p, 2i+1) = cos of the same."""

    def forward(self, embedded_BTD: Tensor, start: int = 0) -> Tensor:
        """The embeddings with their places added; the first one stands at `start`."""
        tokens, size = embedded_BTD.shape[1:]
        if torch.compiler.is_compiling():
            return embedded_BTD + sinusoids(torch.arange(start, start + tokens, device=embedded_BTD.device), size)
        end = start + tokens
        return embedded_BTD + _table(_power_of_two(end), size, embedded_BTD.device)[start:end]

    def at(self, place: int, embedded_RD: Tensor) -> Tensor:
        """What is added to rows that all stand at one place, (D,)."""
        return _table(_power_of_two(place + 1), embedded_RD.size(1), embedded_RD.device)[place]


class LearnedPositions(nn.Module):
    """One vector per place, as many as the setting called `setting` says: Gehring 2017, section 3.1."""

    def __init__(self, size: int, cap: int, *, setting: str, std: float) -> None:
        super().__init__()
        self.setting = setting
        self.table = nn.Parameter(torch.empty(cap, size))
        nn.init.normal_(self.table, std=std)

    def forward(self, embedded_BTD: Tensor, start: int = 0) -> Tensor:
        """The embeddings with their places added; the first one stands at `start`.

        Raises:
            InputError: there are more tokens than places.
        """
        end = start + embedded_BTD.size(1)
        self._check(end)
        return embedded_BTD + self.table[start:end]

    def at(self, place: int, _embedded_RD: Tensor) -> Tensor:
        """What is added to rows that all stand at one place, (D,).

        Raises:
            InputError: there is no such place.
        """
        self._check(place + 1)
        return self.table[place]

    def _check(self, tokens: int) -> None:
        if tokens > len(self.table):
            raise InputError(
                f"{self.setting} bounds the tokens of a model with learned positions: "
                f"there must be at most {len(self.table)}, got {tokens}"
            )


@lru_cache(maxsize=8)
def _table(places: int, size: int, device: torch.device) -> Tensor:
    """The same table for all steps of all searches."""
    with torch.inference_mode(mode=False):
        return sinusoids(torch.arange(places, device=device), size)


def _power_of_two(least: int) -> int:
    """The next one, so that few tables serve all lengths."""
    return max(64, 1 << (least - 1).bit_length())


def sinusoids(positions_T: Tensor, size: int) -> Tensor:
    """The table of section 3.5 for the given positions, (T, D), sines at even features and cosines at odd ones.

    It is no buffer of a model: that would stay empty in one that is built without memory and then given its weights.
    """
    evens = torch.arange(0, size, 2, device=positions_T.device)
    angles = positions_T[:, None] * torch.exp(evens * (-math.log(10_000.0) / size))
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)[:, :size]
