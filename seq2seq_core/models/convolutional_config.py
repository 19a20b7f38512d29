"""The sizes and choices that define a convolutional model; a checkpoint stores them and a model is rebuilt from them
alone.

`ConvolutionalOptions` is what a person chooses, `ConvolutionalConfig` adds the vocabularies that the data bring.
"""

from dataclasses import dataclass

from seq2seq_core.errors import OptionError
from seq2seq_core.models.checks import check_choice, check_layers, check_rate, check_sizes, check_vocabularies
from seq2seq_core.models.projection import OutputWeights


@dataclass(frozen=True, kw_only=True, slots=True)
class ConvolutionalOptions:
    """What can be chosen in a convolutional encoder-decoder.

    Raises:
        OptionError: a size is not positive or beyond all sense, a rate is outside [0, 1), a name is unknown, or the
            kernel is even.
    """

    embedding_size: int = 192
    """features of a token's embedding, and of what attention compares"""
    size: int = 224
    """features of a layer's states"""
    encoder_layers: int = 4
    """layers of the encoder, 1 to 32"""
    decoder_layers: int = 3
    """layers of the decoder, 1 to 32; each attends to the source"""
    kernel: int = 3
    """positions that one convolution spans, an odd number: the encoder sees as far left as right"""
    weight_normalisation: bool = True
    """every weight matrix is a direction and a length per output: Salimans and Kingma 2016"""
    output: OutputWeights = OutputWeights.TIED
    """how features become a distribution"""
    dropout: float = 0.1
    """probability that a feature of an embedding or of a convolution's input is dropped in training, 0 to below 1"""
    source_cap: int = 512
    """longest source in tokens: every place has a learned embedding"""
    target_cap: int = 512
    """longest target in tokens, the start token included"""

    def __post_init__(self) -> None:
        check_sizes(self, ("embedding_size", "size", "kernel", "source_cap", "target_cap"))
        check_layers(self, ("encoder_layers", "decoder_layers"))
        check_rate(self, "dropout")
        check_choice(self, "output", OutputWeights)
        if self.kernel % 2 == 0:
            raise OptionError(f"kernel must be an odd number, got {self.kernel}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ConvolutionalConfig(ConvolutionalOptions):
    """A convolutional encoder-decoder.

    Raises:
        OptionError: as ConvolutionalOptions; also vocabularies without a token beside the special ones.
    """

    source_vocabulary: int  # token types, the four special ones included
    target_vocabulary: int

    def __post_init__(self) -> None:
        ConvolutionalOptions.__post_init__(self)  # super() does not find its class under slots
        check_vocabularies(self)
