"""Concat attention: Luong, Pham and Manning 2015, "Effective approaches to attention-based neural machine
translation", section 3.1: score(s_i, h_j) = v^T tanh(W [s_i; h_j]).

W [s; h] = W_s s + W_h h, the score of additive attention; one matrix differs from two in its initial spread alone.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seq2seq_core.attention.base import Attention, AttentionOptions, Memory, Past


class Concat(Attention):
    """v^T tanh(W [s; h]); the part of W that meets h makes the memory's key, computed once per source."""

    def __init__(self, query_size: int, memory_size: int, options: AttentionOptions) -> None:
        super().__init__(query_size, memory_size, options)
        self.joint = nn.Linear(query_size + memory_size, options.size, bias=False)
        self.energy = nn.Linear(options.size, 1, bias=False)

    def keys(self, values_BSE: Tensor) -> Tensor:
        return F.linear(values_BSE, self.joint.weight[:, self.query_size :])

    def score(self, query_BD: Tensor, memory: Memory, past: Past) -> Tensor:
        query_BA = F.linear(query_BD, self.joint.weight[:, : self.query_size])
        scores_BS: Tensor = self.energy(torch.tanh(query_BA.unsqueeze(1) + memory.keys_BSA)).squeeze(-1)
        return scores_BS
