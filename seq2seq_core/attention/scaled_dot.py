"""Scaled dot-product attention: Vaswani et al. 2017, "Attention is all you need", equation 1, between a recurrent state
and the encoder states: score(s_i, h_j) = s_i^T h_j / sqrt(D), so that large states do not saturate the softmax.
"""

import math

from torch import Tensor

from seq2seq_core.attention.base import Glimpse, Memory, Past, survey_by_products
from seq2seq_core.attention.dot import Dot


class ScaledDot(Dot):
    """s^T h / sqrt(D), D the size of both."""

    def score(self, query_BD: Tensor, memory: Memory, past: Past) -> Tensor:
        return super().score(query_BD, memory, past) / math.sqrt(self.query_size)

    def survey(self, queries_BTD: Tensor, memory: Memory) -> Glimpse:
        return survey_by_products(queries_BTD, memory, 1 / math.sqrt(self.query_size))
