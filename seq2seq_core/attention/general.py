"""General attention: Luong, Pham and Manning 2015, "Effective approaches to attention-based neural machine
translation", section 3.1: score(s_i, h_j) = s_i^T W h_j.
"""

from typing import ClassVar

from torch import Tensor, nn

from seq2seq_core.attention.base import Attention, AttentionOptions, Glimpse, Memory, Past, survey_by_products
from seq2seq_core.attention.dot import dot_products


class General(Attention):
    """s^T W h; W h is the memory's key, computed once per source and as large as the query, so `size` has no part."""

    at_once: ClassVar[bool] = True
    keys_by_position: ClassVar[bool] = True

    def __init__(self, query_size: int, memory_size: int, options: AttentionOptions) -> None:
        super().__init__(query_size, memory_size, options)
        self.key = nn.Linear(memory_size, query_size, bias=False)

    def keys(self, values_BSE: Tensor) -> Tensor:
        keys_BSD: Tensor = self.key(values_BSE)
        return keys_BSD

    def score(self, query_BD: Tensor, memory: Memory, past: Past) -> Tensor:
        return dot_products(query_BD, memory.keys_BSA)

    def survey(self, queries_BTD: Tensor, memory: Memory) -> Glimpse:
        return survey_by_products(queries_BTD, memory)
