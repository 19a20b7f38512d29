"""What breaks a training from outside ends it with one clear line, and leaves the last checkpoint as it was."""

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from seq2seq_core.checkpoint import load_checkpoint
from seq2seq_core.errors import DataError, TrainingError
from seq2seq_core.train import main, train
from seq2seq_core.training.config import TrainingOptions
from seq2seq_core.training.loop import Trainer
from seq2seq_core.training.record import command
from seq2seq_core.training.run import Run
from tests.support.tiny_run import tiny_options, write_pairs


def options_in(folder: Path, **changes: Any) -> TrainingOptions:
    folder.mkdir()
    return tiny_options(folder, **{"max_tokens": 900, "validate_every": 300, **changes})


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def after_the_first_save(patch: pytest.MonkeyPatch, act: Any) -> dict[str, bytes]:
    """Let something happen after the first complete `last`; gives the files that it held, once it was written."""
    save_last = Run.save_last
    held: dict[str, bytes] = {}

    def saving(run: Run, *arguments: Any) -> None:
        save_last(run, *arguments)
        if not held:
            held.update(contents(run.last))
            act()

    patch.setattr(Run, "save_last", saving)
    return held


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nobody disturbed."""
    return train(options_in(tmp_path_factory.mktemp("whole") / "whole")).folder


@pytest.mark.parametrize("nth", [1, 9, 20])  # flushes: of the best model's first file, of another, of the last model's
def test_a_full_disk_ends_the_run_and_leaves_a_checkpoint_to_go_on_from(
    tmp_path: Path, nth: int, whole: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = options_in(tmp_path / "full")
    flush, calls = os.fsync, 0

    def full(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls >= nth:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr("sys.argv", command(options).split()[2:])
        held = after_the_first_save(patch, lambda: patch.setattr(os, "fsync", full))
        assert main() == 2
    assert "cannot be written: No space left on device" in capsys.readouterr().err
    assert contents(options.output / "last") == held
    assert sorted(path.name for path in options.output.iterdir()) == ["best", "last", "log.jsonl"]
    train(replace(options, resume=True))
    for name in ("last/model.safetensors", "last/training_state.safetensors", "best/model.safetensors"):
        assert (options.output / name).read_bytes() == (whole / name).read_bytes(), name


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_log_that_cannot_grow_ends_the_run(tmp_path: Path) -> None:
    options = options_in(tmp_path / "run", log_every=1)
    log = options.output / "log.jsonl"

    def fill() -> None:
        log.unlink()
        log.symlink_to("/dev/full")

    with (
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(DataError, match=r"log\.jsonl: cannot be written: No spa"),
    ):
        held = after_the_first_save(patch, fill)
        train(options)
    assert contents(options.output / "last") == held


def test_a_test_file_that_vanishes_costs_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    test = tmp_path / "test.tsv"
    write_pairs(test)
    options = options_in(tmp_path / "run", test=str(test))
    with monkeypatch.context() as patch:
        patch.setattr("sys.argv", command(options).split()[2:])
        after_the_first_save(patch, test.unlink)
        assert main() == 2
    assert f"error: {test}: cannot be read" in capsys.readouterr().err
    assert load_checkpoint(options.output / "last").training["target_tokens_seen"] >= 900
    write_pairs(test)
    assert "chrF, greedy, single reference" in load_checkpoint(train(replace(options, resume=True)).best).metrics


def test_a_gradient_that_is_not_finite_moves_no_weight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = options_in(tmp_path / "run", save_every=1)
    clip, calls = torch.nn.utils.clip_grad_norm_, 0

    def exploding(parameters: Any, most: float) -> torch.Tensor:
        nonlocal calls
        calls += 1
        return clip(parameters, most) if calls < 5 else torch.tensor(torch.inf)

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", exploding)
    with pytest.raises(TrainingError, match="norm of the gradient must be finite, got inf after update 4"):
        train(options)
    assert load_checkpoint(options.output / "last").training["updates"] == 4


def test_weights_that_are_not_finite_replace_no_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = options_in(tmp_path / "run", save_every=1)
    monkeypatch.setattr(Trainer, "_rate", lambda trainer: 1e-3 if trainer.progress.update < 6 else torch.inf)
    with pytest.raises(TrainingError, match=r"weights must be finite, which .* is not after update 7"):
        train(options)
    assert load_checkpoint(options.output / "last").training["updates"] == 6
