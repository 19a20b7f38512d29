"""Models, one family a file, each rebuilt from its config. To add a family: its files here and a line in the table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from seq2seq_core.models.base import Answer, Forced, ModelStepper, Seq2Seq, Sources
from seq2seq_core.models.config import RecurrentConfig
from seq2seq_core.models.convolutional import ConvolutionalSeq2Seq
from seq2seq_core.models.convolutional_config import ConvolutionalConfig
from seq2seq_core.models.recurrent import RecurrentSeq2Seq
from seq2seq_core.models.transformer import TransformerSeq2Seq
from seq2seq_core.models.transformer_config import TransformerConfig


@dataclass(frozen=True, slots=True)
class Family:
    """A family of models: its settings, and what they make."""

    config: type[Any]
    model: type[Seq2Seq[Any]]


FAMILIES: Final[Mapping[str, Family]] = {
    "recurrent": Family(RecurrentConfig, RecurrentSeq2Seq),
    "convolutional": Family(ConvolutionalConfig, ConvolutionalSeq2Seq),
    "transformer": Family(TransformerConfig, TransformerSeq2Seq),
}

__all__ = [
    "FAMILIES",
    "Answer",
    "ConvolutionalConfig",
    "ConvolutionalSeq2Seq",
    "Family",
    "Forced",
    "ModelStepper",
    "RecurrentConfig",
    "RecurrentSeq2Seq",
    "Seq2Seq",
    "Sources",
    "TransformerConfig",
    "TransformerSeq2Seq",
]
