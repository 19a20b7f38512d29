"""Local attention with a predicted window, local-p: Luong, Pham and Manning 2015, "Effective approaches to
attention-based neural machine translation", section 3.2, equations 9 and 10:

    p_t = S sigmoid(v^T tanh(W s_t))
    a_t(j) = align(s_t, h_j) exp(-(j - p_t)^2 / (2 sigma^2)),  sigma = D / 2,  for whole j in [p_t - D, p_t + D]

align is the softmax of the general score over the window. The product is not renormalised: rows sum to at most one.

S is the number of real positions of the row, and j counts from 0: a centre of 2.0 lies on the third position, and one
close to S lies beyond the last. A window of D >= 1 still reaches that one.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn

from seq2seq_core.attention.base import AttentionOptions, Memory, Past, Weights, masked_softmax
from seq2seq_core.attention.general import General
from seq2seq_core.attention.local_monotonic import within


class LocalPredictive(General):
    """The general score in a window around p_t, times a Gaussian; evidence "centre" is p_t.

    The window's edge is hard: W and v learn through the Gaussian.
    """

    sums_to_one = False
    at_once: ClassVar[bool] = False

    def __init__(self, query_size: int, memory_size: int, options: AttentionOptions) -> None:
        super().__init__(query_size, memory_size, options)
        self.centre = nn.Linear(query_size, options.size, bias=False)
        self.centre_energy = nn.Linear(options.size, 1, bias=False)

    def weigh(self, query_BD: Tensor, memory: Memory, past: Past) -> Weights:
        centre_B = self._predict(query_BD, memory)
        window_BS = within(self.options.window, centre_B.detach(), memory)
        align_BS = masked_softmax(self.score(query_BD, memory, past), window_BS)
        return Weights(align_BS * gaussian(centre_B, memory, self.options.window / 2), {"centre": centre_B})

    def _predict(self, query_BD: Tensor, memory: Memory) -> Tensor:
        """p_t, (B,)."""
        energy_B = self.centre_energy(torch.tanh(self.centre(query_BD))).squeeze(-1)
        centre_B: Tensor = memory.real_BS.sum(dim=-1) * torch.sigmoid(energy_B.float())
        return centre_B


def gaussian(centre_B: Tensor, memory: Memory, deviation: float) -> Tensor:
    """exp(-(j - p)^2 / (2 sigma^2)) at every position, (B, S)."""
    positions_S = torch.arange(memory.real_BS.size(1), device=centre_B.device)
    return torch.exp(-((positions_S - centre_B.unsqueeze(-1)) ** 2) / (2 * deviation**2))
