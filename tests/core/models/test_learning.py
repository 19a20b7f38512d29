"""What every architecture must learn: task, length of the source, effort and bar in one table.

Greedy search answers the test split, none of which was trained on. Bars leave room below what two or three seeds gave.
The lessons of the first table take seconds, those of the second up to a few minutes.
"""

from dataclasses import replace
from typing import Any, Final, cast

import pytest
import torch
from torch import Tensor

from seq2seq_core.attention import ATTENTIONS, Attention, Coverage, Memory, Past
from seq2seq_core.models.config import Bridge, CellKind, DecoderKind, EncoderKind, Output, Readout
from seq2seq_core.readers import make_reader
from seq2seq_core.tokenizer import UNKNOWN_ID, TokenizerKind
from tests.support.learning import Lesson, learn

SMALL: Final[dict[str, Any]] = {
    "embedding_size": 32, "encoder_size": 32, "decoder_size": 64, "attention_size": 32, "dropout": 0.0
}  # fmt: skip
LARGE: Final[dict[str, Any]] = {
    "embedding_size": 64, "encoder_size": 64, "decoder_size": 128, "attention_size": 64, "dropout": 0.0
}  # fmt: skip
LSTM: Final[dict[str, Any]] = {"encoder": EncoderKind.LSTM, "cell": CellKind.LSTM}
LUONG: Final[dict[str, Any]] = {"decoder": DecoderKind.LUONG, "attention": "general", "input_feeding": True}
ONE_WAY: Final[dict[str, Any]] = {"attention": "none", "bidirectional": False}
CHO: Final[dict[str, Any]] = {
    "decoder": DecoderKind.CHO, "bridge": Bridge.LAST, "readout": Readout.MAXOUT, **ONE_WAY
}  # fmt: skip
SUTSKEVER: Final[dict[str, Any]] = {"decoder": DecoderKind.SUTSKEVER, "bridge": Bridge.COPY, **ONE_WAY}
ALONE: Final[dict[str, Any]] = {"bridge": Bridge.ZERO}  # what the decoder knows of the source comes by attention
POINTS: Final[dict[str, Any]] = {"output": Output.POINTER, "source_cap": 16}
COPIES: Final[dict[str, Any]] = {"output": Output.POINTER_GENERATOR}
NAMES_VOCABULARY: Final = 44  # the words of the templates, and hardly a name

# Small batches at a high rate: the fewest seconds for these bars.
BRISK: Final[dict[str, Any]] = {"batch_tokens": 250, "rate": 8e-3}
QUICK: Final = (
    Lesson("Bahdanau 2015", "copy", range(6, 9), 230, 80.0, {**SMALL, **ALONE}, **BRISK),
    Lesson("Luong 2015", "reverse", range(6, 9), 230, 80.0, {**SMALL, **LUONG, **ALONE}, **BRISK),
    Lesson("Cho 2014", "reverse", range(2, 4), 180, 80.0, {**SMALL, **CHO, "encoder_size": 64}, **BRISK),
    Lesson("Sutskever 2014", "reverse", range(2, 4), 150, 80.0, {**SMALL, **SUTSKEVER, "encoder_size": 64}, **BRISK),
    Lesson("pointer network", "sort-pointers", range(2, 5), 220, 75.0, {**SMALL, **POINTS}, batch_tokens=250),
    Lesson(
        "pointer-generator",
        "names",
        None,
        150,
        85.0,
        {**SMALL, **COPIES},
        batch_tokens=300,
        rate=1e-2,
        vocabulary=NAMES_VOCABULARY,
    ),
)
THOROUGH: Final = (
    Lesson("Bahdanau 2015", "reverse", range(6, 15), 500, 90.0, LARGE, batch_tokens=800),
    Lesson("Luong 2015", "copy", range(6, 15), 500, 90.0, {**LARGE, **LSTM, **LUONG}, batch_tokens=800),
    Lesson("Cho 2014", "reverse", range(2, 7), 1000, 90.0, {**LARGE, **CHO, "encoder_size": 128}, batch_tokens=800),
    Lesson(
        "Sutskever 2014",
        "copy",
        range(2, 7),
        1000,
        90.0,
        {
            **LARGE, **LSTM, **SUTSKEVER, "encoder_size": 128, "encoder_layers": 2, "decoder_layers": 2,
            "reverse_source": True,
        },
        batch_tokens=800,
    ),
    Lesson("pointer network", "sort-pointers", range(2, 9), 1100, 70.0, {**LARGE, **LSTM, **POINTS}, batch_tokens=800),
    Lesson("monotonic", "copy", range(6, 15), 500, 80.0, {**LARGE, "attention": "monotonic"}, batch_tokens=800),
    Lesson(
        "See 2017",
        "names",
        None,
        400,
        90.0,
        {**LARGE, **LSTM, **LUONG, **COPIES, "attention": "additive", "coverage": Coverage.SUM},
        batch_tokens=800,
        vocabulary=NAMES_VOCABULARY,
    ),
    Lesson(
        "Transformer",
        "reverse",
        range(4, 11),
        800,
        90.0,
        {"size": 64, "encoder_layers": 2, "decoder_layers": 2, "feed_forward_size": 128, "dropout": 0.0},
        family="transformer",
        batch_tokens=800,
        rate=2e-3,
    ),
    Lesson(
        "convolutional",
        "reverse",
        range(4, 11),
        800,
        90.0,
        {"embedding_size": 64, "size": 64, "encoder_layers": 2, "decoder_layers": 2, "dropout": 0.0},
        family="convolutional",
        batch_tokens=800,
    ),
)  # fmt: skip
EVERY_ATTENTION: Final = tuple(
    Lesson(name, "copy", range(2, 6), 400, 75.0, {**SMALL, "attention": name}) for name in ATTENTIONS
)
LONG: Final = range(12, 17)
ATTENDING: Final = [lesson for lesson in QUICK if lesson.choices.get("bridge") is Bridge.ZERO]
BLIND: Final = 20.0  # what one who looks everywhere alike may reach at most


class Uniform(Attention):
    """Looks everywhere alike, so that a lesson which it passes says nothing about attention."""

    def keys(self, values_BSE: Tensor) -> Tensor:
        return values_BSE

    def score(self, query_BD: Tensor, memory: Memory, past: Past) -> Tensor:
        return torch.zeros(memory.real_BS.shape)


@pytest.mark.parametrize("lesson", QUICK, ids=str)
def test_it_learns(lesson: Lesson) -> None:
    assert learn(lesson) >= lesson.bar


@pytest.mark.parametrize("lesson", ATTENDING, ids=str)
def test_it_is_attention_that_learns(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cast(dict[str, type[Attention]], ATTENTIONS), "uniform", Uniform)
    assert learn(replace(lesson, choices={**lesson.choices, "attention": "uniform"})) <= BLIND


@pytest.mark.slow
@pytest.mark.parametrize("lesson", THOROUGH, ids=str)
def test_it_learns_what_is_harder(lesson: Lesson) -> None:
    assert learn(lesson) >= lesson.bar


@pytest.mark.slow
@pytest.mark.parametrize("lesson", EVERY_ATTENTION, ids=str)
def test_every_attention_learns_to_copy(lesson: Lesson) -> None:
    assert learn(lesson) >= lesson.bar


@pytest.mark.slow
def test_one_vector_fails_on_long_sources_where_attention_does_not() -> None:
    attending = Lesson("Bahdanau 2015", "copy", LONG, 600, 85.0, LARGE, batch_tokens=800)
    vector = Lesson("Sutskever 2014", "copy", LONG, 600, 0.0, {**LARGE, **SUTSKEVER, "encoder_size": 128},
                    batch_tokens=800)  # fmt: skip
    assert learn(attending) >= attending.bar
    assert learn(vector) <= 20.0


def test_names_that_must_be_copied_are_outside_the_vocabulary() -> None:
    (lesson,) = (lesson for lesson in QUICK if lesson.task == "names")
    train, test = lesson.text("train", 2000), lesson.text("test", 200)
    reader = make_reader((*train.sources, *train.targets), TokenizerKind.WORD, lesson.vocabulary, positions=0)
    assert all(UNKNOWN_ID in ids for ids in reader.encode_ids(test.targets))
