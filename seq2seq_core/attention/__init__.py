"""Attention mechanisms, one short file each. To add one: a new file here and a line in the table."""

from collections.abc import Mapping
from typing import Final

from seq2seq_core.attention.additive import Additive
from seq2seq_core.attention.base import Attention, AttentionOptions, Coverage, Glimpse, Memory, Past
from seq2seq_core.attention.concat import Concat
from seq2seq_core.attention.dot import Dot
from seq2seq_core.attention.general import General
from seq2seq_core.attention.local_monotonic import LocalMonotonic
from seq2seq_core.attention.local_predictive import LocalPredictive
from seq2seq_core.attention.location import Location
from seq2seq_core.attention.location_aware import LocationAware
from seq2seq_core.attention.monotonic import Monotonic
from seq2seq_core.attention.multi_head import MultiHead
from seq2seq_core.attention.scaled_dot import ScaledDot

ATTENTIONS: Final[Mapping[str, type[Attention]]] = {
    "additive": Additive,
    "dot": Dot,
    "scaled-dot": ScaledDot,
    "general": General,
    "concat": Concat,
    "location": Location,
    "local-m": LocalMonotonic,
    "local-p": LocalPredictive,
    "location-aware": LocationAware,
    "monotonic": Monotonic,
    "multi-head": MultiHead,
}

__all__ = ["ATTENTIONS", "Additive", "Attention", "AttentionOptions", "Coverage", "Glimpse", "Memory", "Past"]
