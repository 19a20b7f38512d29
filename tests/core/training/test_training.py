"""A training from end to end: it learns, stops, goes on exactly, and refuses what cannot be."""

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tyro

from seq2seq_core.checkpoint import load_checkpoint
from seq2seq_core.errors import DataError, OptionError, TrainingError
from seq2seq_core.models.config import Bridge, RecurrentOptions
from seq2seq_core.options import GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.train import main, train
from seq2seq_core.training.config import OptimiserOptions, TokenizerOptions, TrainingOptions
from seq2seq_core.training.loop import Trainer
from seq2seq_core.training.run import Run
from seq2seq_core.training.teaching import TeachingKind, TeachingOptions
from tests.support.tiny_run import PAIRS, tiny_options


@contextmanager
def killed_at(update: int) -> Iterator[None]:
    """Let the training die in the middle of things, as a power cut would."""
    make_update = Trainer._update

    def dying(trainer: Trainer, *group: Any) -> float:
        if trainer.progress.update == update:
            raise KeyboardInterrupt
        return make_update(trainer, *group)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Trainer, "_update", dying)
        yield


def events(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]


def test_twelve_pairs_are_learnt_by_heart(tiny_pipeline: Pipeline) -> None:
    outputs = tiny_pipeline.translate([source for source, _ in PAIRS], GreedyOptions())
    assert outputs == [target for _, target in PAIRS]


def test_a_resumed_run_ends_with_the_bits_of_one_that_was_never_stopped(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    whole = train(tiny_options(tmp_path / "whole", max_tokens=6_000, validate_every=1_000))
    options = tiny_options(tmp_path / "cut", max_tokens=6_000, validate_every=1_000)
    with killed_at(update=60):
        train(options)
    assert 0 < load_checkpoint(options.output / "last").training["updates"] < 60
    cut = train(replace(options, resume=True))
    for name in ("model.safetensors", "training_state.safetensors"):
        assert (cut.last / name).read_bytes() == (whole.last / name).read_bytes(), name
    assert (cut.best / "model.safetensors").read_bytes() == (whole.best / "model.safetensors").read_bytes()
    assert [e["loss"] for e in events(whole.folder) if e["event"] == "validation"][-1:] == [
        e["loss"] for e in events(cut.folder) if e["event"] == "validation"
    ][-1:]


def test_resuming_with_another_setting_is_refused(tmp_path: Path) -> None:
    options = tiny_options(tmp_path, max_tokens=500, validate_every=200)
    train(options)
    with pytest.raises(OptionError, match="seed must be as in the run that is resumed, 1, got 2"):
        train(replace(options, resume=True, seed=2))


def test_resuming_with_other_data_is_refused(tmp_path: Path) -> None:
    options = tiny_options(tmp_path, max_tokens=500, validate_every=200)
    train(options)
    Path(options.train).write_text("Other.\tAutre.\n", encoding="utf-8")
    with pytest.raises(OptionError, match="train must be the file that the run began with"):
        train(replace(options, resume=True))


def test_a_run_is_not_overwritten(tmp_path: Path) -> None:
    options = tiny_options(tmp_path, max_tokens=500, validate_every=200)
    train(options)
    with pytest.raises(TrainingError, match="output must be a new folder or come with --resume"):
        train(options)


def test_a_loss_that_is_no_number_stops_the_run_and_leaves_the_last_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Trainer, "_rate", lambda trainer: 1e-3 if trainer.progress.update < 6 else 3e38)
    options = tiny_options(tmp_path, validate_every=200)
    with pytest.raises(TrainingError, match="loss must be finite"):
        train(options)
    assert 0 < load_checkpoint(options.output / "last").training["updates"] <= 6


def test_training_ends_when_validation_gets_no_better(tmp_path: Path) -> None:
    still = OptimiserOptions(learning_rate=1e-12, warmup=0)
    run = train(tiny_options(tmp_path, validate_every=100, patience=2, optimiser=still, max_tokens=100_000))
    assert load_checkpoint(run.last).training["target_tokens_seen"] < 5_000


def test_the_log_tells_what_happened(tmp_path: Path) -> None:
    run = train(tiny_options(tmp_path, max_tokens=2_000, validate_every=500, longest=10))
    kinds = [event["event"] for event in events(run.folder)]
    assert kinds[:3] == ["start", "data", "data"]
    assert kinds.count("validation") >= 4
    assert kinds[-1] == "end"
    end = events(run.folder)[-1]
    assert (end["early"], end["eta_seconds"]) == (False, 0)
    assert end["tokens"] >= 2_000
    data = next(event for event in events(run.folder) if event["event"] == "data")
    assert data["pairs"] + data["skipped"] == len(PAIRS)
    assert data["skipped"] > 0


def test_the_log_tells_the_probability_of_the_true_token(tmp_path: Path) -> None:
    teaching = TeachingOptions(kind=TeachingKind.LINEAR, linear_c=0.1)
    run = train(tiny_options(tmp_path, max_tokens=800, log_every=4, teaching=teaching))
    told = [event["epsilon"] for event in events(run.folder) if event["event"] == "update"]
    assert told[:3] == pytest.approx([0.7, 0.3, 0.0])  # updates 4, 8 and 12 after 3, 7 and 11 others


def test_a_shared_tokenizer_serves_both_sides(tmp_path: Path) -> None:
    run = train(tiny_options(tmp_path, max_tokens=300, tokenizer=TokenizerOptions(source_size=330, shared=True)))
    assert run.source_tokenizer.model == run.target_tokenizer.model


def test_test_scores_are_those_of_the_shipped_file(tiny_run: Run) -> None:
    metrics = load_checkpoint(tiny_run.best).metrics
    assert metrics["exact match %, beam 5, single reference"] == 100.0
    assert metrics["BLEU, greedy, single reference"] == pytest.approx(100.0)
    assert "tok:13a" in metrics["signature of BLEU, single reference"]
    assert "| BLEU, beam 5, single reference | 100.0 |" in (tiny_run.best / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--max-tokens", "0"], "error: max_tokens must be 1 or more, got 0"),
        (["--optimiser.clip", "-1"], "error: clip must be above 0 and finite, got -1.0"),
        (["--seed", str(2**63)], "error: seed must be from 0 to 9223372036854775807"),
        (["--optimiser.weight-decay", "nan"], "error: weight_decay must be 0 or more and finite, got nan"),
        (["--model.embedding-size", "1000000000"], "error: embedding_size must be from 1 to 65536"),
        (["--tokenizer.source-size", "20"], "error: vocabulary_size must be"),
        (["--output", "/dev/null/run"], "error: /dev/null/run: cannot be written: Not a directory"),
        (["--train", "nowhere.tsv"], "error: nowhere.tsv: cannot be read"),
        (["--model.attention", "psychic"], "error: attention must be one of"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line(
    tmp_path: Path,
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = tiny_options(tmp_path)
    required = ["--train", options.train, "--valid", options.valid, "--output", str(options.output)]
    monkeypatch.setattr("sys.argv", ["train", *required, *arguments])
    assert main() == 2
    assert capsys.readouterr().err.startswith(message)


def test_help_names_every_setting_with_its_unit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["train", "--help"])
    with pytest.raises(SystemExit):
        main()
    text = capsys.readouterr().out
    for setting in ("--max-tokens", "--optimiser.learning-rate", "--model.decoder-size", "--tokenizer.source-size"):
        assert setting in text
    assert "target tokens" in text


def test_the_card_tells_the_command_that_trains_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = RecurrentOptions(embedding_size=8, encoder_size=8, decoder_size=8, bidirectional=False, bridge=Bridge.LAST)
    cut = TokenizerOptions(source_size=330, shared=True)
    options = tiny_options(tmp_path, max_tokens=300, tokenizer=cut, model=model)
    run = train(options)
    command = load_checkpoint(run.best).training["command"]
    assert command in (run.best / "README.md").read_text(encoding="utf-8")
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "seq2seq_core.train"]
    assert tyro.cli(TrainingOptions, args=words[3:], config=(tyro.conf.EnumChoicesFromValues,)) == options


def test_a_test_source_that_cannot_be_decoded_is_named_before_the_training(tmp_path: Path) -> None:
    (tmp_path / "test.tsv").write_text("Hello!\tBonjour !\n\u200b\tRien\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"test\.tsv, line 2: the source must have 1 to 1024 tokens, got 0"):
        train(tiny_options(tmp_path, test=str(tmp_path / "test.tsv")))
    assert not (tmp_path / "run" / "last").exists()


def test_a_progress_bar_in_a_file_tells_the_time_left_without_flooding_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(tiny_options(tmp_path, max_tokens=4_000))
    shown = capsys.readouterr().err.split("\r")
    assert "tok/s" in shown[-1]
    assert len([state for state in shown if state.strip()]) < 10


@pytest.mark.parametrize(
    "settings",
    [
        ["--tokenizer.source-kind", "bpe", "--tokenizer.target-kind", "bpe"],
        ["--tokenizer.source-kind", "char", "--tokenizer.target-kind", "word", "--tokenizer.target-size", "20"],
        ["--tokenizer.shared", "--tokenizer.source-kind", "word", "--precision", "bf16"],
    ],
)
def test_two_files_and_any_tokenizer_train_from_the_command_line(
    tmp_path: Path, settings: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for column, name in enumerate(("en", "fr")):
        (tmp_path / name).write_text("".join(f"{pair[column]}\n" for pair in PAIRS), encoding="utf-8")
    files = f"{tmp_path / 'en'},{tmp_path / 'fr'}"
    small = ["--batch-tokens", "80", "--longest", "30", "--max-tokens", "400", "--model.decoder-size", "24"]
    data = ["--train", files, "--valid", files, "--test", files, "--output", str(tmp_path / "run"), *small]
    monkeypatch.setattr("sys.argv", ["train", *data, "--device", "cpu", "--threads", "1", *settings])
    assert main() == 0
    assert "BLEU, beam 5, single reference: " in capsys.readouterr().out
    loaded = load_checkpoint(tmp_path / "run" / "best")
    assert len(loaded.target_tokenizer) <= (20 if "20" in settings else 4000)
    assert ("--tokenizer.shared" in settings) == (loaded.source_tokenizer.model == loaded.target_tokenizer.model)
