"""The log of a training as data: resumed, begun anew, broken off, still going."""

import json
from pathlib import Path
from typing import Any

import pytest

from demo.report.logs import SPEED, RunLog, RunState, read_runs, run_of
from seq2seq_core.errors import DataError


def event(name: str, tokens: int = 0, **fields: Any) -> dict[str, Any]:
    position = {"update": tokens // 10, "epoch": 0, "tokens": tokens, "seconds": tokens / 100, "eta_seconds": 1}
    return {"event": name, "time": 1.0, **position, **fields}


def read(*events: dict[str, Any] | str) -> RunLog:
    return run_of([each if isinstance(each, str) else json.dumps(each) for each in events], "run")


def series(run: RunLog, name: str, *, validation: bool = False) -> list[tuple[float, float]]:
    (found,) = (each for each in run.series if (each.name, each.validation) == (name, validation))
    return [(point.tokens, point.value) for point in found.points]


def names(run: RunLog) -> set[tuple[str, bool]]:
    return {(each.name, each.validation) for each in run.series}


START = {
    "event": "start",
    "parameters": 1234,
    "options": {"seed": 1, "model": {"dropout": 0.1}, "output": "runs/x"},
    "data": {"train": {"pairs": 3, "sha256": "ab"}},
    "versions": {"torch": "2"},
    "machine": "2 processors",
    "command": "python -m x",
}


def test_settings_have_the_names_of_the_command_line() -> None:
    run = read(START)
    assert run.settings == {"seed": "1", "model.dropout": "0.1", "output": "runs/x"}
    assert run.data == {"train.pairs": "3", "train.sha256": "ab"}
    assert run.versions == {"torch": "2"}
    assert (run.parameters, run.machine, run.command) == (1234, "2 processors", "python -m x")


def test_every_number_that_is_no_position_is_a_series() -> None:
    run = read(
        event("update", 100, loss=2.0, rate=0.1, epsilon=0.9, guided=0.5, tokens_per_second=7),
        event("validation", 100, loss=1.5, accuracy=0.5, best=True),
    )
    expected = {("loss", False), ("rate", False), ("epsilon", False), ("guided", False), (SPEED, False)}
    assert names(run) == expected | {("loss", True), ("accuracy", True)}
    assert series(run, "loss", validation=True) == [(100, 1.5)]


def test_a_resumed_run_repeats_its_updates_and_the_later_stretch_holds() -> None:
    run = read(
        START,
        event("update", 100, loss=5.0),
        event("validation", 100, loss=4.0),
        event("update", 200, loss=3.0),
        {"event": "resume", "tokens": 100},
        event("update", 150, loss=3.5),
        event("update", 200, loss=2.9),
    )
    assert series(run, "loss") == [(100, 5.0), (150, 3.5), (200, 2.9)]
    assert series(run, "loss", validation=True) == [(100, 4.0)]
    assert (run.resumed, run.updates, run.tokens, run.seconds) == (1, 20, 200, 2.0)
    assert run.settings["seed"] == "1"


def test_two_resumptions_take_back_as_far_as_each_says() -> None:
    resumes = [{"event": "resume", "tokens": tokens} for tokens in (200, 100)]
    run = read(
        *(event("update", tokens, loss=1.0) for tokens in (100, 200, 300)),
        resumes[0],
        event("update", 300, loss=2.0),
        resumes[1],
        event("update", 200, loss=3.0),
    )
    assert series(run, "loss") == [(100, 1.0), (200, 3.0)]


def test_a_run_that_began_anew_in_its_folder_forgets_what_was_before() -> None:
    run = read(START, event("update", 100, loss=9.0), START | {"parameters": 5}, event("update", 50, loss=8.0))
    assert series(run, "loss") == [(50, 8.0)]
    assert run.parameters == 5


def test_speed_is_that_between_two_lines() -> None:
    run = read(event("update", 100, loss=1.0, seconds=1.0), event("update", 400, loss=1.0, seconds=3.0))
    assert series(run, SPEED) == [(100, 100.0), (400, 150.0)]


@pytest.mark.parametrize(
    ("last", "state"),
    [
        (event("end", early=False), RunState.ENDED),
        (event("end", early=True), RunState.EARLY),
        (event("stopped"), RunState.STOPPED),
        (event("update", 200, loss=1.0), RunState.OPEN),
        ({"event": "resume", "tokens": 100}, RunState.OPEN),
    ],
)
def test_how_a_run_stands_is_what_its_log_ends_with(last: dict[str, Any], state: RunState) -> None:
    assert read(START, event("update", 100, loss=1.0), event("end"), last).state is state


def test_a_run_that_goes_on_has_no_scores_of_before() -> None:
    run = read(START, event("update", 100, loss=1.0), event("test", bleu=12.5, signature="x"))
    assert run.scores == {"bleu": "12.5", "signature": "x"}
    assert read(START, event("test", bleu=12.5), {"event": "resume", "tokens": 0}).scores == {}


def test_lines_that_are_no_events_are_counted_and_left_out() -> None:
    run = read(event("update", 100, loss=1.0), '{"event": "upd', "[]", '{"event": 5}', "", START, "[" * 100_000)
    assert run.unreadable == 4
    assert run.parameters == 1234


def test_numbers_that_cannot_be_drawn_are_left_out() -> None:
    run = read(
        event("update", 100, loss=1.0, flag=True, text="x"),
        '{"event": "update", "tokens": 200, "loss": NaN}',
        '{"event": "update", "tokens": 300, "loss": 1' + "0" * 400 + "}",
        '{"event": "update", "tokens": "many", "loss": 7}',
    )
    assert series(run, "loss") == [(100, 1.0)]
    assert names(run) == {("loss", False), (SPEED, False)}


def test_runs_are_called_by_as_much_of_their_paths_as_tells_them_apart(tmp_path: Path) -> None:
    folders = [tmp_path / "a" / "x", tmp_path / "b" / "x", tmp_path / "b" / "y"]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "log.jsonl").write_text(json.dumps(START) + "\n", encoding="utf-8")
    assert [run.name for run in read_runs(folders[1:])] == ["x", "y"]
    assert [run.name for run in read_runs(folders)] == ["a/x", "b/x", "b/y"]
    assert [run.name for run in read_runs([folders[0] / "log.jsonl"])] == ["x"]


def test_a_folder_without_a_log_and_one_given_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_runs([tmp_path])
    with pytest.raises(DataError, match="must differ"):
        read_runs([tmp_path, tmp_path])


def test_a_series_without_points_is_none() -> None:
    assert names(read(START, event("update", 100, loss=float("inf")))) == {(SPEED, False)}
