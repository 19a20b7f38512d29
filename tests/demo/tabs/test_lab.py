"""What the tab 'Training lab' answers to what a visitor does; the trainings are processes that only act."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import gradio as gr
import pytest

from demo.figures.bundle import Bundle
from demo.service import Service
from demo.service.lab import CrowdedError, Lab, LessonOptions, Stage
from demo.tabs.lab_desk import (
    EVERYTHING,
    SECONDS_BETWEEN_LOOKS,
    UNCHANGED,
    LabDesk,
    Shown,
    choose_network,
    choose_task,
)
from tests.demo.service.lab.acting import BY_ITSELF, COMMAND, DIES, UNTIL_STOPPED
from tests.demo.service.made import made_entry

PATIENCE = 60.0  # seconds
MESSAGE, RESULTS, TIMER, STOP, GO_ON, RUNS, CURVES, PLACE = range(8)
COLUMN_A, CAPTION_A, MAP_A, ANSWERS_A, COLUMN_B, CAPTION_B, MAP_B, ANSWERS_B = range(8, 16)
USE_A, DOWNLOAD_A, USE_B, DOWNLOAD_B, OWN, SHOWN = range(16, 22)


class Request:
    session_hash = "ada"


REQUEST = cast(gr.Request, Request())


@pytest.fixture
def lab() -> Iterator[Lab]:
    lab = Lab(Service([made_entry()], visitor=lambda: "ada"), command=COMMAND)
    yield lab
    lab.close()


@pytest.fixture
def desk(lab: Lab) -> LabDesk:
    return LabDesk(lab)


def start(desk: LabDesk, seed: int = BY_ITSELF, language: str = "en", **changes: Any) -> tuple[Any, ...]:
    settings: dict[str, Any] = {
        "task": "dates",
        "comparison": "one",
        "course": "truth",
        "network": "gru",
        "looks": "additive",
        "size": "medium",
        "difficulty": 1,
        "half": 300,
        "own": "argmax",
        "seed": seed,
        "cut": "char",
    }
    return desk.start(**(settings | changes), language=language, request=REQUEST)


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def shown_when(desk: LabDesk, stage: Stage) -> tuple[Any, ...]:
    """What a look fills once the first training has come so far."""
    wait_for(lambda: desk.lab.runs("ada")[0].stage is stage)
    return desk.look(0, Shown(), "en", REQUEST)


def test_a_training_that_starts_is_shown_and_looked_at_again_and_again(desk: LabDesk) -> None:
    begun = start(desk, UNTIL_STOPPED)
    assert len(begun) == EVERYTHING == len(UNCHANGED)
    assert begun[RESULTS]["visible"]
    assert (begun[TIMER].active, begun[STOP]["interactive"], begun[GO_ON]["interactive"]) == (True, True, False)
    assert begun[RUNS]["runs"][0]["letter"] == "A"
    wait_for(lambda: len(desk.lab.runs("ada")[0].frames) == 2)
    later = desk.look(0, begun[SHOWN], "en", REQUEST)
    assert later[TIMER].value == SECONDS_BETWEEN_LOOKS
    (card,) = later[RUNS]["runs"]
    assert {figure["name"]: figure["value"] for figure in card["numbers"]} == {
        "exact": "50.0 %",
        "loss": "2.000",
        "epsilon": "1.000",
        "learnt-from": "1.0 k tokens in 1.5 s",
    }
    assert [row["right"] for row in later[ANSWERS_A]["rows"]] == [True, False]
    assert later[ANSWERS_A]["rows"][1]["target"] == "d"
    assert isinstance(later[CURVES], Bundle)
    assert not later[COLUMN_B]["visible"]


def test_nothing_is_sent_where_nothing_is_new(desk: LabDesk) -> None:
    start(desk, UNTIL_STOPPED)
    wait_for(lambda: len(desk.lab.runs("ada")[0].frames) == 2)
    shown = desk.look(0, Shown(), "en", REQUEST)[SHOWN]
    assert desk.look(0, shown, "en", REQUEST) == UNCHANGED
    assert desk.look(0, shown, "zh", REQUEST) != UNCHANGED


def test_the_slider_follows_the_training_until_it_is_moved_back(desk: LabDesk) -> None:
    start(desk, UNTIL_STOPPED)
    wait_for(lambda: len(desk.lab.runs("ada")[0].frames) == 2)
    following = desk.look(0, Shown(), "en", REQUEST)
    assert (following[PLACE]["maximum"], following[PLACE]["value"]) == (1, 1)
    back = desk.look_back(0, following[SHOWN], "en", REQUEST)
    assert "0 tokens (0.0 s)" in back[2]["text"]
    desk.lab.stop("ada")
    wait_for(lambda: desk.lab.runs("ada")[0].stage is Stage.STOPPED)
    assert desk.look(0, following[SHOWN], "en", REQUEST)[PLACE]["value"] == 0


def test_a_trained_model_can_be_used_taken_away_and_continued(desk: LabDesk) -> None:
    start(desk)
    done = shown_when(desk, Stage.LEARNT)
    assert (done[TIMER].active, done[STOP]["interactive"], done[GO_ON]["interactive"]) == (False, False, True)
    assert Path(done[DOWNLOAD_A]["value"]).suffix == ".zip"
    assert not done[USE_B]["visible"]
    (model,) = done[OWN]
    assert desk.lab.runs("ada")[0].model == model
    tabs, wanted = desk.use_of(0)(REQUEST)
    assert (tabs.selected, wanted[0]) == ("translate", model)
    desk.go_on("linear", 50, "argmax", 0, done[SHOWN], "en", REQUEST)
    (run,) = desk.lab.runs("ada")
    assert (run.lesson.schedule.course, run.lesson.schedule.begins) == ("linear", 10)


def test_two_stand_side_by_side(desk: LabDesk) -> None:
    start(desk, UNTIL_STOPPED, comparison="attention")
    wait_for(lambda: all(len(run.frames) == 2 for run in desk.lab.runs("ada")))
    both = desk.look(0, Shown(), "en", REQUEST)
    assert both[COLUMN_B]["visible"]
    assert [card["letter"] for card in both[RUNS]["runs"]] == ["A", "B"]
    assert [run.lesson.looks for run in desk.lab.runs("ada")] == ["additive", "none"]
    assert [mark.text for mark in both[CURVES].legend] == ["A · Additive (Bahdanau)", "B · None: one vector"]


def test_a_training_that_died_says_so(desk: LabDesk) -> None:
    start(desk, DIES)
    (card,) = shown_when(desk, Stage.FAILED)[RUNS]["runs"]
    assert card["tone"] == "problem"
    assert "the memory is full" in card["stage"]


@pytest.mark.parametrize(
    "changes",
    [{"network": "abacus"}, {"half": 1}, {"looks": "own"}, {"seed": -1}, {"comparison": "all"}, {"half": None}],
)
def test_forged_settings_are_refused_in_words(desk: LabDesk, changes: dict[str, Any]) -> None:
    refused = start(desk, **changes)
    assert refused[MESSAGE]["tone"] == "problem"
    assert not desk.lab.runs("ada")


def test_own_pairs_need_a_file_which_is_deleted(desk: LabDesk, tmp_path: Path) -> None:
    missing = start(desk, UNTIL_STOPPED, task="")
    assert missing[MESSAGE]["text"] == "Choose a file under More first, or another task."
    path = tmp_path / "pairs.tsv"
    path.write_text("one side\n", encoding="utf-8")
    message, task = desk.upload(str(path), "en", REQUEST)
    assert message["tone"] == "problem"
    assert message["text"].startswith("Line 1: a line must be source, one tab, target; this one has 0 tabs")
    path.write_text("".join(f"{n}\t{n}\n" for n in range(20)), encoding="utf-8")
    message, task = desk.upload(str(path), "zh", REQUEST)
    assert (message["tone"], task["value"]) == ("hint", "")
    assert "20" in message["text"]
    assert not path.exists()
    assert start(desk, UNTIL_STOPPED, task="")[RESULTS]["visible"]
    desk.leave(REQUEST)
    assert not desk.lab.has_pairs("ada")


def test_controls_offer_what_goes_together() -> None:
    assert [value for _, value in choose_task("number-words", 1)["choices"]] == [2, 3]
    assert choose_task("number-words", 1)["value"] == 2
    assert choose_network("transformer", "additive")["value"] == "own"
    assert choose_network("gru", "own")["value"] == "additive"
    assert choose_network("lstm", "none")["value"] == "none"


def test_what_a_card_says_is_json(desk: LabDesk) -> None:
    start(desk, UNTIL_STOPPED, comparison="teaching", language="zh")
    wait_for(lambda: len(desk.lab.runs("ada")[0].frames) == 2)
    shown = desk.look(0, Shown(), "zh", REQUEST)
    assert json.loads(json.dumps(shown[RUNS])) == shown[RUNS]
    assert "教师强制" in shown[RUNS]["runs"][0]["lines"][1]
    assert LessonOptions().task == "dates"


@pytest.mark.parametrize("place", [None, "x", [], {}, -1, float("nan"), float("inf"), 10**30, True])
def test_a_slider_that_lies_stands_at_a_look_there_is(desk: LabDesk, place: Any) -> None:
    start(desk, UNTIL_STOPPED)
    shown = shown_when(desk, Stage.RUNNING)[SHOWN]
    for found in (desk.show_again(place, shown, "en", REQUEST), desk.look(place, Shown(), "en", REQUEST)):
        assert found[PLACE]["value"] in (0, 1)
    assert desk.look_back(place, shown, "en", REQUEST)[COLUMN_A - PLACE]["visible"]


@pytest.mark.parametrize("task", [[], {}, None, 5, "nothing"])
def test_an_unknown_task_has_one_difficulty(task: Any) -> None:
    assert choose_task(task, 3)["value"] == 1


@pytest.mark.parametrize("odd", [{"seed": float("inf")}, {"half": float("nan")}, {"task": []}])
def test_settings_that_are_no_numbers_are_refused_in_a_sentence(desk: LabDesk, odd: dict[str, Any]) -> None:
    assert start(desk, **odd)[MESSAGE]["tone"] == "problem"


def test_who_comes_when_too_many_wait_is_told_so(monkeypatch: pytest.MonkeyPatch, desk: LabDesk) -> None:
    def crowded(*_: object) -> None:
        raise CrowdedError

    for name in ("start", "keep"):
        monkeypatch.setattr(Lab, name, crowded)
    assert "Too many visitors" in start(desk)[MESSAGE]["text"]
