"""The sizes and choices that define a recurrent model; a checkpoint stores them and a model is rebuilt from them alone.

`RecurrentOptions` is what a person chooses, `RecurrentConfig` adds the vocabularies that the data bring.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from seq2seq_core.attention import ATTENTIONS, AttentionOptions, Coverage
from seq2seq_core.errors import OptionError
from seq2seq_core.models.checks import check_rate, check_sizes, check_vocabularies

NO_ATTENTION = "none"
FIRST_POSITION: Final = 4  # the token of source position 0 in a pointer network


class EncoderKind(StrEnum):
    """What reads the source."""

    RNN = "rnn"  # simple (tanh) recurrent network: Elman 1990
    GRU = "gru"  # Cho 2014
    LSTM = "lstm"  # Hochreiter and Schmidhuber 1997
    LABEL = "label"  # one token, its embedding: 1 -> N
    PATCHES = "patches"  # a picture: small convolutional network, one state per patch
    FLAT = "flat"  # a picture: feed-forward network over all its pixels, one state
    NONE = "none"  # no source: a language model


class CellKind(StrEnum):
    """What steps the decoder; the equations are in cells.py."""

    RNN = "rnn"
    GRU = "gru"
    GRU_RESET_FIRST = "gru-reset-first"
    LSTM = "lstm"


class DecoderKind(StrEnum):
    """How the source reaches the decoder."""

    SUTSKEVER = "sutskever"  # one vector, as the first state only
    CHO = "cho"  # one vector c, at every step and in the output layer
    BAHDANAU = "bahdanau"  # attention with the PREVIOUS state, before the step
    LUONG = "luong"  # attention with the CURRENT state, after the step


class Bridge(StrEnum):
    """How the decoder's first state comes from the encoder."""

    BACKWARD = "backward"  # tanh(W h), h the backward direction's state at the first token: Bahdanau 2015
    LAST = "last"  # tanh(W h), h the last state of the top layer, of both directions if there are two
    MEAN = "mean"  # tanh(W h), h the mean of all states
    COPY = "copy"  # the last states of all layers as they are: Sutskever 2014
    ZERO = "zero"  # nothing: the first state is zero


class Readout(StrEnum):
    """The layer before the output."""

    TANH = "tanh"
    MAXOUT = "maxout"  # the larger of two: Goodfellow 2013, used by Cho 2014 and Bahdanau 2015


class Output(StrEnum):
    """How features become a distribution."""

    TIED = "tied"  # softmax with the target embedding as its weights: Press and Wolf 2017
    SOFTMAX = "softmax"  # softmax with weights of its own
    POINTER_GENERATOR = "pointer-generator"  # See 2017: a mixture of softmax and copying from the source
    POINTER = "pointer"  # Vinyals 2015: the outputs are source positions


RECURRENT_ENCODERS = (EncoderKind.RNN, EncoderKind.GRU, EncoderKind.LSTM)
PICTURE_ENCODERS = (EncoderKind.PATCHES, EncoderKind.FLAT)
ATTENDING = (DecoderKind.BAHDANAU, DecoderKind.LUONG)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecurrentOptions:
    """What can be chosen in a recurrent encoder-decoder.

    Raises:
        OptionError: a size is not positive or beyond all sense, a rate is outside [0, 1), a name is unknown, or two
            choices exclude each other.
    """

    embedding_size: int = 256
    """features of a token's embedding"""
    encoder: EncoderKind = EncoderKind.GRU
    """what reads the source: rnn, gru, lstm; label (1 -> N); patches, flat (pictures); none (language model)"""
    encoder_size: int = 256
    """features of the encoder's state, per direction"""
    encoder_layers: int = 1
    """recurrent layers of the encoder, 1 to 4"""
    bidirectional: bool = True
    """a second recurrent encoder reads the source from its end"""
    reverse_source: bool = False
    """the source is read backwards: Sutskever 2014"""
    picture_side: int = 24
    """pixels of a picture's side, for the encoders patches and flat; a multiple of 4"""
    bridge: Bridge = Bridge.BACKWARD
    """how the decoder's first state comes from the encoder"""
    decoder: DecoderKind = DecoderKind.BAHDANAU
    """how the source reaches the decoder"""
    cell: CellKind = CellKind.GRU
    """what steps the decoder"""
    decoder_size: int = 368
    """features of the decoder's state"""
    decoder_layers: int = 1
    """layers of the decoder, 1 to 4"""
    attention: str = "additive"
    """additive, dot, scaled-dot, general, concat, location, local-m, local-p, location-aware, monotonic, multi-head; or
    none"""
    attention_size: int = 192
    """features in which query and keys are compared"""
    attention_heads: int = 4
    """heads of multi-head attention"""
    attention_window: int = 10
    """D of local attention: positions on either side of the centre"""
    attention_filters: int = 10
    """location-aware attention: features of the previous weights"""
    attention_filter_width: int = 15
    """location-aware attention: source positions that one filter spans, an odd number"""
    smoothing: bool = False
    """location-aware attention: sigmoids over their sum instead of softmax"""
    coverage: Coverage = Coverage.NONE
    """what the score is told of earlier attention: none, sum (See 2017), fertility (Tu 2016)"""
    input_feeding: bool = False
    """luong: the attentional vector is an input of the next step"""
    readout: Readout = Readout.TANH
    """the layer before the output"""
    output: Output = Output.TIED
    """how features become a distribution"""
    dropout: float = 0.25
    """probability that a feature of an embedding, state or read-out is dropped in training, 0 to below 1"""
    source_cap: int = 1024
    """longest source in tokens (pixels of a picture)"""

    def __post_init__(self) -> None:
        names = ("embedding_size", "encoder_size", "decoder_size", "attention_size", "attention_heads")
        check_sizes(self, (*names, "attention_window", "attention_filters", "attention_filter_width"))
        check_sizes(self, ("picture_side", "source_cap"))
        check_rate(self, "dropout")
        for name in ("encoder_layers", "decoder_layers"):
            if not 1 <= (value := getattr(self, name)) <= 4:
                raise OptionError(f"{name} must be from 1 to 4, got {value}")
        if self.attention not in (NO_ATTENTION, *ATTENTIONS):
            choices = ", ".join((NO_ATTENTION, *ATTENTIONS))
            raise OptionError(f"attention must be one of {choices}, got {self.attention!r}")
        for broken, message in _exclusions(self):
            if broken:
                raise OptionError(message)

    def attention_options(self) -> AttentionOptions:
        """The part that the mechanism reads."""
        return AttentionOptions(
            size=self.attention_size,
            heads=self.attention_heads,
            window=self.attention_window,
            filters=self.attention_filters,
            filter_width=self.attention_filter_width,
            smoothing=self.smoothing,
            coverage=self.coverage,
            longest=self.source_cap,
        )


def _exclusions(o: RecurrentOptions) -> Iterator[tuple[bool, str]]:
    """Whether two choices exclude each other, and the message that names them."""
    encoder, decoder, output = f"encoder {o.encoder.value!r}", f"decoder {o.decoder.value!r}", f"{o.output.value!r}"
    none, attends, reads = o.encoder is EncoderKind.NONE, o.decoder in ATTENDING, o.encoder in RECURRENT_ENCODERS
    pictures = o.encoder in PICTURE_ENCODERS
    attention = f"attention {o.attention!r}"
    yield attends and o.attention == NO_ATTENTION, f"{decoder} needs an attention, got {attention}"
    yield not attends and o.attention != NO_ATTENTION, f"{decoder} has no attention: it must be none, got {attention}"
    yield none and o.decoder is not DecoderKind.SUTSKEVER, f"{encoder} needs decoder 'sutskever', got {decoder}"
    yield none and o.bridge is not Bridge.ZERO, f"{encoder} needs bridge 'zero', got {o.bridge.value!r}"
    unread = o.decoder is DecoderKind.SUTSKEVER and o.bridge is Bridge.ZERO and not none
    yield unread, f"{decoder} has the source as its first state alone: bridge must not be 'zero' with {encoder}"
    mechanism = ATTENTIONS.get(o.attention)
    covers = mechanism is not None and mechanism.takes_coverage
    smooths = mechanism is not None and mechanism.takes_smoothing
    yield o.coverage is not Coverage.NONE and not covers, f"{attention} takes no coverage, got {o.coverage.value!r}"
    yield o.smoothing and not smooths, f"{attention} takes no smoothing, got smoothing {o.smoothing}"
    width = o.attention_filter_width
    yield width % 2 == 0, f"attention_filter_width must be odd, for a filter has a middle, got {width}"
    feeds = o.input_feeding and o.decoder is not DecoderKind.LUONG
    yield feeds, f"input_feeding needs decoder 'luong', got {decoder}"
    yield o.reverse_source and not reads, f"reverse_source needs a recurrent encoder, got {encoder}"
    yield o.reverse_source and o.bidirectional, "reverse_source needs bidirectional off, got bidirectional True"
    several = f"encoder_layers {o.encoder_layers}"
    yield o.encoder_layers > 1 and not reads, f"{several} need a recurrent encoder, got {encoder}"
    backward = o.bridge is Bridge.BACKWARD and not (reads and o.bidirectional)
    yield backward, f"bridge 'backward' needs a recurrent encoder, bidirectional; got {encoder}, {o.bidirectional}"
    unread = o.bridge is Bridge.BACKWARD and not attends and o.output is not Output.POINTER
    yield unread, f"bridge 'backward' leaves the forward direction unread by {decoder}, got {attention}"
    read = (o.encoder.value, o.encoder_layers, o.encoder_size)
    written = (o.cell.value, o.decoder_layers, o.decoder_size)
    yield (
        o.bridge is Bridge.COPY and (o.bidirectional or read != written),
        "bridge 'copy' needs bidirectional off, and encoder, encoder_layers and encoder_size equal to cell, "
        f"decoder_layers and decoder_size; got bidirectional {o.bidirectional}, {read} and {written}",
    )
    copies, points = o.output is Output.POINTER_GENERATOR, o.output is Output.POINTER
    yield copies and not attends, f"output {output} copies by attention, which {decoder} has not"
    yield (copies or points) and not reads, f"output {output} needs a recurrent encoder, got {encoder}"
    side = f"picture_side {o.picture_side}"
    yield pictures and o.picture_side % 4 != 0, f"{side} must be a multiple of 4 with {encoder}"
    pixels = o.picture_side**2
    yield pictures and pixels > o.source_cap, f"{side} needs a source_cap of {pixels} or more, got {o.source_cap}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RecurrentConfig(RecurrentOptions):
    """A recurrent encoder-decoder.

    Raises:
        OptionError: as RecurrentOptions; also vocabularies that do not fit the output.
    """

    source_vocabulary: int  # token types, the four special ones included
    target_vocabulary: int

    def __post_init__(self) -> None:
        RecurrentOptions.__post_init__(self)
        check_vocabularies(self)
        if self.output is Output.POINTER_GENERATOR and self.source_vocabulary != self.target_vocabulary:
            raise OptionError(
                f"output 'pointer-generator' needs one vocabulary for both sides, "
                f"got source_vocabulary {self.source_vocabulary} and target_vocabulary {self.target_vocabulary}"
            )
        if self.output is Output.POINTER and self.target_vocabulary < FIRST_POSITION + self.source_cap:
            raise OptionError(
                f"output 'pointer' needs a target_vocabulary of {FIRST_POSITION} more than source_cap, one token per "
                f"position; got {self.target_vocabulary} and {self.source_cap}"
            )
