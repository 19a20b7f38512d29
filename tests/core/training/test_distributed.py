"""Several processes that torchrun starts learn what one process with as many batches an update learns."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
import torch
from safetensors.torch import load_file

from seq2seq_core.attention import ATTENTIONS
from seq2seq_core.models.config import RecurrentOptions
from seq2seq_core.train import train
from seq2seq_core.training.config import TrainingOptions
from seq2seq_core.training.record import command
from tests.support.project import ROOT
from tests.support.tiny_run import tiny_options

UPDATES: Final = 50
SMALL: Final[dict[str, Any]] = {"embedding_size": 24, "encoder_size": 16, "decoder_size": 32, "attention_size": 16}


def options_in(folder: Path, *, dropout: float = 0.0, **changes: Any) -> TrainingOptions:
    """Batches of which an epoch has an odd number, so that one process comes away empty each time."""
    folder.mkdir()
    model = RecurrentOptions(dropout=dropout, **SMALL)
    settings: dict[str, Any] = {
        "max_tokens": 3_600,
        "batch_tokens": 60,
        "validate_every": 1_200,
        "log_every": 1,
        "model": model,
    }
    return tiny_options(folder, **settings | changes)


def start(options: TrainingOptions, *more: str) -> subprocess.Popen[str]:
    """Two processes."""
    words = command(options).split()[2:]
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *more, "-m"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    return subprocess.Popen([*launcher, *words], cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)


def workers(launcher: subprocess.Popen[str]) -> dict[int, int]:
    """The process ids of the training's processes by rank."""
    found = {}
    for pid in Path(f"/proc/{launcher.pid}/task/{launcher.pid}/children").read_text().split():
        with contextlib.suppress(OSError):  # it may have ended
            for setting in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                if setting.startswith(b"RANK="):
                    found[int(setting[5:])] = int(pid)
    return found


def events(options: TrainingOptions, kind: str) -> list[dict[str, Any]]:
    log = options.output / "log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [event for event in map(json.loads, lines) if event["event"] == kind]


def kill_one(launcher: subprocess.Popen[str], options: TrainingOptions, rank: int) -> None:
    """SIGKILL for one of the two, once there is something to go on from."""
    while not events(options, "validation"):
        assert launcher.poll() is None, launcher.communicate()[1]
        time.sleep(0.05)
    os.kill(workers(launcher)[rank], signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Finished:
    """A training of two processes, one of which was killed on the way."""

    options: TrainingOptions
    status: int
    output: str


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    options = options_in(tmp_path_factory.mktemp("team") / "two")
    launcher = start(options, "--max-restarts", "3")
    try:
        kill_one(launcher, options, rank=1)
        output, errors = launcher.communicate()
        yield Finished(options, launcher.returncode, output + errors)
    finally:
        launcher.kill()


def test_a_training_of_which_a_process_was_killed_goes_on_from_its_last_checkpoint(finished: Finished) -> None:
    assert finished.status == 0, finished.output
    (resumed,) = events(finished.options, "resume")
    assert resumed["tokens"] > 0
    assert len(events(finished.options, "end")) == 1


def test_two_processes_have_the_losses_of_one_that_accumulates_two_batches(finished: Finished, tmp_path: Path) -> None:
    alone = options_in(tmp_path / "one", accumulate=2)
    train(alone)
    two, one = ({e["update"]: e["loss"] for e in events(o, "update")} for o in (finished.options, alone))
    assert len(one) > UPDATES
    for update in range(1, UPDATES + 1):
        assert two[update] == pytest.approx(one[update], abs=1e-5)
    for name in ("validation", "end"):
        assert [e["tokens"] for e in events(finished.options, name)] == [e["tokens"] for e in events(alone, name)]
    weights = [load_file(o.output / "last" / "model.safetensors") for o in (finished.options, alone)]
    for name, weight in weights[1].items():
        torch.testing.assert_close(weights[0][name], weight, rtol=0, atol=1e-4)


def test_only_one_process_speaks_and_writes(finished: Finished) -> None:
    assert finished.output.count("train: 12 pairs") == 2  # at the start and at the restart
    assert "2 processes" in finished.output
    assert sorted(path.name for path in finished.options.output.iterdir()) == ["best", "last", "log.jsonl"]
    assert all(len(event) > 2 for event in events(finished.options, "update"))


def test_the_record_tells_the_processes_and_the_command(finished: Finished) -> None:
    record = json.loads((finished.options.output / "last" / "config.json").read_text(encoding="utf-8"))["training"]
    assert (record["processes"], record["threads"]) == (2, 1)
    assert record["command"].startswith("torchrun --nproc-per-node 2 -m seq2seq_core.train ")
    assert set(record["versions"]) == {"python", "torch", "numpy", "sentencepiece"}


@pytest.mark.slow
@pytest.mark.parametrize("rank", [0, 1])
def test_with_dropout_a_killed_training_ends_with_the_bits_of_one_that_was_left_alone(
    tmp_path: Path, rank: int
) -> None:
    whole, killed = (options_in(tmp_path / name, dropout=0.3) for name in ("whole", "killed"))
    with start(whole) as launcher:
        assert launcher.wait() == 0
    with start(killed, "--max-restarts", "3") as launcher:
        kill_one(launcher, killed, rank)
        launcher.communicate()
        assert launcher.returncode == 0
    for name in ("last/model.safetensors", "last/training_state.safetensors", "best/model.safetensors"):
        assert (killed.output / name).read_bytes() == (whole.output / name).read_bytes(), name


@pytest.mark.slow
def test_sigterm_for_torchrun_saves_what_all_processes_agree_on(tmp_path: Path) -> None:
    options = options_in(tmp_path / "run", max_tokens=10_000_000, validate_every=10_000_000)
    with start(options) as launcher:
        while not events(options, "update"):
            assert launcher.poll() is None
            time.sleep(0.05)
        launcher.terminate()
        _, errors = launcher.communicate()
    assert "stopped by SIGTERM and saved" in errors
    (stopped,) = events(options, "stopped")
    saved = json.loads((options.output / "last" / "training_state.json").read_text())
    assert (saved["update"], saved["tokens"]) == (stopped["update"], stopped["tokens"])


@pytest.mark.slow
def test_a_mistake_ends_all_processes_and_is_told_once(tmp_path: Path) -> None:
    options = options_in(tmp_path / "run")
    with start(replace(options, valid="nowhere.tsv")) as launcher:
        _, errors = launcher.communicate()
    assert launcher.returncode != 0
    assert errors.count("nowhere.tsv: cannot be read") == 1
    assert "Traceback" not in errors.partition("ChildFailedError")[0].partition("error: ")[0]


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_every_parameter_gets_a_gradient_which_the_exchange_counts_on(attention: str, tmp_path: Path) -> None:
    options = options_in(tmp_path / "run", max_tokens=60)
    model = replace(options.model, attention=attention)
    run = train(replace(options, model=model))
    state = load_file(run.last / "training_state.safetensors")
    weights = load_file(run.last / "model.safetensors")
    assert {name for name in weights if f"optimiser.exp_avg.{name}" not in state} == set()
