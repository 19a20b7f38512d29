"""Attention mechanisms, one short file each. To add one: a new file here and a line in the table."""

from collections.abc import Mapping
from typing import Final

from seq2seq_core.attention.additive import Additive
from seq2seq_core.attention.base import Attention, AttentionOptions, Coverage, Glimpse, Memory, Past

ATTENTIONS: Final[Mapping[str, type[Attention]]] = {
    "additive": Additive,
}

__all__ = ["ATTENTIONS", "Additive", "Attention", "AttentionOptions", "Coverage", "Glimpse", "Memory", "Past"]
