"""The one door: texts in, hypotheses and traces out."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seq2seq_core.checkpoint import save_checkpoint
from seq2seq_core.errors import CheckpointError, InputError, OptionError
from seq2seq_core.options import BeamOptions, GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.trace import check, from_json, same, to_json
from tests.support.tiny_run import PAIRS

SOURCES = [source for source, _ in PAIRS]
AWKWARD = ("</s>", "<script>alert(1)</script>", "${x}", "👩‍👩‍👧", "שלום", "a\x00b", "\u202eabc", "I see the zebra.")


@pytest.mark.parametrize("options", [GreedyOptions(), BeamOptions(beam_size=4)])
@pytest.mark.parametrize("text", [*AWKWARD, SOURCES[0]])
def test_any_text_gives_a_trace_that_holds_together(
    tiny_pipeline: Pipeline, text: str, options: GreedyOptions | BeamOptions
) -> None:
    trace = tiny_pipeline.trace(text, options)
    check(trace)
    assert trace.source == text
    assert trace.source_tokens == tiny_pipeline.encode(text).pieces
    assert same(from_json(to_json(trace)), trace)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_a_text_of_blanks_has_nothing_to_decode(tiny_pipeline: Pipeline, text: str) -> None:
    with pytest.raises(InputError, match="at least one character that is no blank"):
        tiny_pipeline.trace(text, GreedyOptions())
    assert tiny_pipeline.translate([text, SOURCES[8]], GreedyOptions()) == ["", PAIRS[8][1]]


def test_a_text_beyond_the_models_cap_is_refused_with_both_numbers(tiny_pipeline: Pipeline) -> None:
    with pytest.raises(InputError, match="at most 1024 tokens, got 1200"):
        tiny_pipeline.trace("👩" * 299 + "abc", GreedyOptions())


@pytest.mark.parametrize("options", [GreedyOptions(), BeamOptions(beam_size=3)])
def test_batches_of_any_size_translate_alike(tiny_pipeline: Pipeline, options: GreedyOptions | BeamOptions) -> None:
    one_by_one = [tiny_pipeline.trace(source, options).hypotheses[0].text for source in SOURCES]
    assert tiny_pipeline.translate(SOURCES, options, batch_size=5) == one_by_one
    assert tiny_pipeline.translate(SOURCES, options, batch_size=100) == one_by_one


def test_n_best_bounds_what_is_returned(tiny_pipeline: Pipeline) -> None:
    (best,) = tiny_pipeline.hypotheses([SOURCES[0]], BeamOptions(beam_size=4, n_best=2))
    assert len(best) == 2
    assert best[0].score >= best[1].score


def test_a_missing_model_is_named() -> None:
    with pytest.raises(CheckpointError, match="nowhere"):
        Pipeline.load("nowhere")


@pytest.mark.parametrize("text", ["\u200b", "\x07", "\ufeff"])
def test_a_text_that_normalisation_empties_is_blank(tiny_pipeline: Pipeline, text: str) -> None:
    assert tiny_pipeline.is_blank(text)
    assert tiny_pipeline.translate([text, SOURCES[8]], GreedyOptions()) == ["", PAIRS[8][1]]


def test_nothing_in_gives_nothing_out(tiny_pipeline: Pipeline) -> None:
    assert tiny_pipeline.translate([], GreedyOptions()) == []
    assert tiny_pipeline.hypotheses([], GreedyOptions()) == []
    assert tiny_pipeline.traces([], GreedyOptions()) == []


def test_a_source_without_tokens_cannot_be_opened(tiny_pipeline: Pipeline) -> None:
    with pytest.raises(InputError, match=r"at least one token each, got \[2, 0\]"):
        tiny_pipeline.checkpoint.model.open([[5, 6], []])


def test_threads_that_share_a_pipeline_do_not_disturb_each_other(tiny_pipeline: Pipeline) -> None:
    options = BeamOptions(beam_size=3)
    expected = [to_json(tiny_pipeline.trace(source, options)) for source in SOURCES]
    with ThreadPoolExecutor(4) as threads:
        traces = threads.map(lambda source: tiny_pipeline.trace(source, options), SOURCES * 3)
    assert [to_json(trace) for trace in traces] == expected * 3


@pytest.mark.parametrize("device", ["nonsense", "cuda:4096"])
def test_a_device_that_is_not_there_is_named(tiny_pipeline: Pipeline, tmp_path: Path, device: str) -> None:
    save_checkpoint(tmp_path / "model", tiny_pipeline.checkpoint)
    with pytest.raises(OptionError, match=f"device must be one that PyTorch can use here, got '{device}'"):
        Pipeline.load(tmp_path / "model", device)


def test_a_pipeline_is_named_after_its_folder(
    tiny_pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_checkpoint(tmp_path / "model", tiny_pipeline.checkpoint)
    monkeypatch.chdir(tmp_path / "model")
    assert Pipeline.load(".").name == "model"
