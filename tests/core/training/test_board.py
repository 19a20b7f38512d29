"""The log's numbers as curves: what is drawn, where, and what happens without the library."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from seq2seq_core.errors import OptionError
from seq2seq_core.train import train
from seq2seq_core.training.board import Board
from tests.support.tiny_run import tiny_options

OPENED: list[tuple[str, int]] = []
DRAWN: list[tuple[str, float, int]] = []


class Paper:
    """A writer that keeps what it is given."""

    def __init__(self, log_dir: str = "", purge_step: int = 0) -> None:
        OPENED.append((log_dir, purge_step))

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        DRAWN.append((tag, value, step))

    def flush(self) -> None:
        """Nothing waits."""


@pytest.fixture(autouse=True)
def paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library, as if it were installed."""
    OPENED.clear()
    DRAWN.clear()
    library = ModuleType("torch.utils.tensorboard")
    library.SummaryWriter = Paper  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", library)


def test_the_numbers_of_an_event_are_drawn_over_its_update() -> None:
    board = Board(Path("runs"), Paper())
    board.write("update", {"loss": 2.5, "parts": {"coverage": 0.5}, "update": 7, "tokens": 90, "best": True, "x": None})
    board.write("test", {"BLEU": 3.0, "update": 7})
    board.write("data", {"pairs": 3})
    assert DRAWN == [("update/loss", 2.5, 7), ("update/parts.coverage", 0.5, 7)]


def test_a_training_draws_what_it_logs_and_a_resumed_one_goes_on_behind_it(tmp_path: Path) -> None:
    options = tiny_options(tmp_path, max_tokens=600, validate_every=300, log_every=2, tensorboard=True)
    options = replace(options, optimiser=replace(options.optimiser, schedule="constant"))  # type: ignore[arg-type]
    train(options)
    log = [json.loads(line) for line in (options.output / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    for kind, name in (("update", "loss"), ("update", "rate"), ("validation", "accuracy")):
        logged = [(event[name], event["update"]) for event in log if event["event"] == kind]
        assert logged
        assert [(value, update) for tag, value, update in DRAWN if tag == f"{kind}/{name}"] == logged
    updates = max(event["update"] for event in log if "update" in event)
    train(replace(options, resume=True, max_tokens=900))
    folders, first_updates = zip(*OPENED, strict=True)
    assert set(folders) == {str(options.output / "tensorboard")}
    assert first_updates == (1, updates + 1)


def test_without_the_library_the_extra_is_named_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(OptionError, match=r"tensorboard needs the extra: pip install \'\.\[tensorboard\]\'"):
        train(tiny_options(tmp_path, tensorboard=True))
    assert not (tmp_path / "run" / "last").exists()


def test_tensorboard_itself_reads_what_was_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch.utils.tensorboard")
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    board = Board.open(tmp_path, first_update=1)
    board.write("update", {"loss": 0.5, "update": 3})
    events = reader.EventAccumulator(str(tmp_path))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("update/loss")] == [(3, 0.5)]
