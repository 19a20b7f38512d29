"""The sizes and choices that define a model; a checkpoint stores them and a model is rebuilt from them alone."""

from dataclasses import dataclass
from typing import Final

from seq2seq_core.attention import ATTENTIONS
from seq2seq_core.errors import OptionError

LARGEST_SIZE: Final = 1 << 16  # features or positions; far above any sensible model, yet no overflow
LARGEST_VOCABULARY: Final = 1 << 22


@dataclass(frozen=True, kw_only=True, slots=True)
class RecurrentConfig:
    """A recurrent encoder-decoder with attention.

    Raises:
        OptionError: a size is not positive or beyond all sense, a rate is outside [0, 1), or a name is unknown.
    """

    source_vocabulary: int  # token types, the four special ones included
    target_vocabulary: int
    embedding_size: int = 256  # features of a token, source and target
    encoder_size: int = 256  # features of the encoder's state, per direction
    decoder_size: int = 384  # features of the decoder's state
    attention: str = "additive"  # a name of the ATTENTIONS table
    attention_size: int = 256  # features in which query and keys are compared
    dropout: float = 0.2  # probability that a feature of an embedding or read-out is dropped in training
    source_cap: int = 512  # longest source in tokens

    def __post_init__(self) -> None:
        for name in ("embedding_size", "encoder_size", "decoder_size", "attention_size", "source_cap"):
            if not 1 <= (value := getattr(self, name)) <= LARGEST_SIZE:
                raise OptionError(f"{name} must be from 1 to {LARGEST_SIZE}, got {value}")
        for name in ("source_vocabulary", "target_vocabulary"):
            if not 5 <= (value := getattr(self, name)) <= LARGEST_VOCABULARY:
                rule = f"5 (four special tokens and one other) to {LARGEST_VOCABULARY}"
                raise OptionError(f"{name} must be from {rule}, got {value}")
        if not 0.0 <= self.dropout < 1.0:
            raise OptionError(f"dropout must be at least 0 and below 1, got {self.dropout}")
        if self.attention not in ATTENTIONS:
            raise OptionError(f"attention must be one of {', '.join(ATTENTIONS)}, got {self.attention!r}")
