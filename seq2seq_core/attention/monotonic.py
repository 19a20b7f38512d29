"""Monotonic attention: Raffel et al. 2017, "Online and linear-time attention by enforcing monotonic alignments".

    e_ij = g v^T/||v|| tanh(W s_{i-1} + V h_j + b) + r             section 2.4; g starts at 1 / sqrt(A), r at -1
    p_ij = sigmoid(e_ij + noise)                                  section 2.5; noise from N(0, 1), in training only
    q_ij = (1 - p_{i,j-1}) q_{i,j-1} + a_{i-1,j}                  equation 13
    a_ij = p_ij q_ij                                              equation 14

q_ij is the probability that step i gets as far as inspecting position j. What runs past the end is attention to
nothing: rows sum to at most one, and are not renormalised. Before the first step the reader stands on the first
position.

The paper divides by cumulative products of 1 - p, kept away from zero. That loses the attention behind a few confident
positions (p near 1), so here q comes from a scan in log2(S) rounds: the same numbers, without division.

Sizes: B rows, S source positions, A attention size.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seq2seq_core.attention.base import Attention, AttentionOptions, Memory, Past, Weights
from seq2seq_core.repeated import Repeated

FIRST_OFFSET = -1.0  # r: p starts below a half, so that early training does not stop at the first positions


class Monotonic(Attention):
    """Reads on from where it stands and stops at each position with probability p.

    Soft: the expected attention over all ways to stop, for training. Hard: moves right from the position attended
    before, that one included, to the first with p > 1/2; finding none it attends to nothing from then on.
    """

    sums_to_one = False
    keys_by_position = True

    def __init__(self, query_size: int, memory_size: int, options: AttentionOptions) -> None:
        super().__init__(query_size, memory_size, options)
        self.hard: bool | None = None
        """True or False to choose the mode; None: hard exactly when not training."""
        self.query = Repeated(query_size, options.size, bias=False)
        self.key = nn.Linear(memory_size, options.size)
        self.energy = nn.Linear(options.size, 1, bias=False)
        self.gain = nn.Parameter(torch.tensor(1 / math.sqrt(options.size)))
        self.offset = nn.Parameter(torch.tensor(FIRST_OFFSET))

    def keys(self, values_BSE: Tensor) -> Tensor:
        keys_BSA: Tensor = self.key(values_BSE)
        return keys_BSA

    def score(self, query_BD: Tensor, memory: Memory, past: Past) -> Tensor:
        hidden_BSA = torch.tanh(self.query(query_BD).unsqueeze(1) + memory.keys_BSA)
        direction_1A = F.normalize(self.energy.weight, dim=-1)
        return self.gain * F.linear(hidden_BSA, direction_1A).squeeze(-1) + self.offset

    def weigh(self, query_BD: Tensor, memory: Memory, past: Past) -> Weights:
        scores_BS = self.score(query_BD, memory, past).float()
        if self.training:
            scores_BS = scores_BS + torch.randn_like(scores_BS)
        stop_BS = torch.sigmoid(scores_BS).masked_fill(~memory.real_BS, 0.0)
        stood_BS = standing(past)
        hard = not self.training if self.hard is None else self.hard
        return Weights(hard_attention(stop_BS, stood_BS) if hard else soft_attention(stop_BS, stood_BS))


def standing(past: Past) -> Tensor:
    """Where each row stands: its weights of the step before, the first position before the first step, (B, S)."""
    first_BS = torch.zeros_like(past.weights_BS)
    first_BS[:, 0] = 1.0
    return torch.where((past.steps_B == 0).unsqueeze(-1), first_BS, past.weights_BS)


def soft_attention(stop_BS: Tensor, stood_BS: Tensor) -> Tensor:
    """a_ij from p_ij and a_{i-1,j}, (B, S).

    The scan doubles its reach each round: after it, reach_BS holds what the last 2^k positions contribute to q, and
    pass_BS the probability to pass over all of them.
    """
    reach_BS, pass_BS = stood_BS, F.pad(1 - stop_BS, (1, -1))
    back, length = 1, stop_BS.size(1)
    while back < length:
        reach_BS = reach_BS + pass_BS * F.pad(reach_BS, (back, -back))
        pass_BS = pass_BS * F.pad(pass_BS, (back, -back))
        back *= 2
    return stop_BS * reach_BS


def hard_attention(stop_BS: Tensor, stood_BS: Tensor) -> Tensor:
    """One-hot rows, all zero where no position is left to stop at, (B, S)."""
    ahead_BS = stood_BS.cumsum(dim=-1) > 0
    stops_BS = ahead_BS & (stop_BS > 0.5)
    return (stops_BS & (stops_BS.cumsum(dim=-1) == 1)).float()
