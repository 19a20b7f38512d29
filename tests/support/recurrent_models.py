"""The recurrent combinations that are tested, tiny and untrained, each with sources and texts that it can read.

Sizes: B sentences, T target positions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import torch

from seq2seq_core.attention import ATTENTIONS, Coverage
from seq2seq_core.attention.monotonic import Monotonic
from seq2seq_core.models.base import START_ID
from seq2seq_core.models.config import (
    ATTENDING,
    PICTURE_ENCODERS,
    Bridge,
    CellKind,
    DecoderKind,
    EncoderKind,
    Output,
    Readout,
    RecurrentConfig,
)
from seq2seq_core.models.recurrent import RecurrentSeq2Seq
from seq2seq_core.readers import NoReader, PictureReader, PositionReader, Reader
from seq2seq_core.tokenizer import Tokenizer
from tests.support.model_contract import Case, case

WORDS: Final = Tokenizer.train(["a b c d e f g h i"] * 3, kind="word", vocabulary_size=13)
SIDE: Final = 8  # of a picture: four patches
SIZES: Final[Mapping[str, Any]] = {
    "embedding_size": 6,
    "encoder_size": 4,
    "decoder_size": 8,
    "attention_size": 8,
    "attention_heads": 2,
    "attention_window": 2,
    "picture_side": SIDE,
    "source_cap": SIDE * SIDE,
}
NO_ATTENTION: Final[Mapping[str, Any]] = {"attention": "none"}
ONE_WAY: Final[Mapping[str, Any]] = {"bidirectional": False, "bridge": Bridge.LAST}
COPIED: Final[Mapping[str, Any]] = {"bidirectional": False, "bridge": Bridge.COPY, "encoder_size": 8}


@dataclass(frozen=True, slots=True)
class Combination:
    """Choices that fit together; the rest is as in `SIZES` and the defaults."""

    name: str
    choices: Mapping[str, Any] = field(default_factory=dict)
    soft: bool = False  # monotonic attention in evaluation mode as it is in training

    def __str__(self) -> str:
        return self.name

    def config(self) -> RecurrentConfig:
        source, target = self.readers()
        settings: dict[str, Any] = {**SIZES, **self.choices}
        return RecurrentConfig(source_vocabulary=len(source), target_vocabulary=len(target), **settings)

    def readers(self) -> tuple[Reader, Reader]:
        encoder = self.choices.get("encoder")
        source: Reader = WORDS
        if encoder in PICTURE_ENCODERS:
            source = PictureReader()
        elif encoder is EncoderKind.NONE:
            source = NoReader()
        points = self.choices.get("output") is Output.POINTER
        return source, PositionReader(SIZES["source_cap"]) if points else WORDS

    def model(self) -> RecurrentSeq2Seq:
        """In evaluation mode."""
        torch.manual_seed(3)
        model = RecurrentSeq2Seq(self.config()).eval()
        if self.soft:
            attention = model.decoder.attention
            assert isinstance(attention, Monotonic)
            attention.hard = False
        return model

    def case(self) -> Case:
        """Three sources and what the decoder reads."""
        text, encoder = case(), self.choices.get("encoder")
        if encoder in PICTURE_ENCODERS:
            pixels = torch.randint(4, 12, (3, SIDE * SIDE), generator=torch.Generator().manual_seed(1))
            return Case(pixels.tolist(), text.previous_BT)
        if encoder is EncoderKind.LABEL:
            return Case([[5], [9], [10]], text.previous_BT)
        if encoder is EncoderKind.NONE:
            return Case([[], [], []], text.previous_BT)
        match self.choices.get("output"):
            case Output.POINTER_GENERATOR:  # ids from 13 on are words that the vocabulary lacks
                return Case([[4, 5, 14, 7, 13], [9], [5, 13, 10]], text.previous_BT.clone().fill_diagonal_(13))
            case Output.POINTER:  # positions from 4 on: five, one and three of them
                previous = [[START_ID, 5, 8, 4, 6], [START_ID, 4, 4, 4, 4], [START_ID, 6, 5, 4, 4]]
                return Case(text.sources, torch.tensor(previous))
        return text

    def texts(self) -> Sequence[str]:
        """Three sources as a person gives them."""
        encoder = self.choices.get("encoder")
        if encoder in PICTURE_ENCODERS:
            return ["/".join([row * 8] * 8) for row in (".", "r")] + ["/".join(["..bb..gg"] * 8)]
        if encoder is EncoderKind.LABEL:
            return ["b", "f", "i"]
        return ["", "", ""] if encoder is EncoderKind.NONE else ["a b zyx d qwu", "f", "b qwu i"]

    @property
    def attends(self) -> bool:
        """Whether there is attention to be seen: the decoder's, or the output's own."""
        decoder = self.choices.get("decoder", DecoderKind.BAHDANAU)
        return decoder in ATTENDING or self.choices.get("output") is Output.POINTER

    @property
    def sums_to_one(self) -> bool:
        """Whether its rows of attention do; a pointer network's leave room for the end token."""
        attention = self.choices.get("attention", "additive")
        return self.choices.get("output") is not Output.POINTER and ATTENTIONS[attention].sums_to_one

    @property
    def pads(self) -> bool:
        """Whether its sources differ in length."""
        return len({len(source) for source in self.case().sources}) > 1


def combination(name: str, *parts: Mapping[str, Any], **choices: Any) -> Combination:
    """Named parts, and what differs from them."""
    together: dict[str, Any] = {}
    for part in parts:
        together |= part
    return Combination(name, together | choices)


RNN, GRU, LSTM = EncoderKind.RNN, EncoderKind.GRU, EncoderKind.LSTM
SUTSKEVER = {"decoder": DecoderKind.SUTSKEVER, **NO_ATTENTION}
CHO = {"decoder": DecoderKind.CHO, **NO_ATTENTION}
LUONG = {"decoder": DecoderKind.LUONG}
LABEL = {"encoder": EncoderKind.LABEL, "bridge": Bridge.LAST}
PATCHES = {"encoder": EncoderKind.PATCHES, "encoder_size": 8}
FLAT = {"encoder": EncoderKind.FLAT, "bridge": Bridge.LAST}
NONE = {"encoder": EncoderKind.NONE, "bridge": Bridge.ZERO, **SUTSKEVER}
COPIES, POINTS = {"output": Output.POINTER_GENERATOR}, {"output": Output.POINTER}

LISTED: Final = (
    combination("Bahdanau 2015"),
    combination(
        "Sutskever 2014: deep LSTM, reversed", SUTSKEVER, COPIED, encoder=LSTM, cell=CellKind.LSTM, reverse_source=True,
        encoder_layers=2, decoder_layers=2,
    ),
    combination("Cho 2014: maxout", CHO, ONE_WAY, cell=CellKind.GRU_RESET_FIRST, readout=Readout.MAXOUT),
    combination("Luong 2015", LUONG, encoder=LSTM, cell=CellKind.LSTM, attention="general", input_feeding=True),
    combination("simple networks, copied", SUTSKEVER, COPIED, encoder=RNN, cell=CellKind.RNN),
    combination("four GRU layers, copied", SUTSKEVER, COPIED, encoder_layers=4, decoder_layers=4),
    combination("Sutskever from both directions", SUTSKEVER, encoder=LSTM, bridge=Bridge.LAST, output=Output.SOFTMAX),
    combination("Cho from the mean", CHO, encoder=LSTM, bridge=Bridge.MEAN, cell=CellKind.LSTM, decoder_layers=2),
    combination("Cho at every step only", CHO, ONE_WAY, bridge=Bridge.ZERO, encoder=RNN, encoder_layers=3),
    combination("Luong, plain, reversed", LUONG, ONE_WAY, reverse_source=True, encoder=RNN, output=Output.SOFTMAX),
    combination("Luong, deep, feeding", LUONG, input_feeding=True, decoder_layers=3, encoder_layers=2),
    combination("Luong, feeding maxout", LUONG, input_feeding=True, readout=Readout.MAXOUT, cell=CellKind.RNN),
    combination("Bahdanau, deep, maxout", cell=CellKind.GRU_RESET_FIRST, decoder_layers=4, readout=Readout.MAXOUT),
    combination("Bahdanau, first state zero", bridge=Bridge.ZERO, encoder=LSTM, encoder_layers=4),
    combination("Bahdanau, from the mean", bridge=Bridge.MEAN, cell=CellKind.RNN, encoder_layers=2, encoder=LSTM),
    combination("Bahdanau, copied", COPIED, encoder=LSTM, cell=CellKind.LSTM, encoder_layers=2, decoder_layers=2),
    combination("coverage, sum", coverage=Coverage.SUM),
    combination("coverage, fertility", LUONG, coverage=Coverage.FERTILITY, input_feeding=True),
    combination("location-aware with smoothing", attention="location-aware", smoothing=True),
    combination("pointer-generator", COPIES),
    combination("See 2017", COPIES, LUONG, coverage=Coverage.SUM, input_feeding=True, encoder=LSTM, cell=CellKind.LSTM),
    combination("pointer-generator, many heads", COPIES, attention="multi-head", decoder_layers=2),
    combination("pointer-generator that may attend to nothing", COPIES, attention="monotonic"),
    combination("pointer network", POINTS, ONE_WAY, encoder=LSTM, cell=CellKind.LSTM),
    combination("pointer network without attention", POINTS, SUTSKEVER, bridge=Bridge.LAST),
    combination("label as first state", LABEL, SUTSKEVER, cell=CellKind.LSTM),
    combination("label at every step", LABEL, CHO, readout=Readout.MAXOUT),
    combination("patches", PATCHES, bridge=Bridge.MEAN),
    combination("patches, many heads", PATCHES, LUONG, bridge=Bridge.LAST, attention="multi-head", cell=CellKind.LSTM),
    combination("flat picture", FLAT, SUTSKEVER, decoder_layers=2),
    combination("flat picture at every step", FLAT, CHO),
    combination("language model", NONE, cell=CellKind.LSTM, decoder_layers=2),
    combination("language model, simple", NONE, cell=CellKind.RNN, output=Output.SOFTMAX, readout=Readout.MAXOUT),
    Combination("monotonic, soft", {"attention": "monotonic"}, soft=True),
    Combination("monotonic, soft, Luong", {"attention": "monotonic", "input_feeding": True, **LUONG}, soft=True),
)  # fmt: skip
EVERY_ATTENTION: Final = tuple(
    Combination(f"{decoder}, {name}", {"decoder": decoder, "attention": name})
    for name in ATTENTIONS
    for decoder in ATTENDING
)
COMBINATIONS: Final = (*LISTED, *EVERY_ATTENTION)
