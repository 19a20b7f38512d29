"""The plan of the trainings: every run is a valid command, named once, and goes on where it stopped."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
import tyro

from seq2seq_core.attention import ATTENTIONS
from seq2seq_core.checkpoint import count_parameters
from seq2seq_core.models import FAMILIES
from seq2seq_core.tasks import TASKS
from seq2seq_core.training import queue
from seq2seq_core.training.config import TrainingOptions
from seq2seq_core.training.plan import PLAN, Planned

TOKENIZERS = 650_000  # bytes of two tokenizers of 4,000 pieces, config and card
STYLE = (tyro.conf.EnumChoicesFromValues,)


@pytest.mark.parametrize("planned", PLAN, ids=lambda planned: planned.name)
def test_a_planned_run_is_a_command_that_train_accepts(planned: Planned) -> None:
    words = queue.command(planned, queue.QueueOptions(data="data", output="runs"))
    options = tyro.cli(TrainingOptions, args=words[2:], config=STYLE)
    assert options.output == Path("runs") / planned.name
    assert options.attribution


def test_the_models_that_are_compared_differ_in_nothing_but_the_model() -> None:
    compared = [planned for planned in PLAN if planned.name.startswith("en-fr-")]
    rest = set()
    for planned in compared:
        options = tyro.cli(TrainingOptions, args=[*planned.arguments("data"), "--output", "x"], config=STYLE)
        rest.add((options.train, options.max_tokens, options.batch_tokens, options.join, options.tokenizer))
    assert (len(compared), len(rest)) == (7, 1)


def test_what_is_compared_fits_under_ten_megabytes_at_two_bytes_a_number() -> None:
    for planned in PLAN:
        if planned.name.startswith("en-fr-"):
            options = tyro.cli(TrainingOptions, args=[*planned.arguments("data"), "--output", "x"], config=STYLE)
            family, sizes = FAMILIES[options.family], options.tokenizer
            vocabularies = {"source_vocabulary": sizes.source_size, "target_vocabulary": sizes.target_size}
            with torch.device("meta"):
                model = family.model(family.config(**vocabularies, **asdict(options.chosen())))
            assert 2 * count_parameters(model) + TOKENIZERS < 10_000_000


def test_the_help_names_every_mechanism_and_every_task() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seq2seq_core.train", "--help"], capture_output=True, text=True, check=True
    )
    words = set(done.stdout.replace(",", " ").replace(":", " ").split())
    assert {*ATTENTIONS, *TASKS} <= words


def test_names_are_not_used_twice() -> None:
    assert len({planned.name for planned in PLAN}) == len(PLAN)


class Trainings:
    """Takes the place of the trainings; remembers their command lines."""

    def __init__(self) -> None:
        self.words: list[list[str]] = []

    def run(self, words: list[str], *, check: bool) -> subprocess.CompletedProcess[str]:
        self.words.append(words)
        return subprocess.CompletedProcess(words, 0)


def test_a_finished_run_is_left_alone_and_a_broken_one_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done, broken = tmp_path / "dates", tmp_path / "shapes"
    done.mkdir()
    (done / "log.jsonl").write_text(json.dumps({"event": "test"}) + "\n", encoding="utf-8")
    (broken / "last").mkdir(parents=True)
    trainings = Trainings()
    monkeypatch.setattr(subprocess, "run", trainings.run)
    monkeypatch.setattr(sys, "argv", ["queue", "--output", str(tmp_path), "--only", "dates", "shapes"])
    assert queue.main() == 0
    (words,) = trainings.words
    assert words[words.index("--task") + 1] == "shapes"
    assert words[-1] == "--resume"
    assert "dates: finished" in capsys.readouterr().out


def test_an_unknown_run_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["queue", "--only", "dreams"])
    assert queue.main() == 2
    assert "only must name runs of the plan" in capsys.readouterr().err
