"""The sizes and choices that define a model; a checkpoint stores them and a model is rebuilt from them alone."""

from dataclasses import dataclass

from seq2seq_core.attention import ATTENTIONS
from seq2seq_core.errors import OptionError


@dataclass(frozen=True, kw_only=True, slots=True)
class RecurrentConfig:
    """A recurrent encoder-decoder with attention.

    Raises:
        OptionError: a size is not positive, a rate is outside [0, 1), or a name is unknown.
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
            if (value := getattr(self, name)) < 1:
                raise OptionError(f"{name} must be 1 or more, got {value}")
        for name in ("source_vocabulary", "target_vocabulary"):
            if (value := getattr(self, name)) < 5:
                raise OptionError(f"{name} must be 5 or more (four special tokens and one other), got {value}")
        if not 0.0 <= self.dropout < 1.0:
            raise OptionError(f"dropout must be at least 0 and below 1, got {self.dropout}")
        if self.attention not in ATTENTIONS:
            raise OptionError(f"attention must be one of {', '.join(ATTENTIONS)}, got {self.attention!r}")
