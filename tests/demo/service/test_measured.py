"""Curves that were measured once: read with their architecture, left out where they are not what they say."""

import json
from pathlib import Path
from typing import Any

import pytest

from demo.service import read_measured

POINT = {"length_from": 1, "length_to": 4, "n": 200, "value": 97.5, "low": 95.0, "high": 99.5}


def record(**changes: Any) -> dict[str, Any]:
    run = {"model": {"family": "transformer"}, "parameters": 1234, "command": "", "points": [POINT]}
    return {
        "format": "seq2seq-curves/1",
        "task": "reverse",
        "measure": "exact match %, greedy",
        "runs": [run],
    } | changes


def write(folder: Path, name: str, value: Any) -> None:
    (folder / name).write_text(json.dumps(value), encoding="utf-8")


def test_a_run_has_its_architecture_size_and_points(tmp_path: Path) -> None:
    write(tmp_path, "reverse.json", record())
    (task,) = read_measured(tmp_path)
    (run,) = task.runs
    assert (task.task, run.architecture.key, run.parameters) == ("reverse", "transformer", 1234)
    assert run.curve.measure == "exact match %, greedy"
    assert (run.curve.points[0].n, run.curve.points[0].value) == (200, 97.5)


def test_no_folder_means_nothing_was_measured(tmp_path: Path) -> None:
    assert read_measured(tmp_path / "absent") == ()


@pytest.mark.parametrize(
    "damaged",
    [
        [],
        record(format="seq2seq-curves/2"),
        record(task=5),
        record(runs=[]),
        record(measure=None),
        record(runs=[{"model": {}, "parameters": "many", "points": [POINT]}]),
        record(runs=[{"model": {}, "parameters": 1, "points": [POINT | {"low": 99.9}]}]),
        record(runs=[{"model": {}, "parameters": 1, "points": []}]),
        record(runs=record()["runs"] * 7),
    ],
)
def test_a_damaged_file_is_left_out_and_the_others_stay(tmp_path: Path, damaged: Any) -> None:
    write(tmp_path, "a.json", damaged)
    write(tmp_path, "b.json", record(task="copy"))
    (tmp_path / "c.json").write_text("{", encoding="utf-8")
    assert [task.task for task in read_measured(tmp_path)] == ["copy"]
