"""Settings of data, tokenizers, model and optimiser that exclude each other are refused by both names."""

from pathlib import Path
from typing import Any

import pytest

from seq2seq_core.errors import OptionError
from seq2seq_core.models.config import Bridge, DecoderKind, EncoderKind, Output, RecurrentOptions
from seq2seq_core.models.convolutional_config import ConvolutionalOptions
from seq2seq_core.models.transformer_config import TransformerOptions
from seq2seq_core.tokenizer import TokenizerKind
from seq2seq_core.training.attention_losses import AttentionLossOptions
from seq2seq_core.training.config import OptimiserOptions, TokenizerOptions, TrainingOptions

WORD, PICTURE, POSITIONS, NONE = (TokenizerKind(name) for name in ("word", "picture", "positions", "none"))
PATCHES = RecurrentOptions(encoder=EncoderKind.PATCHES, bridge=Bridge.LAST)
SOURCELESS = RecurrentOptions(
    encoder=EncoderKind.NONE, decoder=DecoderKind.SUTSKEVER, attention="none", bridge=Bridge.ZERO
)
COPIES, POINTS = RecurrentOptions(output=Output.POINTER_GENERATOR), RecurrentOptions(output=Output.POINTER)
BLIND = RecurrentOptions(decoder=DecoderKind.CHO, attention="none", bridge=Bridge.LAST)
PLAIN = OptimiserOptions(label_smoothing=0.0)


def options(**settings: Any) -> TrainingOptions:
    return TrainingOptions(**{"task": "copy", "output": Path("run"), "optimiser": PLAIN, **settings})


def cut(source: TokenizerKind = WORD, target: TokenizerKind = WORD, *, shared: bool = False) -> TokenizerOptions:
    return TokenizerOptions(source_kind=source, target_kind=target, shared=shared)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"family": "oracle"}, "family must be one of recurrent, convolutional, transformer, got 'oracle'"),
        ({"family": "transformer", "model": PATCHES}, "family is 'transformer', but settings of 'recurrent' are given"),
        (
            {"transformer": TransformerOptions(heads=2)},
            "family is 'recurrent', but settings of 'transformer' are given",
        ),
        (
            {"family": "transformer", "convolutional": ConvolutionalOptions(kernel=5)},
            "family is 'transformer', but settings of 'convolutional' are given",
        ),
        ({"model": PATCHES}, "tokenizer.source_kind 'unigram' and model.encoder 'patches'"),
        (
            {"tokenizer": cut(PICTURE)},
            "pictures need both or neither: tokenizer.source_kind 'picture' and model.encoder 'gru'",
        ),
        (
            {"tokenizer": cut(PICTURE), "family": "transformer"},
            r"pictures need both or neither: tokenizer.source_kind 'picture' .*\(family 'transformer'\)",
        ),
        (
            {"model": SOURCELESS},
            "no source needs both or neither: tokenizer.source_kind 'unigram' and model.encoder 'none'",
        ),
        (
            {"tokenizer": cut(NONE)},
            "no source needs both or neither: tokenizer.source_kind 'none' and model.encoder 'gru'",
        ),
        ({"tokenizer": cut(POSITIONS)}, "tokenizer.source_kind must not be 'positions', which are outputs"),
        ({"model": POINTS}, "tokenizer.target_kind 'unigram' and model.output 'pointer'"),
        (
            {"tokenizer": cut(target=POSITIONS)},
            "positions need both or neither: tokenizer.target_kind 'positions' and model.output 'tied'",
        ),
        ({"tokenizer": cut(target=PICTURE)}, "a target must be text or positions: tokenizer.target_kind 'picture'"),
        ({"tokenizer": cut(target=NONE)}, "a target must be text or positions: tokenizer.target_kind 'none'"),
        (
            {"tokenizer": cut(PICTURE, shared=True), "model": PATCHES},
            "tokenizer.shared needs text on both sides, got tokenizer.source_kind 'picture' and tokenizer.target_kind",
        ),
        (
            {"tokenizer": cut(target=POSITIONS, shared=True), "model": POINTS},
            "tokenizer.shared needs text on both sides, .* tokenizer.target_kind 'positions'",
        ),
        (
            {"model": COPIES, "tokenizer": cut()},
            "output 'pointer-generator' needs tokenizer.shared and tokenizer.source_kind 'word', got False and 'word'",
        ),
        ({"model": COPIES, "tokenizer": TokenizerOptions(shared=True)}, "source_kind 'word', got True and 'unigram'"),
        (
            {"model": COPIES, "tokenizer": cut(shared=True), "optimiser": OptimiserOptions()},
            "optimiser.label_smoothing must be 0 with model.output 'pointer-generator', .* got 0.1",
        ),
        (
            {"model": POINTS, "tokenizer": cut(target=POSITIONS), "optimiser": OptimiserOptions()},
            "optimiser.label_smoothing must be 0 with model.output 'pointer', .* got 0.1",
        ),
        (
            {"longest": 80, "model": RecurrentOptions(source_cap=79)},
            "longest must not exceed the source_cap of the model, .* got 80 and 79",
        ),
        (
            {"longest": 80, "family": "transformer", "transformer": TransformerOptions(source_cap=79)},
            "longest must not exceed the source_cap of the model, .* got 80 and 79",
        ),
        (
            {"model": BLIND, "losses": AttentionLossOptions(guided_attention=1.0)},
            "losses.guided_attention 1.0 needs attention to the source, which model.decoder 'cho' has not",
        ),
        (
            {"model": BLIND, "losses": AttentionLossOptions(coverage=0.5)},
            "losses.coverage 0.5 needs attention to the source, which model.decoder 'cho' has not",
        ),
        (
            {"model": POINTS, "tokenizer": cut(target=POSITIONS), "losses": AttentionLossOptions(coverage=0.5)},
            "losses.coverage 0.5 must be 0 with model.output 'pointer', whose attention is the answer itself",
        ),
        (
            {"model": PATCHES, "tokenizer": cut(PICTURE), "losses": AttentionLossOptions(guided_attention=2.0)},
            "losses.guided_attention 2.0 needs a source that is a sequence, got model.encoder 'patches'",
        ),
        ({"join": 3}, "join must be 1 with a generated task, got join 3 and task 'copy'"),
        ({"train": "a", "valid": "b"}, "train and valid must both be given, or task in their place; .* task 'copy'"),
        ({"task": "", "train": "a"}, "train and valid must both be given, .* got train 'a', valid '' and task ''"),
        ({"batch_tokens": 60}, "batch_tokens must be above longest, .* got 60 and 60"),
    ],
)
def test_settings_that_exclude_each_other_are_both_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        options(**settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"model": PATCHES, "tokenizer": cut(PICTURE)},
        {"model": SOURCELESS, "tokenizer": cut(NONE)},
        {"model": POINTS, "tokenizer": cut(target=POSITIONS)},
        {"model": COPIES, "tokenizer": cut(shared=True)},
        {"family": "transformer", "transformer": TransformerOptions(heads=2), "tokenizer": cut(shared=True)},
        {"family": "convolutional", "optimiser": OptimiserOptions()},
        {"model": PATCHES, "tokenizer": cut(PICTURE), "losses": AttentionLossOptions(coverage=1.0)},
        {"family": "transformer", "losses": AttentionLossOptions(guided_attention=1.0, coverage=1.0)},
    ],
)
def test_settings_that_belong_together_are_taken(settings: dict[str, Any]) -> None:
    taken = options(**settings)
    assert type(taken.chosen()).__name__.lower() == f"{taken.family}options"
