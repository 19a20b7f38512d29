"""A run that dies anywhere ends with the bits of one that never did, and resumes nothing that does not fit."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from seq2seq_core.errors import CheckpointError, OptionError, TrainingError
from seq2seq_core.train import train
from seq2seq_core.training.config import Precision, Schedule, TrainingOptions
from seq2seq_core.training.loop import Trainer
from seq2seq_core.training.run import Run
from seq2seq_core.training.state import NUMBERS, TENSORS
from tests.support.tiny_run import tiny_options

BITS = ("last/model.safetensors", "last/training_state.safetensors", "best/model.safetensors")


def options_in(folder: Path, precision: Precision = Precision.FP32) -> TrainingOptions:
    """Three validations; the last one is due exactly when the budget is spent, in the middle of an epoch."""
    folder.mkdir(exist_ok=True)
    return tiny_options(folder, max_tokens=900, validate_every=300, precision=precision, patience=9)


def fingerprint(run: Path) -> dict[str, str]:
    return {name: hashlib.sha256((run / name).read_bytes()).hexdigest() for name in BITS}


def position(run: Path) -> dict[str, Any]:
    """The numbers of the training state, but for the time it took."""
    numbers: dict[str, Any] = json.loads((run / "last" / NUMBERS).read_text())
    del numbers["seconds"]
    return numbers


@dataclass(frozen=True, slots=True)
class Whole:
    """A run from its start to its end."""

    precision: Precision
    folder: Path


class Death(BaseException):
    """A power cut."""


def die_at(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, *, call: int, before: bool) -> None:
    """Let the process die at the given call of a method, before or after its work."""
    work: Callable[..., object] = getattr(owner, name)
    calls = 0

    def dying(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call and before:
            raise Death
        result = work(*arguments, **named)
        if calls == call:
            raise Death
        return result

    monkeypatch.setattr(owner, name, dying)


@pytest.fixture(scope="module", params=Precision)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A run that nobody disturbed, in each precision."""
    precision: Precision = request.param
    folder = train(options_in(tmp_path_factory.mktemp("whole") / precision, precision)).folder
    return Whole(precision, folder)


@pytest.mark.parametrize(
    ("owner", "name", "call", "before"),
    [
        (Trainer, "_update", 8, True),
        (Trainer, "_update", 13, False),
        (Run, "save_last", 1, False),
        (Run, "save_last", 2, True),  # the best model of the second validation is written, the last is not
        (Run, "save_last", 3, True),
        (Run, "save_last", 3, False),  # everything is written, the end is not reached
    ],
)
def test_a_run_that_died_ends_with_the_same_bits(
    tmp_path: Path, whole: Whole, owner: type, name: str, call: int, before: bool
) -> None:
    options = options_in(tmp_path / "cut", whole.precision)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Death):
        die_at(patch, owner, name, call=call, before=before)
        train(options)
    cut = train(replace(options, resume=True)).folder
    assert fingerprint(cut) == fingerprint(whole.folder)
    assert position(cut) == position(whole.folder)


def test_resuming_a_finished_run_changes_no_bit(tmp_path: Path) -> None:
    options = options_in(tmp_path / "run")
    folder = train(options).folder
    before = fingerprint(folder)
    train(replace(options, resume=True))
    assert fingerprint(folder) == before
    assert position(folder)["finished"]


def test_a_finished_run_goes_on_to_a_larger_budget_with_the_bits_of_one_that_had_it_from_the_start(
    tmp_path: Path,
) -> None:
    def options(name: str, tokens: int) -> TrainingOptions:
        asked = replace(options_in(tmp_path / name), max_tokens=tokens)
        return replace(asked, optimiser=replace(asked.optimiser, schedule=Schedule.INVERSE_SQRT))

    whole = train(options("whole", 900)).folder
    train(options("cut", 600))
    cut = train(replace(options("cut", 900), resume=True)).folder
    assert fingerprint(cut) == fingerprint(whole)
    assert position(cut) == position(whole)


def test_a_run_whose_rate_fell_to_zero_has_no_larger_budget(tmp_path: Path) -> None:
    options = options_in(tmp_path / "run")
    train(options)
    with pytest.raises(OptionError, match="max_tokens must be as in the run that is resumed, 900, got 1200"):
        train(replace(options, resume=True, max_tokens=1200))


def test_a_run_that_stopped_early_does_not_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trainer, "_rate", lambda _: 0.0)
    options = replace(options_in(tmp_path / "run"), patience=1, max_tokens=100_000)
    folder = train(options).folder
    before = position(folder)
    assert (before["worse_in_a_row"], before["finished"]) == (1, True)
    train(replace(options, resume=True))
    assert position(folder) == before


def test_a_folder_that_stepped_aside_is_put_back(tmp_path: Path) -> None:
    options = options_in(tmp_path / "run")
    folder = train(options).folder
    (folder / "last").rename(folder / ".last.old")
    with pytest.raises(TrainingError, match="output must be a new folder or come with --resume"):
        train(options)
    (folder / "last").rename(folder / ".last.old")
    train(replace(options, resume=True))
    assert sorted(path.name for path in folder.iterdir()) == ["best", "last", "log.jsonl"]


def test_there_must_be_something_to_resume(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"resume needs the checkpoint of a validation, and .*last does"):
        train(replace(options_in(tmp_path / "run"), resume=True))
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["pairs.tsv"]


def test_another_setting_deep_inside_is_named(tmp_path: Path) -> None:
    options = options_in(tmp_path / "run")
    train(options)
    other = replace(options, resume=True, model=replace(options.model, dropout=0.5))
    with pytest.raises(OptionError, match=r"^model\.dropout must be as in the run that is resumed, 0\.1, got 0\.5$"):
        train(other)


@pytest.fixture
def stopped(tmp_path: Path) -> TrainingOptions:
    """The options of a run that can be resumed."""
    options = options_in(tmp_path / "run")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Death):
        die_at(patch, Run, "save_last", call=1, before=False)
        train(options)
    return replace(options, resume=True)


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize("change", [{"options": 3}, {"data": None}, {"options": {}}, {"data": {"train": 5}}])
def test_a_record_that_tells_no_training_is_refused(stopped: TrainingOptions, change: dict[str, object]) -> None:
    edit(stopped.output / "last" / "config.json", lambda config: config["training"].update(change))
    with pytest.raises((CheckpointError, OptionError), match=r"options and data of the training|must be"):
        train(stopped)


@pytest.mark.parametrize(
    "change", [{"update": "7"}, {"epoch": -1}, {"batch": 1.5}, {"finished": None}, {"seconds": float("nan")}, {"x": 1}]
)
def test_numbers_that_no_training_wrote_are_refused(stopped: TrainingOptions, change: dict[str, object]) -> None:
    edit(stopped.output / "last" / NUMBERS, lambda numbers: numbers.update(change))
    with pytest.raises(CheckpointError, match=NUMBERS):
        train(stopped)


@pytest.mark.parametrize("content", [b"", b"[]", b"7", b"[" * 100_000, b"\xff"])
def test_numbers_that_are_none_are_refused(stopped: TrainingOptions, content: bytes) -> None:
    (stopped.output / "last" / NUMBERS).write_bytes(content)
    with pytest.raises(CheckpointError, match=NUMBERS):
        train(stopped)


def test_a_flipped_bit_of_the_state_is_noticed(stopped: TrainingOptions) -> None:
    path = stopped.output / "last" / TENSORS
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(CheckpointError, match=f"{TENSORS} is not the file that was saved"):
        train(stopped)


@pytest.mark.parametrize(
    "change",
    [
        {"random.cpu": torch.zeros(3)},
        {"optimiser.exp_avg.output.bias": torch.zeros(3)},
        {"optimiser.step.output.bias": torch.tensor(1)},
        {"optimiser.step.stranger": torch.tensor(1.0)},
    ],
)
def test_a_state_of_another_training_is_refused(stopped: TrainingOptions, change: Mapping[str, Tensor]) -> None:
    path = stopped.output / "last" / TENSORS
    path.write_bytes(save_tensors({**load_tensors(path.read_bytes()), **change}))
    edit(path.with_name(NUMBERS), lambda numbers: numbers.pop("sha256"))  # as early runs were saved
    with pytest.raises(CheckpointError, match=f"{TENSORS} does not fit this training"):
        train(stopped)
