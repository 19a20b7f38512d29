"""Quality by length on a generated task: the buckets, the interval, and a file that says what was measured."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from seq2seq_core.checkpoint import save_checkpoint
from seq2seq_core.errors import OptionError
from seq2seq_core.options import GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.task_curve import TaskCurveOptions, buckets, main, share_with_interval, task_curve


def chosen(folder: Path = Path("x"), **changes: int) -> TaskCurveOptions:
    return TaskCurveOptions(
        **{"task": "reverse", "models": (folder,), "output": folder / "curve.json", "longest": 9, "step": 4} | changes  # type: ignore[arg-type]
    )


def pupil(knows: int) -> Pipeline:
    """Reverses sources of up to so many letters, and echoes all others."""

    def translate(sources: list[str], options: GreedyOptions) -> list[str]:
        return [source[::-1] if len(source.split()) <= knows else source for source in sources]

    return cast(Pipeline, SimpleNamespace(translate=translate))


def test_buckets_are_whole() -> None:
    assert buckets(9, 4) == [range(1, 5), range(5, 9)]
    assert buckets(4, 4) == [range(1, 5)]


@pytest.mark.parametrize(("longest", "step"), [(3, 4), (0, 1), (4, 0), (4, -1)])
def test_a_step_that_fits_nowhere_is_refused(longest: int, step: int) -> None:
    with pytest.raises(OptionError, match=f"got step {step} and longest {longest}"):
        buckets(longest, step)


def test_what_is_right_is_counted_by_length() -> None:
    short, long = task_curve(pupil(knows=4), chosen(sources=40))
    assert (short.length_from, short.length_to, short.n) == (1, 4, 40)
    assert (short.value, short.low, short.high) == (100, 100, 100)
    # An echo is right where the letters read the same from both ends: hardly ever at 5 to 8 letters.
    assert (long.length_from, long.length_to, long.n) == (5, 8, 40)
    assert long.value <= 5


def test_too_few_sources_are_refused() -> None:
    with pytest.raises(OptionError, match="sources must be 30 or more, got 29"):
        task_curve(pupil(knows=4), chosen(sources=29))


def test_the_interval_of_half_right_is_that_of_a_coin() -> None:
    value, low, high = share_with_interval([True, False] * 50)
    # A hundred draws of one half: standard error 5 %, so 1.96 of them to both sides.
    assert value == 50
    assert low == pytest.approx(50 - 9.8, abs=1.5)
    assert high == pytest.approx(50 + 9.8, abs=1.5)
    assert share_with_interval([True, False] * 50) == (value, low, high)


def test_the_file_holds_the_settings_and_the_points(
    tiny_pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_checkpoint(tmp_path / "model", tiny_pipeline.checkpoint)
    output = tmp_path / "curve.json"
    words = ["--task", "copy", "--models", str(tmp_path / "model"), "--output", str(output)]
    monkeypatch.setattr(sys, "argv", ["task_curve", *words, "--longest", "4", "--step", "2", "--sources", "30"])
    assert main() == 0
    record = json.loads(output.read_text(encoding="utf-8"))
    assert (record["format"], record["task"]) == ("seq2seq-curves/1", "copy")
    (run,) = record["runs"]
    assert (run["model"]["family"], run["model"]["decoder_size"]) == ("recurrent", 32)
    assert run["parameters"] == sum(each.numel() for each in tiny_pipeline.checkpoint.model.parameters())
    assert [(point["length_from"], point["length_to"], point["n"]) for point in run["points"]] == [
        (1, 2, 30),
        (3, 4, 30),
    ]


def test_a_task_without_lengths_is_one_line_on_standard_error(
    tiny_pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_checkpoint(tmp_path / "model", tiny_pipeline.checkpoint)
    words = ["--task", "dates", "--models", str(tmp_path / "model"), "--output", str(tmp_path / "x.json")]
    monkeypatch.setattr(sys, "argv", ["task_curve", *words])
    assert main() == 2
    assert "error: lengths can be chosen for the tasks" in capsys.readouterr().err
    assert not (tmp_path / "x.json").exists()
