"""A run that begins with a trained model, or with a decoder from a language model."""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import torch

from seq2seq_core.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from seq2seq_core.errors import CheckpointError, OptionError
from seq2seq_core.models import RecurrentConfig, RecurrentSeq2Seq, Sources
from seq2seq_core.models.config import Bridge, CellKind, DecoderKind, EncoderKind, Output, Readout, RecurrentOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.readers import NoReader
from seq2seq_core.tokenizer import TokenizerKind
from seq2seq_core.train import train
from seq2seq_core.training.batches import Batch
from seq2seq_core.training.begin import Given, copy_weights
from seq2seq_core.training.config import OptimiserOptions, Schedule, TokenizerOptions, TrainingOptions
from seq2seq_core.training.losses import predict
from seq2seq_core.training.objective import Moment, Objective
from seq2seq_core.training.start import StartOptions
from tests.support.tiny_models import WORDS
from tests.support.tiny_run import tiny_options

STILL: Final = OptimiserOptions(learning_rate=1e-12, warmup=0, label_smoothing=0.0, schedule=Schedule.CONSTANT)
SIZES: Final[Mapping[str, Any]] = {
    "embedding_size": 6,
    "encoder_size": 4,
    "decoder_size": 8,
    "attention_size": 8,
    "attention_heads": 2,
}
SOURCELESS: Final[Mapping[str, Any]] = {
    "encoder": EncoderKind.NONE,
    "bidirectional": False,
    "bridge": Bridge.ZERO,
    "decoder": DecoderKind.SUTSKEVER,
    "attention": "none",
}
LANGUAGE: Final = RecurrentOptions(embedding_size=24, decoder_size=32, **SOURCELESS)
PREVIOUS_BT: Final = torch.tensor([[2, 5, 6, 7, 4], [2, 8, 4, 9, 5]])
BATCH: Final = Batch(
    Sources(torch.tensor([[4, 5, 6], [7, 8, 0]]), torch.tensor([3, 2])),
    PREVIOUS_BT,
    torch.tensor([[5, 6, 7, 4, 3], [8, 4, 9, 3, 0]]),
)


def language_model(**choices: object) -> RecurrentSeq2Seq:
    """One of noise, whose biases are no zeros either."""
    torch.manual_seed(1)
    config = RecurrentConfig(source_vocabulary=5, target_vocabulary=11, **{**SIZES, **SOURCELESS, **choices})
    model = RecurrentSeq2Seq(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape))
    return model.eval()


def translator(**choices: object) -> RecurrentSeq2Seq:
    torch.manual_seed(2)
    return RecurrentSeq2Seq(RecurrentConfig(source_vocabulary=9, target_vocabulary=11, **{**SIZES, **choices})).eval()


@pytest.mark.parametrize(
    ("both", "own"),
    [
        ({}, {}),
        ({"cell": CellKind.LSTM, "decoder_layers": 2}, {"attention": "multi-head"}),
        ({"readout": Readout.MAXOUT}, {"decoder": DecoderKind.CHO, "attention": "none", "bridge": Bridge.LAST}),
        ({"output": Output.SOFTMAX}, {"decoder": DecoderKind.LUONG, "attention": "general"}),
        ({}, {"decoder": DecoderKind.SUTSKEVER, "attention": "none", "bridge": Bridge.LAST}),
    ],
)
def test_without_a_source_the_decoder_begins_as_the_language_model(
    both: dict[str, object], own: dict[str, object]
) -> None:
    language, model = language_model(**both), translator(**both, **own)
    before = model.force_language(PREVIOUS_BT)
    copy_weights(model, Given(decoder=Checkpoint(language, NoReader(), WORDS)))
    expected = language.force(Sources(torch.zeros(2, 0, dtype=torch.int64), torch.zeros(2)), PREVIOUS_BT).scores_BTV
    torch.testing.assert_close(model.force_language(PREVIOUS_BT), expected)
    assert not torch.allclose(before, expected, atol=0.01)


def test_it_is_told_which_weights_were_copied() -> None:
    copied = copy_weights(translator(), Given(decoder=Checkpoint(language_model(), NoReader(), WORDS)))
    assert copied is not None
    assert set(copied.whole) == {
        "target_embedding.weight",
        "decoder.embedding_gates.weight",
        "decoder.embedding_gates.bias",
        "decoder.state_gates.weight",
        "decoder.state_gates.bias",
        "decoder.readout.bias",
        "output.bias",
    }
    assert list(copied.partly) == ["decoder.readout.weight"]
    assert {"source_embedding.weight", "bridge.weight", "decoder.context_gates.weight"} < set(copied.drawn)
    every = {*copied.whole, *copied.partly, *copied.drawn}
    assert every == set(translator().state_dict())


def test_its_loss_stands_beside_the_other_with_its_weight(tmp_path: Path) -> None:
    model = translator()
    copy_weights(model, Given(decoder=Checkpoint(language_model(), NoReader(), WORDS)))
    options = tiny_options(tmp_path, start=StartOptions(language_weight=0.5))
    taught = Objective(model, options, WORDS)(BATCH, Moment(1, 0))
    sourceless = replace(BATCH, sources=Sources(torch.zeros(2, 0, dtype=torch.int64), torch.zeros(2)))
    language = predict(language_model(), sourceless).loss()
    torch.testing.assert_close(taught.parts["language"], language)
    torch.testing.assert_close(taught.loss, predict(model, BATCH).loss() + 0.5 * language)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language model of the target side of a parallel file, and the folder it lies in."""
    folder = tmp_path_factory.mktemp("language")
    kinds = TokenizerOptions(source_kind=TokenizerKind.NONE, target_size=320)
    return train(tiny_options(folder, max_tokens=500, validate_every=500, model=LANGUAGE, tokenizer=kinds)).best


def start_from(folder: Path, decoder: Path, **changes: object) -> TrainingOptions:
    folder.mkdir(exist_ok=True)
    settings = {"max_tokens": 300, "validate_every": 100, "optimiser": STILL, "start": StartOptions(decoder=decoder)}
    return tiny_options(folder, **{**settings, **changes})  # type: ignore[arg-type]  # as tiny_options says


def test_a_run_begins_with_the_decoder_and_tokenizer_of_a_language_model(tmp_path: Path, started: Path) -> None:
    run = train(start_from(tmp_path, started))
    language, model = load_checkpoint(started), load_checkpoint(run.last)
    assert model.target_tokenizer.model == language.target_tokenizer.model
    torch.testing.assert_close(
        model.model.state_dict()["target_embedding.weight"], language.model.state_dict()["target_embedding.weight"]
    )
    digest = hashlib.sha256((started / "model.safetensors").read_bytes()).hexdigest()
    assert model.training["start"] == {"decoder": digest}
    assert f"--start.decoder {started}" in model.training["command"]
    log = [json.loads(line) for line in (run.folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    (copied,) = [event for event in log if event["event"] == "copied"]
    assert "target_embedding.weight" in copied["whole"]
    assert "source_embedding.weight" in copied["drawn"]


def test_a_resumed_run_needs_no_start_and_keeps_its_record(tmp_path: Path, started: Path) -> None:
    borrowed = Path(shutil.copytree(started, tmp_path / "borrowed"))
    options = start_from(tmp_path, borrowed)
    first = load_checkpoint(train(options).last).training["start"]
    shutil.rmtree(borrowed)
    again = train(replace(options, resume=True, max_tokens=600))
    assert load_checkpoint(again.last).training["start"] == first


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": RecurrentOptions(embedding_size=8, encoder_size=24, decoder_size=16)},
         "model.embedding_size 24 (got 8), model.decoder_size 32 (got 16)"),
        ({"tokenizer": TokenizerOptions(source_size=320, target_kind=TokenizerKind.BPE)},
         "tokenizer.target_kind must be that of start.decoder, 'unigram', got 'bpe'"),
        ({"tokenizer": TokenizerOptions(source_size=320, target_size=280)},
         "tokenizer.target_size must be at least the"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_named(
    tmp_path: Path, started: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        train(start_from(tmp_path, started, **changes))


def test_a_translator_is_no_language_model(tmp_path: Path, tiny_pipeline: Pipeline) -> None:
    save_checkpoint(tmp_path / "model", tiny_pipeline.checkpoint)
    with pytest.raises(OptionError, match=r"start.decoder must be a language model .* reads: 'gru'"):
        train(start_from(tmp_path, tmp_path / "model"))


def test_a_run_begins_with_a_trained_model(tmp_path: Path, tiny_pipeline: Pipeline) -> None:
    save_checkpoint(tmp_path / "model", tiny_pipeline.checkpoint)
    options = tiny_options(
        tmp_path, max_tokens=100, validate_every=100, optimiser=STILL, start=StartOptions(model=tmp_path / "model")
    )
    run = train(replace(options, model=replace(options.model, dropout=0.0)))
    found = load_checkpoint(run.last)
    assert found.model.config.dropout == 0.0
    assert found.source_tokenizer.model == tiny_pipeline.checkpoint.source_tokenizer.model
    for name, tensor in tiny_pipeline.checkpoint.model.state_dict().items():
        torch.testing.assert_close(found.model.state_dict()[name], tensor)
    assert set(found.training["start"]) == {"model"}


def test_a_model_of_other_settings_is_refused_by_their_names(tmp_path: Path, tiny_pipeline: Pipeline) -> None:
    save_checkpoint(tmp_path / "model", tiny_pipeline.checkpoint)
    options = tiny_options(tmp_path, start=StartOptions(model=tmp_path / "model"), model=RecurrentOptions())
    with pytest.raises(OptionError, match=r"settings of start.model, .*: model.embedding_size 24 \(got 256\), "):
        train(options)


def test_a_start_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"config.json: cannot be read"):
        train(tiny_options(tmp_path, start=StartOptions(model=tmp_path / "nothing")))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": Path("a"), "decoder": Path("b")}, "start.model and start.decoder exclude each other"),
        ({"decoder": Path("a"), "target_embeddings": Path("b")}, "start.decoder and start.target_embeddings exclude"),
        ({"language_weight": -1.0}, "start.language_weight must be 0 or more and finite, got -1.0"),
        ({"freeze_embeddings": True}, "start.freeze_embeddings needs start.source_embeddings or"),
    ],
)
def test_starts_that_exclude_each_other_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        StartOptions(**settings)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"family": "transformer", "model": RecurrentOptions(), "start": StartOptions(decoder=Path("a"))},
         "start.decoder needs family 'recurrent', got 'transformer'"),
        ({"family": "transformer", "model": RecurrentOptions(), "start": StartOptions(language_weight=1.0)},
         "start.language_weight needs a recurrent model with a source"),
        ({"model": LANGUAGE, "tokenizer": TokenizerOptions(source_kind=TokenizerKind.NONE),
          "start": StartOptions(source_embeddings=Path("a"))}, "start.source_embeddings needs a source of text"),
        ({"model": LANGUAGE, "tokenizer": TokenizerOptions(source_kind=TokenizerKind.NONE), "test": "test.tsv"},
         "test needs a source, got test 'test.tsv'"),
    ],
)  # fmt: skip
def test_a_start_that_the_model_cannot_use_is_refused(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        tiny_options(tmp_path, **changes)  # type: ignore[arg-type]  # as tiny_options says
