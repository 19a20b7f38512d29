"""Measured exposure bias: read whole or left out."""

import json
from pathlib import Path
from typing import Any

import pytest

from demo.service import read_exposure

SHARE = {"n": 200, "count": 150, "value": 75.0, "low": 68.6, "high": 80.5}
PERPLEXITY = {"value": 1.2, "low": 1.1, "high": 1.3, "tokens": 800}


def measured(**changes: Any) -> dict[str, Any]:
    return {
        "gold": [SHARE, SHARE],
        "own": [SHARE],
        "recovery": [[SHARE, SHARE], [SHARE]],
        "teacher_forced_perplexity": PERPLEXITY,
        "free_running_perplexity": PERPLEXITY | {"value": 1.25},
        "cut_short": SHARE,
        "repeated": SHARE | {"count": 0, "value": 0, "low": 0},
        "wrong_after_right": SHARE,
    } | changes


def model(**changes: Any) -> dict[str, Any]:
    return {"name": "forced", "epsilon": 1, "measured": measured()} | changes


def record(**changes: Any) -> dict[str, Any]:
    return {
        "format": "seq2seq-exposure/1",
        "task": "dates",
        "data": {"pairs": 200},
        "settings": {"damage": {"place": 4}},
        "models": [model()],
    } | changes


def write(folder: Path, name: str, value: Any) -> None:
    (folder / name).write_text(json.dumps(value), encoding="utf-8")


def test_a_file_gives_its_models_with_all_that_was_measured(tmp_path: Path) -> None:
    write(tmp_path, "dates.json", record(models=[model(), model(name="sampled", epsilon=0.25)]))
    (task,) = read_exposure(tmp_path)
    assert (task.task, task.pairs, task.place) == ("dates", 200, 4)
    forced, sampled = task.models
    assert (forced.name, forced.epsilon, sampled.name, sampled.epsilon) == ("forced", 1, "sampled", 0.25)
    assert (len(forced.gold), len(forced.own), [len(each) for each in forced.recovery]) == (2, 1, [2, 1])
    assert (forced.gold[0].count, forced.gold[0].n, forced.repeated.value) == (150, 200, 0)
    assert (forced.teacher_forced_perplexity.value, forced.free_running_perplexity.value) == (1.2, 1.25)


def test_the_task_whose_own_prefix_costs_most_comes_first(tmp_path: Path) -> None:
    clear = model(measured=measured(free_running_perplexity=PERPLEXITY | {"value": 1.3}))
    write(tmp_path, "a.json", record(task="scan"))
    write(tmp_path, "b.json", record(task="phonemes", models=[clear]))
    assert [task.task for task in read_exposure(tmp_path)] == ["phonemes", "scan"]


def test_no_folder_means_nothing_was_measured(tmp_path: Path) -> None:
    assert read_exposure(tmp_path / "absent") == ()


@pytest.mark.parametrize(
    "damaged",
    [
        [],
        record(format="seq2seq-exposure/2"),
        record(task=""),
        record(models=[]),
        record(models=[model()] * 13),
        record(settings={}),
        record(models=[model(epsilon=1.5)]),
        record(models=[model(name="x" * 81)]),
        record(models=[model(measured=measured(gold=[]))]),
        record(models=[model(measured=measured(own=[SHARE | {"count": 201}]))]),
        record(models=[model(measured=measured(own=[SHARE | {"value": float("nan")}]))]),
        record(models=[model(measured=measured(own=[SHARE | {"low": 90}]))]),
        record(models=[model(measured=measured(repeated=SHARE | {"n": True}))]),
        record(models=[model(measured=measured(recovery=[[SHARE]] * 7))]),
        record(models=[model(measured=measured(free_running_perplexity=PERPLEXITY | {"value": 0.5}))]),
    ],
)
def test_a_damaged_file_is_left_out_and_the_others_stay(tmp_path: Path, damaged: Any) -> None:
    write(tmp_path, "a.json", damaged)
    write(tmp_path, "b.json", record(task="scan"))
    (tmp_path / "c.json").write_text("{", encoding="utf-8")
    assert [task.task for task in read_exposure(tmp_path)] == ["scan"]
