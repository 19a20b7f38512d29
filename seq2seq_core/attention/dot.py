"""Dot-product attention: Luong, Pham and Manning 2015, "Effective approaches to attention-based neural machine
translation", section 3.1: score(s_i, h_j) = s_i^T h_j. It has no parameters of its own.
"""

from typing import ClassVar

import torch
from torch import Tensor

from seq2seq_core.attention.base import Attention, AttentionOptions, Glimpse, Memory, Past, survey_by_products
from seq2seq_core.errors import OptionError


class Dot(Attention):
    """s^T h; the memory's keys are the encoder states themselves.

    Raises:
        OptionError: query and encoder states differ in size.
    """

    at_once: ClassVar[bool] = True

    def __init__(self, query_size: int, memory_size: int, options: AttentionOptions) -> None:
        super().__init__(query_size, memory_size, options)
        if query_size != memory_size:
            raise OptionError(
                f"attention {type(self).__name__} needs a decoder_size equal to the encoder's memory size "
                f"(encoder_size times its directions), got decoder_size {query_size} and memory size {memory_size}"
            )

    def keys(self, values_BSE: Tensor) -> Tensor:
        return values_BSE

    def score(self, query_BD: Tensor, memory: Memory, past: Past) -> Tensor:
        return dot_products(query_BD, memory.keys_BSA)

    def survey(self, queries_BTD: Tensor, memory: Memory) -> Glimpse:
        return survey_by_products(queries_BTD, memory)


def dot_products(query_BA: Tensor, keys_BSA: Tensor) -> Tensor:
    """The query's dot product with every key, (B, S)."""
    return torch.bmm(keys_BSA, query_BA.to(keys_BSA.dtype).unsqueeze(-1)).squeeze(-1)
