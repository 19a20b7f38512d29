"""Every family and kind of source through the whole training: a few updates, and the checkpoint decodes."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from seq2seq_core import train as training
from seq2seq_core.checkpoint import load_checkpoint
from seq2seq_core.errors import OptionError
from seq2seq_core.models.config import Bridge, CellKind, DecoderKind, EncoderKind, Output, RecurrentOptions
from seq2seq_core.models.convolutional_config import ConvolutionalOptions
from seq2seq_core.models.transformer_config import TransformerOptions
from seq2seq_core.options import BeamOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tasks import generate
from seq2seq_core.tokenizer import TokenizerKind
from seq2seq_core.trace import check
from seq2seq_core.training.config import OptimiserOptions, TokenizerOptions, TrainingOptions
from seq2seq_core.training.loop import Trainer
from seq2seq_core.training.teaching import OwnToken, TeachingKind, TeachingOptions

WORD, PICTURE, POSITIONS, NOTHING = (TokenizerKind(name) for name in ("word", "picture", "positions", "none"))
SIZES: dict[str, Any] = {"embedding_size": 8, "encoder_size": 8, "decoder_size": 16, "attention_size": 8}
BOTH_WORDS = TokenizerOptions(source_kind=WORD, target_kind=WORD)
SHARED = TokenizerOptions(source_kind=WORD, source_size=40, shared=True)


def recurrent(**choices: Any) -> RecurrentOptions:
    return RecurrentOptions(**{**SIZES, **choices})


@dataclass(frozen=True, slots=True)
class Lesson:
    """A model and the generated task that it is for."""

    name: str
    task: str
    settings: dict[str, Any]

    def __str__(self) -> str:
        return self.name

    def options(self, folder: Path, **changes: Any) -> TrainingOptions:
        settings: dict[str, Any] = {
            "task": self.task,
            "task_pairs": 200,
            "output": folder / "run",
            "max_tokens": 600,
            "validate_every": 300,
            "batch_tokens": 150,
            "longest": 40,
            "patience": 0,
            "device": "cpu",
            "threads": 1,
            "tokenizer": BOTH_WORDS,
            "optimiser": OptimiserOptions(label_smoothing=0.0, warmup=2),
        }
        return TrainingOptions(**{**settings, **self.settings, **changes})


COPY = Lesson("recurrent", "copy", {"model": recurrent()})
TRANSFORMER = Lesson(
    "transformer",
    "reverse",
    {
        "family": "transformer",
        "transformer": TransformerOptions(size=16, heads=2, encoder_layers=1, decoder_layers=1, feed_forward_size=16),
    },
)
LESSONS = (
    COPY,
    Lesson(
        "pointer network",
        "sort-pointers",
        {
            "model": recurrent(output=Output.POINTER, encoder=EncoderKind.LSTM, cell=CellKind.LSTM, source_cap=40),
            "tokenizer": TokenizerOptions(source_kind=WORD, target_kind=POSITIONS),
        },
    ),
    Lesson("pointer-generator", "names", {"model": recurrent(output=Output.POINTER_GENERATOR), "tokenizer": SHARED}),
    Lesson(
        "language model",
        "language",
        {
            "model": recurrent(
                encoder=EncoderKind.NONE, decoder=DecoderKind.SUTSKEVER, attention="none", bridge=Bridge.ZERO
            ),
            "tokenizer": TokenizerOptions(source_kind=NOTHING, target_kind=WORD),
        },
    ),
    Lesson(
        "patches",
        "shapes",
        {
            "model": recurrent(encoder=EncoderKind.PATCHES, bridge=Bridge.MEAN),
            "tokenizer": TokenizerOptions(source_kind=PICTURE, target_kind=WORD),
        },
    ),
    Lesson(
        "label",
        "class-to-sequence",
        {"model": recurrent(encoder=EncoderKind.LABEL, decoder=DecoderKind.CHO, attention="none", bridge=Bridge.LAST)},
    ),
    Lesson("monotonic", "number-words", {"model": recurrent(attention="monotonic")}),
    TRANSFORMER,
    Lesson(
        "convolutional",
        "reverse",
        {
            "family": "convolutional",
            "convolutional": ConvolutionalOptions(embedding_size=8, size=8, encoder_layers=1, decoder_layers=1),
        },
    ),
)


@pytest.fixture(autouse=True)
def few_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand pairs to validate and to test on would take minutes here."""
    monkeypatch.setattr(training, "_HELD_OUT", 12)


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_a_few_updates_run_and_the_checkpoint_decodes(lesson: Lesson, tmp_path: Path) -> None:
    run = training.train(lesson.options(tmp_path))
    pipeline = Pipeline.load(run.best)
    assert pipeline.checkpoint.training["updates"] > 2
    text = generate(lesson.task, "test", 3, difficulty=1, seed=1)
    for trace in pipeline.traces(text.sources, BeamOptions(beam_size=3)):
        check(trace)
    metrics = [name for name in pipeline.checkpoint.metrics if "greedy" in name]
    # what has no source has no right answer
    assert bool(metrics) == (lesson.task != "language")
    assert all("exact match" in name or "token error rate" in name for name in metrics)


SAMPLED = TeachingOptions(kind=TeachingKind.LINEAR, linear_k=0.5, linear_c=0.05, own=OwnToken.SAMPLE)


@pytest.mark.parametrize(
    ("lesson", "teaching"),
    [(COPY, TeachingOptions()), (COPY, SAMPLED), (TRANSFORMER, SAMPLED)],
    ids=["teacher forcing", "own tokens step by step", "own tokens in two passes"],
)
def test_a_generated_task_goes_on_with_the_bits_of_one_that_was_never_stopped(
    tmp_path: Path, lesson: Lesson, teaching: TeachingOptions
) -> None:
    whole = training.train(lesson.options(tmp_path / "whole", teaching=teaching))
    options = lesson.options(tmp_path / "cut", teaching=teaching)
    make_update = Trainer._update

    def dying(trainer: Trainer, *batch: Any) -> float:
        if trainer.progress.tokens > 400:
            raise KeyboardInterrupt
        return make_update(trainer, *batch)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Trainer, "_update", dying)
        training.train(options)
    cut = training.train(replace(options, resume=True))
    for name in ("last/model.safetensors", "last/training_state.safetensors", "best/model.safetensors"):
        assert (cut.folder / name).read_bytes() == (whole.folder / name).read_bytes(), name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"difficulty": 2}, "difficulty must be as in the run that is resumed, 1, got 2"),
        ({"task_pairs": 100}, "task_pairs must be as in the run that is resumed, 200, got 100"),
        ({"task": "reverse"}, "task must be as in the run that is resumed, 'copy', got 'reverse'"),
    ],
)
def test_resuming_with_another_task_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    training.train(COPY.options(tmp_path, max_tokens=100))
    with pytest.raises(OptionError, match=message):
        training.train(COPY.options(tmp_path, max_tokens=100, resume=True, **change))


FILES: dict[str, Any] = {"task": "", "task_pairs": 20_000}  # pairs of a file and not of a task


def test_joined_pairs_are_trained_on_beside_the_single_ones(tmp_path: Path) -> None:
    (tmp_path / "pairs.tsv").write_text("".join(f"a{n} b\tc d{n}\n" for n in range(30)), encoding="utf-8")
    pairs = str(tmp_path / "pairs.tsv")
    files: dict[str, Any] = {**FILES, "train": pairs, "valid": pairs, "output": tmp_path / "joined", "join": 3}
    run = training.train(replace(COPY.options(tmp_path), **files))
    log = (run.folder / "log.jsonl").read_text(encoding="utf-8")
    # 30 targets of 2 words and an end token; then the same words once more with fewer end tokens: 90 and 60 to 75
    found = int(log.partition('"target_tokens": ')[2].partition("}")[0])
    assert 90 + 60 + 10 <= found <= 90 + 60 + 15


def test_room_for_the_longest_target_goes_into_the_checkpoint(tmp_path: Path) -> None:
    text = "a\t" + " ".join("b" * 30) + "\n"  # 30 + 1 tokens, 29 more than twice the source
    (tmp_path / "pairs.tsv").write_text(text * 5, encoding="utf-8")
    pairs = str(tmp_path / "pairs.tsv")
    files: dict[str, Any] = {**FILES, "train": pairs, "valid": pairs, "output": tmp_path / "run", "max_tokens": 40}
    run = training.train(replace(COPY.options(tmp_path), **files))
    assert load_checkpoint(run.best).training["room"] == 29


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_every_parameter_of_every_family_gets_a_gradient(lesson: Lesson, tmp_path: Path) -> None:
    state = load_file(training.train(lesson.options(tmp_path, max_tokens=50)).last / "training_state.safetensors")
    weights = load_checkpoint(tmp_path / "run" / "last").model.named_parameters()
    assert {name for name, _ in weights if f"optimiser.exp_avg.{name}" not in state} == set()


@pytest.mark.slow
@pytest.mark.parametrize("family", ["transformer", "convolutional"])
def test_a_compiled_model_learns_what_the_model_learns(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Traced as for the compiler; generating the kernels takes minutes."""
    lesson = next(lesson for lesson in LESSONS if lesson.settings.get("family") == family)
    plain = training.train(lesson.options(tmp_path / "plain", max_tokens=300))
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    compiled = training.train(lesson.options(tmp_path / "compiled", max_tokens=300, compile=True))
    weights = [load_file(run.last / "model.safetensors") for run in (plain, compiled)]
    assert weights[0].keys() == weights[1].keys()
    for name, weight in weights[0].items():
        torch.testing.assert_close(weights[1][name], weight, rtol=0, atol=1e-4)


def test_a_recurrent_model_is_not_compiled(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="compile needs the family transformer or convolutional, got 'recurrent'"):
        COPY.options(tmp_path, compile=True)
