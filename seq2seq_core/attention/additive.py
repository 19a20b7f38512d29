"""Additive attention: Bahdanau, Cho and Bengio 2015, "Neural machine translation by jointly learning to align and
translate", section A.1.2: e_ij = v^T tanh(W s_{i-1} + U h_j).

With coverage a further term enters the tanh: w_c c_j + b, where c_j is the attention that position j had so far
(See, Liu and Manning 2017, equation 11), or w_c c_j without b, where c_j is that attention over its fertility
N sigmoid(u h_j), N = 2 (Tu et al. 2016, "Modeling coverage for neural machine translation", equations 7 and 8).
"""

import torch
from torch import Tensor, nn

from seq2seq_core.attention.base import Attention, AttentionOptions, Coverage, Memory, Past
from seq2seq_core.repeated import Repeated

LARGEST_FERTILITY = 2.0  # N of Tu 2016
LEAST_FERTILITY = 1e-3  # keeps the division and its gradient finite where the sigmoid underflows


class Additive(Attention):
    """v^T tanh(W s + U h); U h is the memory's key, computed once per source."""

    takes_coverage = True
    keys_by_position = True

    def __init__(self, query_size: int, memory_size: int, options: AttentionOptions) -> None:
        super().__init__(query_size, memory_size, options)
        self.query = Repeated(query_size, options.size, bias=False)
        self.key = nn.Linear(memory_size, options.size, bias=False)
        self.energy = nn.Linear(options.size, 1, bias=False)
        if options.coverage is not Coverage.NONE:
            self.coverage = nn.Linear(1, options.size, bias=options.coverage is Coverage.SUM)
        if options.coverage is Coverage.FERTILITY:
            self.fertility = nn.Linear(memory_size, 1, bias=False)

    def keys(self, values_BSE: Tensor) -> Tensor:
        keys_BSA: Tensor = self.key(values_BSE)
        return keys_BSA

    def score(self, query_BD: Tensor, memory: Memory, past: Past) -> Tensor:
        hidden_BSA = self.query(query_BD).unsqueeze(1) + memory.keys_BSA
        if self.options.coverage is not Coverage.NONE:
            hidden_BSA = hidden_BSA + self.coverage(self._covered(memory, past).unsqueeze(-1))
        # Where nothing is learnt no second tensor of that size is made: fresh memory costs more than the tanh.
        bent_BSA = torch.tanh(hidden_BSA) if torch.is_grad_enabled() else hidden_BSA.tanh_()
        scores_BS: Tensor = self.energy(bent_BSA).squeeze(-1)
        return scores_BS

    def _covered(self, memory: Memory, past: Past) -> Tensor:
        if self.options.coverage is Coverage.SUM:
            return past.total_BS
        fertility_BS = LARGEST_FERTILITY * torch.sigmoid(self.fertility(memory.values_BSE).squeeze(-1).float())
        return past.total_BS / fertility_BS.clamp_min(LEAST_FERTILITY)
