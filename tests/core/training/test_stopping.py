"""Ctrl-C, SIGTERM and saves between validations: nothing is lost, and no bit changes."""

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from seq2seq_core.train import main, train
from seq2seq_core.training.config import TrainingOptions
from seq2seq_core.training.loop import Trainer
from seq2seq_core.training.losses import predict
from seq2seq_core.training.record import command
from seq2seq_core.training.run import Run
from seq2seq_core.training.stopping import StoppedError, signals_heeded
from tests.support.tiny_run import tiny_options

BITS = ("last/model.safetensors", "last/training_state.safetensors", "best/model.safetensors")


@pytest.fixture(autouse=True)
def as_in_the_foreground() -> Iterator[None]:
    """A shell has what it runs in the background ignore Ctrl-C, the tests too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def options_in(folder: Path, **changes: Any) -> TrainingOptions:
    folder.mkdir()
    return tiny_options(folder, max_tokens=900, validate_every=300, **changes)


def bits(options: TrainingOptions) -> dict[str, bytes]:
    return {name: (options.output / name).read_bytes() for name in BITS}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bits of a run that nobody disturbed."""
    options = options_in(tmp_path_factory.mktemp("whole") / "whole")
    train(options)
    return bits(options)


def numbers(options: TrainingOptions) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((options.output / "last" / "training_state.json").read_text())
    return read


def terminate_in(
    patch: pytest.MonkeyPatch, owner: type, name: str, call: int, number: int = signal.SIGTERM
) -> None:
    """Let a signal come while a method is at work for the given time."""
    work: Callable[..., object] = getattr(owner, name)
    calls = 0

    def asked(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call:
            signal.raise_signal(number)
        return work(*arguments, **named)

    patch.setattr(owner, name, asked)


@pytest.mark.parametrize(
    ("owner", "name", "call"),
    [
        (Trainer, "_update", 1),
        (Trainer, "_update", 7),
        (Trainer, "validate", 2),
        (Run, "save_best", 1),
        (Run, "save_last", 2),
    ],
)
def test_sigterm_saves_and_the_resumed_run_ends_with_the_same_bits(
    tmp_path: Path, owner: type, name: str, call: int, whole: dict[str, bytes]
) -> None:
    cut = options_in(tmp_path / "cut")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(StoppedError, match=r"saved at [\d,]+ tokens; --resume"):
        terminate_in(patch, owner, name, call)
        train(cut)
    assert 0 < numbers(cut)["tokens"] < 900
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    train(replace(cut, resume=True))
    assert bits(cut) == whole


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=str)
def test_the_command_line_saves_and_ends_with_the_status_of_the_signal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: signal.Signals,
    status: int,
) -> None:
    options = options_in(tmp_path / "run")
    terminate_in(monkeypatch, Trainer, "_update", 3, number)
    monkeypatch.setattr("sys.argv", command(options).split()[2:])
    assert main() == status
    assert f"stopped by {number.name} and saved at" in capsys.readouterr().err
    assert numbers(options)["update"] == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_runs_in_the_background_goes_on_when_another_is_interrupted() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with signals_heeded() as stop:
        signal.raise_signal(signal.SIGINT)
    assert not stop.asked
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_third_interrupt_does_not_wait_for_anything() -> None:
    with pytest.raises(KeyboardInterrupt), signals_heeded() as stop:
        for _ in range(2):
            signal.raise_signal(signal.SIGINT)
        assert stop.asked
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_before_there_is_anything_to_save_ends_without_a_stack_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = options_in(tmp_path / "run")
    monkeypatch.setattr("seq2seq_core.train.train_tokenizers", lambda *_: signal.raise_signal(signal.SIGINT))
    monkeypatch.setattr("sys.argv", command(options).split()[2:])
    assert main() == 130
    assert capsys.readouterr().err.splitlines()[-1] == "stopped"


def test_a_sigterm_that_nobody_looked_at_is_not_forgotten() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: came.append(number))
    try:
        with signals_heeded() as stop:
            signal.raise_signal(signal.SIGTERM)
            assert (stop.asked, came) == (True, [])
        assert came == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_saves_between_validations_are_where_they_are_asked_for_and_change_no_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, bytes]
) -> None:
    often = options_in(tmp_path / "often", save_every=100)
    saved: list[int] = []
    save_last = Run.save_last

    def noting(run: Run, *arguments: Any) -> None:
        saved.append(arguments[1].tokens)
        save_last(run, *arguments)

    monkeypatch.setattr(Run, "save_last", noting)
    train(often)
    gaps = [after - before for before, after in zip([0, *saved], saved, strict=False)]
    assert len(saved) > 6
    assert all(gap < 100 + 80 for gap in gaps)
    assert bits(often) == whole


def test_the_random_numbers_that_a_validation_draws_are_not_the_training_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, bytes]
) -> None:
    drawing = options_in(tmp_path / "drawing")

    def predict_and_draw(*arguments: Any) -> Any:
        torch.rand(7)
        return predict(*arguments)

    monkeypatch.setattr("seq2seq_core.training.loop.predict", predict_and_draw)
    train(drawing)
    assert bits(drawing) == whole
