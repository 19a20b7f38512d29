"""Local attention with a monotonic window, local-m: Luong, Pham and Manning 2015, "Effective approaches to
attention-based neural machine translation", section 3.2: source and target are taken to run side by side, so step t
looks at the positions t - D to t + D. Inside the window: the general score and a softmax.

Steps and positions count from 0. Once the target is longer than the source the window stays at its last position.
"""

from typing import ClassVar

import torch
from torch import Tensor

from seq2seq_core.attention.base import Memory, Past, Weights, masked_softmax
from seq2seq_core.attention.general import General


class LocalMonotonic(General):
    """softmax(s^T W h) over the window; evidence "centre" is its middle."""

    at_once: ClassVar[bool] = False

    def weigh(self, query_BD: Tensor, memory: Memory, past: Past) -> Weights:
        centre_B = torch.minimum(past.steps_B, memory.real_BS.sum(dim=-1) - 1)
        window_BS = within(self.options.window, centre_B, memory)
        weights_BS = masked_softmax(self.score(query_BD, memory, past), window_BS)
        return Weights(weights_BS, {"centre": centre_B.float()})


def within(window: int, centre_B: Tensor, memory: Memory) -> Tensor:
    """The real positions that are at most `window` away from the centre, (B, S) bool."""
    positions_S = torch.arange(memory.real_BS.size(1), device=centre_B.device)
    return memory.real_BS & ((positions_S - centre_B.unsqueeze(-1)).abs() <= window)
