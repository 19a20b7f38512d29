"""Multi-head attention: Vaswani et al. 2017, "Attention is all you need", section 3.2.2. The query is a decoder state:
Concat(head_1 ... head_H) W_O, head_h = softmax(s W_Q (h W_K)^T / sqrt(A / H)) h W_V; no biases, as in the paper.

Sizes: B rows, S source positions, A attention size, D query size, E memory size, H heads.
"""

import math

import torch
from torch import Tensor, nn

from seq2seq_core.attention.base import Attention, AttentionOptions, Glimpse, Memory, Past, Weights, masked_softmax
from seq2seq_core.errors import OptionError
from seq2seq_core.repeated import Repeated


class MultiHead(Attention):
    """Several attentions side by side, each in its own A / H features; the context is projected back to E features.

    The memory holds keys (B, H, S, A / H) and, in place of the encoder states, their projected values (B, S, A), both
    computed once per source. The weights shown are the mean over the heads; evidence "heads" has each one's.

    Raises:
        OptionError: the heads do not divide the size.
    """

    def __init__(self, query_size: int, memory_size: int, options: AttentionOptions) -> None:
        super().__init__(query_size, memory_size, options)
        if options.size % options.heads:
            raise OptionError(
                "attention_heads must divide attention_size with attention MultiHead, "
                f"got attention_heads {options.heads} and attention_size {options.size}"
            )
        self.query = Repeated(query_size, options.size, bias=False)
        self.key = nn.Linear(memory_size, options.size, bias=False)
        self.value = nn.Linear(memory_size, options.size, bias=False)
        self.output = nn.Linear(options.size, memory_size, bias=False)
        for linear in (self.query, self.key, self.value, self.output):
            nn.init.xavier_uniform_(linear.weight)

    def keys(self, values_BSE: Tensor) -> Tensor:
        return self._split(self.key(values_BSE)).transpose(1, 2)  # (B, S, H, A/H) -> (B, H, S, A/H)

    def remember(self, values_BSE: Tensor, real_BS: Tensor) -> Memory:
        return Memory(self.keys(values_BSE), self.value(values_BSE), real_BS)

    def score(self, query_BD: Tensor, memory: Memory, past: Past) -> Tensor:
        """One score per head and position, (B, H, S)."""
        query_BHA = self._split(self.query(query_BD)) / math.sqrt(self.options.size // self.options.heads)
        return torch.einsum("bha,bhsa->bhs", query_BHA, memory.keys_BSA)

    def weigh(self, query_BD: Tensor, memory: Memory, past: Past) -> Weights:
        weights_BHS = masked_softmax(self.score(query_BD, memory, past), memory.real_BS.unsqueeze(1))
        return Weights(weights_BHS.mean(dim=1), {"heads": weights_BHS})

    def forward(self, query_BD: Tensor, memory: Memory, past: Past, pinned: int | None = None) -> Glimpse:
        weights = self.weigh(query_BD, memory, past).pinned(pinned)
        values_BSHA = self._split(memory.values_BSE)
        heads_BHS = weights.evidence["heads"].to(values_BSHA.dtype)
        found_BHA = torch.einsum("bhs,bsha->bha", heads_BHS, values_BSHA)
        return Glimpse(self.output(found_BHA.flatten(1)), weights.weights_BS, weights.evidence)

    def _split(self, features: Tensor) -> Tensor:
        """(..., A) -> (..., H, A/H)."""
        return features.reshape(*features.shape[:-1], self.options.heads, -1)
