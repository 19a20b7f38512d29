"""Sources that are no sentence, words that no vocabulary holds, and how long an output may be."""

from typing import Any

import pytest
import torch

from seq2seq_core.checkpoint import Checkpoint
from seq2seq_core.errors import InputError
from seq2seq_core.models.config import Bridge
from seq2seq_core.models.output import PointerGenerator
from seq2seq_core.options import MAXIMUM_LENGTH_CAP, BeamOptions, GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tokenizer import TokenizerKind
from seq2seq_core.trace import check, from_json, same, to_json
from tests.support.recurrent_models import (
    COPIES,
    FLAT,
    NONE,
    PATCHES,
    POINTS,
    SUTSKEVER,
    WORDS,
    Combination,
    combination,
)

LARGE = {"picture_side": 24, "source_cap": 24 * 24}
PICTURE = "/".join(["." * 24] * 12 + ["b" * 24] * 12)


def pipeline_of(each: Combination, **training: Any) -> Pipeline:
    return Pipeline(Checkpoint(each.model(), *each.readers(), training=training), "tiny")


def test_a_picture_is_searched_over_the_patches_of_its_grid() -> None:
    pipeline = pipeline_of(combination("patches", PATCHES, LARGE, bridge=Bridge.MEAN))
    assert pipeline.source_kind is TokenizerKind.PICTURE
    trace = pipeline.trace(PICTURE, BeamOptions(beam_size=3, max_length=4))
    check(trace)
    assert trace.grid == (6, 6)
    assert trace.source_tokens[:7] == ("1,1", "1,2", "1,3", "1,4", "1,5", "1,6", "2,1")
    assert trace.source_tokens[-1] == "6,6"
    assert trace.source == PICTURE
    assert same(from_json(to_json(trace)), trace)


def test_a_flat_picture_is_one_place() -> None:
    trace = pipeline_of(combination("flat", FLAT, SUTSKEVER, LARGE)).trace(PICTURE, GreedyOptions(max_length=4))
    check(trace)
    assert (trace.grid, trace.source_tokens) == ((1, 1), ("1,1",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a cat", "the pixels of a picture must be one of"),
        ("/".join(["........"] * 8), r"a picture must have 576 pixels, got \[64\]"),
        ("  ", "at least one character that is no blank"),
        ("/".join(["." * 32] * 32), "at most 576 tokens, got 1024"),
    ],
)
def test_what_is_no_picture_for_the_model_is_refused(text: str, message: str) -> None:
    pipeline = pipeline_of(combination("patches", PATCHES, LARGE, bridge=Bridge.MEAN))
    with pytest.raises(InputError, match=message):
        pipeline.trace(text, GreedyOptions(max_length=4))


@pytest.mark.parametrize("text", ["", "  ", "anything"])
def test_a_model_without_a_source_reads_no_text(text: str) -> None:
    pipeline = pipeline_of(combination("language", NONE))
    assert not pipeline.is_blank(text)
    options = BeamOptions(beam_size=3, max_length=4)
    trace = pipeline.trace(text, options)
    check(trace)
    assert trace.source_tokens == ()
    assert trace.hypotheses == pipeline.trace("", options).hypotheses
    assert pipeline.translate([text, ""], options) == [trace.hypotheses[0].text] * 2


def test_a_local_models_trace_tells_its_window() -> None:
    trace = pipeline_of(Combination("local", {"attention": "local-p"})).trace("a b c", GreedyOptions(max_length=4))
    check(trace)
    assert trace.window == 2


def test_a_pointer_network_answers_with_positions_of_its_source() -> None:
    pipeline = pipeline_of(combination("points", POINTS))
    for best in pipeline.hypotheses(["b a c", "i"], BeamOptions(beam_size=4, max_length=5)):
        for hypothesis in best:
            assert set(hypothesis.text.split()) <= {"1", "2", "3"}
    (alone,) = pipeline.hypotheses(["i"], BeamOptions(beam_size=4, max_length=5))
    assert {word for hypothesis in alone for word in hypothesis.text.split()} == {"1"}


def copying(**training: Any) -> Pipeline:
    """A pointer-generator that all but never generates."""
    pipeline = pipeline_of(combination("copies", COPIES), **training)
    output = pipeline.checkpoint.model.get_submodule("output")
    assert isinstance(output, PointerGenerator)
    torch.nn.init.constant_(output.generate.bias, -30.0)
    return pipeline


def test_a_word_that_no_vocabulary_holds_is_said_and_named_in_the_trace() -> None:
    trace = copying().trace("zyx", GreedyOptions(max_length=3))
    check(trace)
    assert trace.hypotheses[0].text == "zyx zyx zyx"
    assert trace.labels[len(WORDS)] == "▁zyx"
    assert copying().translate(["zyx"], GreedyOptions(max_length=2)) == ["zyx zyx"]


def test_sources_of_one_batch_do_not_mix_up_their_unknown_words() -> None:
    texts, options = ["zyx", "qwu", "zyx", "vop"], BeamOptions(beam_size=2, max_length=2)
    assert copying().translate(texts, options) == [f"{text} {text}" for text in texts]
    for text, trace in zip(texts, copying().traces(texts, options), strict=True):
        check(trace)
        assert trace.hypotheses[0].text == f"{text} {text}"
        assert trace.source_tokens == (f"▁{text}",)


@pytest.mark.parametrize(
    ("training", "longest"),
    [
        ({}, 2 * 3 + 10),
        ({"room": 30}, 2 * 3 + 30),
        ({"room": 0}, 2 * 3),
        ({"room": 10**6}, MAXIMUM_LENGTH_CAP),
        ({"room": -1}, 2 * 3 + 10),
        ({"room": True}, 2 * 3 + 10),
        ({"room": "many"}, 2 * 3 + 10),
    ],
)
def test_room_of_the_training_data_bounds_an_output(training: dict[str, Any], longest: int) -> None:
    pipeline = pipeline_of(Combination("plain"), **training)
    assert pipeline.resolve_max_length("a b c", GreedyOptions()) == longest
    assert pipeline.resolve_max_length("a b c", GreedyOptions(max_length=7)) == 7
    assert pipeline.trace("a b c", GreedyOptions()).options["max_length"] == longest


@pytest.mark.parametrize(
    ("each", "text", "positions"),
    [
        (combination("patches", PATCHES, LARGE, bridge=Bridge.MEAN), PICTURE, 36),
        (combination("flat", FLAT, SUTSKEVER, LARGE), PICTURE, 1),
        (combination("language", NONE), "any text", 0),
    ],
    ids=str,
)
def test_the_length_of_an_output_goes_by_what_attention_sees(each: Combination, text: str, positions: int) -> None:
    pipeline = pipeline_of(each)
    assert pipeline.resolve_max_length(text, GreedyOptions()) == 2 * positions + 10


def test_words_can_be_asked_of_models_that_write_words() -> None:
    writes = pipeline_of(combination("words"))
    with pytest.raises(InputError, match="required words must be some that the model can write, got 'strangers'"):
        writes.written("strangers")
    points = pipeline_of(combination("pointer", POINTS))
    with pytest.raises(InputError, match="the outputs of this model are position"):
        points.written("1")
