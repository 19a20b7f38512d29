"""Additive attention: Bahdanau, Cho and Bengio 2015, "Neural machine translation by jointly learning to align and
translate", section A.1.2: e_ij = v^T tanh(W s_{i-1} + U h_j)."""

import torch
from torch import Tensor, nn

from seq2seq_core.attention.base import Attention, Memory


class Additive(Attention):
    """v^T tanh(W s + U h); U h is the memory's key, computed once per source."""

    def __init__(self, query_size: int, memory_size: int, attention_size: int) -> None:
        super().__init__(query_size, memory_size, attention_size)
        self.query = nn.Linear(query_size, attention_size, bias=False)
        self.key = nn.Linear(memory_size, attention_size, bias=False)
        self.energy = nn.Linear(attention_size, 1, bias=False)

    def keys(self, values_BSE: Tensor) -> Tensor:
        keys_BSA: Tensor = self.key(values_BSE)
        return keys_BSA

    def score(self, query_BD: Tensor, memory: Memory) -> Tensor:
        hidden_BSA = torch.tanh(self.query(query_BD).unsqueeze(1) + memory.keys_BSA)
        scores_BS: Tensor = self.energy(hidden_BSA).squeeze(-1)
        return scores_BS
