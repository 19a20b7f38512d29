"""Settings of a model are refused with setting, rule and value; two that exclude each other by both names."""

from typing import Any

import pytest

from seq2seq_core.attention import ATTENTIONS, Coverage
from seq2seq_core.errors import OptionError
from seq2seq_core.models import RecurrentConfig
from seq2seq_core.models.config import Bridge, CellKind, DecoderKind, EncoderKind, Output, RecurrentOptions

NO_ATTENTION = {"attention": "none"}
SUTSKEVER = {"decoder": DecoderKind.SUTSKEVER, **NO_ATTENTION}
LAST = {"bridge": Bridge.LAST}
COPIED = {"bridge": Bridge.COPY, "bidirectional": False, "encoder_size": 8, "decoder_size": 8}


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("encoder_size", 0, "encoder_size must be from 1 to 65536, got 0"),
        ("embedding_size", 10**9, "embedding_size must be from 1 to 65536, got 1000000000"),
        ("encoder_layers", 5, "encoder_layers must be from 1 to 4, got 5"),
        ("decoder_layers", 0, "decoder_layers must be from 1 to 4, got 0"),
        ("attention_heads", 0, "attention_heads must be from 1 to 65536, got 0"),
        ("attention_window", -1, "attention_window must be from 1 to 65536, got -1"),
        ("source_cap", 0, "source_cap must be from 1 to 65536, got 0"),
        ("dropout", 1.0, "dropout must be at least 0 and below 1, got 1.0"),
        ("target_vocabulary", 4, "target_vocabulary must be from 5 .* got 4"),
        ("attention", "psychic", "attention must be one of none, .*additive.*, got 'psychic'"),
    ],
)
def test_an_impossible_setting_is_named(setting: str, value: object, message: str) -> None:
    settings = {"source_vocabulary": 10, "target_vocabulary": 10, setting: value}
    with pytest.raises(OptionError, match=message):
        RecurrentConfig(**settings)  # type: ignore[arg-type]  # the wrong types are the point


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (NO_ATTENTION, "decoder 'bahdanau' needs an attention, got attention 'none'"),
        ({**NO_ATTENTION, "decoder": DecoderKind.LUONG}, "decoder 'luong' needs an attention, got attention 'none'"),
        (
            {"decoder": DecoderKind.SUTSKEVER, **LAST},
            "decoder 'sutskever' has no attention: it must be none, got attention 'additive'",
        ),
        (
            {"decoder": DecoderKind.CHO, "attention": "dot"},
            "decoder 'cho' has no attention: it must be none, got attention 'dot'",
        ),
        (
            {"encoder": EncoderKind.NONE, "bridge": Bridge.ZERO},
            "encoder 'none' needs decoder 'sutskever', got decoder 'bahdanau'",
        ),
        ({"encoder": EncoderKind.NONE, **SUTSKEVER, **LAST}, "encoder 'none' needs bridge 'zero', got 'last'"),
        (
            {"decoder": DecoderKind.CHO, **NO_ATTENTION},
            "bridge 'backward' leaves the forward direction unread by decoder 'cho', got attention 'none'",
        ),
        (
            {**SUTSKEVER, "bridge": Bridge.ZERO},
            "decoder 'sutskever' has the source as its first state alone: bridge must not be 'zero' with encoder 'gru'",
        ),
        ({"attention": "dot", "coverage": Coverage.SUM}, "attention 'dot' takes no coverage, got 'sum'"),
        ({**SUTSKEVER, **LAST, "coverage": Coverage.SUM}, "attention 'none' takes no coverage, got 'sum'"),
        ({"smoothing": True}, "attention 'additive' takes no smoothing, got smoothing True"),
        (
            {"attention": "location-aware", "attention_filter_width": 4},
            "attention_filter_width must be odd, for a filter has a middle, got 4",
        ),
        ({"input_feeding": True}, "input_feeding needs decoder 'luong', got decoder 'bahdanau'"),
        (
            {"encoder": EncoderKind.LABEL, **LAST, "reverse_source": True, "bidirectional": False},
            "reverse_source needs a recurrent encoder, got encoder 'label'",
        ),
        ({"reverse_source": True}, "reverse_source needs bidirectional off, got bidirectional True"),
        (
            {"encoder": EncoderKind.FLAT, **LAST, "encoder_layers": 2},
            "encoder_layers 2 need a recurrent encoder, got encoder 'flat'",
        ),
        (
            {"bidirectional": False},
            "bridge 'backward' needs a recurrent encoder, bidirectional; got encoder 'gru', False",
        ),
        (
            {"encoder": EncoderKind.PATCHES},
            "bridge 'backward' needs a recurrent encoder, bidirectional; got encoder 'patches', True",
        ),
        ({**COPIED, "bidirectional": True}, "bridge 'copy' needs bidirectional off, .*got bidirectional True"),
        ({**COPIED, "cell": CellKind.LSTM}, r"equal to cell, .*\('gru', 1, 8\) and \('lstm', 1, 8\)"),
        ({**COPIED, "decoder_layers": 2}, r"decoder_layers and .*\('gru', 1, 8\) and \('gru', 2, 8\)"),
        ({**COPIED, "encoder_size": 9}, r"decoder_size; .*\('gru', 1, 9\) and \('gru', 1, 8\)"),
        (
            {**SUTSKEVER, **LAST, "output": Output.POINTER_GENERATOR},
            "output 'pointer-generator' copies by attention, which decoder 'sutskever' has not",
        ),
        (
            {"encoder": EncoderKind.LABEL, **LAST, "output": Output.POINTER_GENERATOR},
            "output 'pointer-generator' needs a recurrent encoder, got encoder 'label'",
        ),
        (
            {"encoder": EncoderKind.PATCHES, **LAST, "output": Output.POINTER},
            "output 'pointer' needs a recurrent encoder, got encoder 'patches'",
        ),
        (
            {"encoder": EncoderKind.PATCHES, **LAST, "picture_side": 10},
            "picture_side 10 must be a multiple of 4 with encoder 'patches'",
        ),
        (
            {"encoder": EncoderKind.FLAT, **LAST, "picture_side": 40},
            "picture_side 40 needs a source_cap of 1600 or more, got 1024",
        ),
    ],
)
def test_two_choices_that_exclude_each_other_are_both_named(choices: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        RecurrentOptions(**choices)


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_coverage_and_smoothing_are_for_the_mechanisms_that_have_them(attention: str) -> None:
    mechanism = ATTENTIONS[attention]
    for taken, choice in (
        (mechanism.takes_coverage, {"coverage": Coverage.FERTILITY}),
        (mechanism.takes_smoothing, {"smoothing": True}),
    ):
        if taken:
            RecurrentOptions(attention=attention, **choice)
        else:
            with pytest.raises(OptionError, match=f"attention '{attention}' takes no {next(iter(choice))}"):
                RecurrentOptions(attention=attention, **choice)


def test_a_pointer_generator_needs_one_vocabulary() -> None:
    with pytest.raises(OptionError, match=r"pointer-generator.* source_vocabulary 10 and target_vocabulary 11"):
        RecurrentConfig(source_vocabulary=10, target_vocabulary=11, output=Output.POINTER_GENERATOR)


def test_a_pointer_network_needs_a_token_for_every_position() -> None:
    sizes: dict[str, Any] = {"source_vocabulary": 10, "output": Output.POINTER, "source_cap": 20}
    with pytest.raises(OptionError, match=r"target_vocabulary of 4 more than source_cap, .*got 23 and 20"):
        RecurrentConfig(target_vocabulary=23, **sizes)
    RecurrentConfig(target_vocabulary=24, **sizes)
