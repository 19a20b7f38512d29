"""A training that is really killed, at moments nobody chose, ends with the bits of one that was left alone."""

import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, Final

import pytest

from seq2seq_core.checkpoint import load_checkpoint
from seq2seq_core.train import main, train
from seq2seq_core.training.config import TrainingOptions
from seq2seq_core.training.record import command as command_of
from seq2seq_core.training.run import Run
from tests.support.project import ROOT
from tests.support.tiny_run import tiny_options, write_pairs

BITS: Final = ("last/model.safetensors", "last/training_state.safetensors", "best/model.safetensors")
ACTS: Final = ("fsync", "replace", "rename")  # of the module os: what a checkpoint consists of on its way to the disk


def command(folder: Path, *more: str) -> list[str]:
    pairs = write_pairs(folder / "pairs.tsv")
    settings = {
        "--train": pairs,
        "--valid": pairs,
        "--output": str(folder / "run"),
        "--max-tokens": "30000",
        "--validate-every": "300",
        "--batch-tokens": "80",
        "--longest": "30",
        "--patience": "0",
        "--threads": "1",
        "--device": "cpu",
        "--model.embedding-size": "24",
        "--model.encoder-size": "24",
        "--model.decoder-size": "32",
        "--model.attention-size": "16",
    }
    flat = [part for pair in settings.items() for part in pair]
    return [sys.executable, "-m", "seq2seq_core.train", *flat, *more]


def run_until_killed(folder: Path, seconds: float) -> bool:
    """Start or resume, kill after some seconds; True when the run ended by itself before."""
    more = ["--resume"] if (folder / "run" / "last").exists() or (folder / "run" / ".last.old").exists() else []
    process = subprocess.Popen(command(folder, *more), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert process.wait(timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_with_the_same_weights(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    subprocess.run(command(tmp_path / "whole"), cwd=ROOT, check=True, capture_output=True)
    dice = random.Random(7)
    kills = 0
    while not run_until_killed(tmp_path / "killed", dice.uniform(4.0, 9.0)):
        kills += 1
        assert kills < 60, "the run makes no progress between kills"
    assert kills > 0
    for name in BITS:
        killed, whole = (tmp_path / run / "run" / name for run in ("killed", "whole"))
        assert killed.read_bytes() == whole.read_bytes(), name


@pytest.fixture(scope="module")
def forks() -> ForkServerContext:
    """Processes that begin where the libraries are loaded, and train with one thread."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["seq2seq_core.train"])
    return context


def train_and_die(options: TrainingOptions, act: int) -> None:
    """In a process of its own: SIGKILL just before the given act of writing after the first complete checkpoint."""
    left, save_last = act, Run.save_last

    def deadly(work: Callable[..., Any]) -> Callable[..., Any]:
        def acting(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return work(*arguments, **named)

        return acting

    def arming(run: Run, *arguments: Any) -> None:
        save_last(run, *arguments)
        Run.save_last = save_last  # type: ignore[method-assign]  # armed once
        for name in ACTS:
            setattr(os, name, deadly(getattr(os, name)))

    setattr(Run, "save_last", arming)  # noqa: B010 - of another type
    train(options)


def tiny(folder: Path) -> TrainingOptions:
    folder.mkdir()
    return tiny_options(folder, max_tokens=900, validate_every=300)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nobody disturbed."""
    return train(tiny(tmp_path_factory.mktemp("whole") / "whole")).folder


# 5 files of the best model and 7 of the last, 3 acts each, and the acts of their folders
@pytest.mark.parametrize("act", [1, 19, 42, 43])
def test_a_run_killed_while_it_writes_a_checkpoint_ends_with_the_same_weights(
    tmp_path: Path, act: int, forks: ForkServerContext, whole: Path
) -> None:
    killed = tiny(tmp_path / "killed")
    process = forks.Process(target=train_and_die, args=(killed, act))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    train(replace(killed, resume=True))
    for name in BITS:
        assert (killed.output / name).read_bytes() == (whole / name).read_bytes(), name


def train_and_meet_a_limit(options: TrainingOptions) -> None:
    """In a process of its own: no file may grow beyond 50 kB once the first checkpoint is complete."""
    save_last = Run.save_last

    def limiting(run: Run, *arguments: Any) -> None:
        save_last(run, *arguments)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    setattr(Run, "save_last", limiting)  # noqa: B010 - of another type
    sys.argv = command_of(options).split()[2:]
    sys.exit(main())


def test_a_system_that_takes_no_more_bytes_ends_the_run_and_leaves_the_last_checkpoint(
    tmp_path: Path, forks: ForkServerContext
) -> None:
    options = tiny(tmp_path / "run")
    process = forks.Process(target=train_and_meet_a_limit, args=(options,))
    process.start()
    process.join()
    assert process.exitcode == 2
    updates = load_checkpoint(options.output / "last").training["updates"]
    train(replace(options, resume=True))
    assert 0 < updates < load_checkpoint(options.output / "last").training["updates"]
