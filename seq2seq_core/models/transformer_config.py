"""The sizes and choices that define a Transformer; a checkpoint stores them and a model is rebuilt from them alone.

`TransformerOptions` is what a person chooses, `TransformerConfig` adds the vocabularies that the data bring.
"""

from dataclasses import dataclass
from enum import StrEnum

from seq2seq_core.errors import OptionError
from seq2seq_core.models.checks import check_choice, check_layers, check_rate, check_sizes, check_vocabularies
from seq2seq_core.models.projection import OutputWeights


class Positions(StrEnum):
    """How a token's place enters its embedding."""

    SINUSOIDAL = "sinusoidal"  # sines and cosines: Vaswani 2017, section 3.5
    LEARNED = "learned"  # one vector per place, up to a cap: Gehring 2017


class Norm(StrEnum):
    """Where a layer normalisation stands."""

    PRE = "pre"  # x + f(norm(x)), and one more at the end of the stack: Xiong 2020
    POST = "post"  # norm(x + f(x)): Vaswani 2017; needs a warm-up of the learning rate


@dataclass(frozen=True, kw_only=True, slots=True)
class TransformerOptions:
    """What can be chosen in a Transformer.

    Raises:
        OptionError: a size is not positive or beyond all sense, a rate is outside [0, 1), a name is unknown, or the
            heads do not divide the size.
    """

    size: int = 192
    """features of an embedding and of every layer's states; a multiple of heads"""
    heads: int = 4
    """attention heads of every layer"""
    encoder_layers: int = 3
    """layers of the encoder, 1 to 32"""
    decoder_layers: int = 3
    """layers of the decoder, 1 to 32"""
    feed_forward_size: int = 512
    """features inside the feed-forward network of a layer"""
    positions: Positions = Positions.SINUSOIDAL
    """how a token's place enters its embedding"""
    norm: Norm = Norm.PRE
    """where layer normalisation stands: before or after each part of a layer"""
    output: OutputWeights = OutputWeights.TIED
    """how features become a distribution"""
    dropout: float = 0.1
    """probability that a feature of an embedding or of a part's output is dropped in training, 0 to below 1"""
    source_cap: int = 512
    """longest source in tokens"""
    target_cap: int = 512
    """longest target in tokens, the start token included; binding with learned positions only"""

    def __post_init__(self) -> None:
        check_sizes(self, ("size", "heads", "feed_forward_size", "source_cap", "target_cap"))
        check_layers(self, ("encoder_layers", "decoder_layers"))
        check_rate(self, "dropout")
        for name, choices in (("positions", Positions), ("norm", Norm), ("output", OutputWeights)):
            check_choice(self, name, choices)
        if self.size % self.heads:
            raise OptionError(f"size must be a multiple of heads, got size {self.size} and heads {self.heads}")


@dataclass(frozen=True, kw_only=True, slots=True)
class TransformerConfig(TransformerOptions):
    """A Transformer.

    Raises:
        OptionError: as TransformerOptions; also vocabularies without a token beside the special ones.
    """

    source_vocabulary: int  # token types, the four special ones included
    target_vocabulary: int

    def __post_init__(self) -> None:
        TransformerOptions.__post_init__(self)  # super() does not find its class under slots
        check_vocabularies(self)
