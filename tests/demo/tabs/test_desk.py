"""The handlers: what a visitor does, and what a forged event cannot do."""

import json
import threading
from typing import Any, cast

import gradio as gr
import pytest

from demo.service import Example, Service
from demo.service.model import Load
from demo.tabs.parts.visit import Visit, arrived
from demo.tabs.translate_desk import (
    EVERYTHING,
    SELECTION,
    Desk,
    choose_hypothesis,
    choose_node,
    endpoint,
    look_closer,
)
from seq2seq_core.trace import check, from_json
from tests.demo.service.made import TablePipeline, ready_service

SETTINGS: tuple[Any, ...] = (3, 0.7, 0, 0, "k_finished", "en")
PLACES: tuple[Any, ...] = ([99, 0], [1, -7], "x", [1.5, 0])
FORGED: tuple[Any, ...] = (None, {}, [], *({"customdata": place} for place in PLACES))


def event(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def is_skipped(output: Any) -> bool:
    return bool(output == gr.skip())


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(ready_service(), (Example("long", "x y z", "reference", ""),))


@pytest.fixture(scope="module")
def visit(desk: Desk) -> Visit:
    (shown,) = desk.translate("x y", *SETTINGS)
    return cast(Visit, shown[4])


def test_a_sentence_fills_everything(desk: Desk) -> None:
    (shown,) = desk.translate("x y", *SETTINGS)
    assert len(shown) == EVERYTHING
    assert not any(is_skipped(output) for output in shown)


def test_the_reference_of_an_example_is_shown(desk: Desk) -> None:
    (shown,) = desk.translate(" x y z ", *SETTINGS)
    assert shown[2]["reference"]["text"] == "reference"


def test_a_mistake_changes_nothing_but_the_message(desk: Desk) -> None:
    (shown,) = desk.translate("", *SETTINGS)
    assert shown[0]["tone"] == "problem"
    assert all(is_skipped(output) for output in shown[1:])


def test_a_visitor_who_comes_early_is_told_and_then_served() -> None:
    may_go = threading.Event()

    def load() -> TablePipeline:
        may_go.wait(60)
        return TablePipeline()

    service = Service(cast(Load, load))
    service.start()
    answers = Desk(service, ()).translate("x y", *SETTINGS)
    assert next(answers)[0]["tone"] == "busy"
    may_go.set()
    assert next(answers)[2]["cards"]


def test_a_look_at_the_model_ends_with_the_first_that_finds_it(desk: Desk) -> None:
    message, timer = desk.look_again(Visit(), "en")
    assert message["ends_waiting"] is True
    assert timer.active is False


def test_an_example_is_taken_by_its_number(desk: Desk) -> None:
    assert desk.take_example("mine", event({"example": 0})) == "x y z"
    for forged in ({"example": 1}, {"example": -1}, {"example": True}, {"example": "0"}, None):
        assert desk.take_example("mine", event(forged)) == "mine"


def test_a_search_again_takes_the_alpha_and_judges_it(desk: Desk, visit: Visit) -> None:
    (shown,) = desk.search_again(visit, "en", event({"again": 1.5}))
    assert shown[5]["searched"] == 1.5
    for forged in (None, {"again": 99}, {"again": "1"}):
        (refused,) = desk.search_again(visit, "en", event(forged))
        assert refused[0]["tone"] == "problem"


def test_without_a_result_there_is_nothing_to_search_again(desk: Desk) -> None:
    (shown,) = desk.search_again(Visit(), "zh", event({"again": 1.0}))
    assert shown[0]["tone"] == "problem"


def test_a_node_is_chosen(visit: Visit) -> None:
    shown = choose_node(visit, "en", event({"customdata": [1, 0]}))
    assert shown[0].node == (1, 0)
    assert len(shown) == SELECTION


def test_a_row_of_the_table_is_chosen(visit: Visit) -> None:
    assert visit.decoded is not None
    second = visit.decoded.beam.hypotheses[1]
    shown = choose_hypothesis(visit, "en", event({"hypothesis": 1}))
    assert shown[0].node == (second.step, second.index)
    assert shown[1]["chosen"] == 1


@pytest.mark.parametrize("data", FORGED)
def test_forged_choices_change_nothing(visit: Visit, data: Any) -> None:
    for shown in (
        choose_node(visit, "en", event(data)),
        look_closer(visit, "en", event(data)),
        choose_hypothesis(visit, "en", event(data)),
        choose_hypothesis(visit, "en", event({"hypothesis": 99})),
        choose_node(Visit(), "en", event({"customdata": [1, 0]})),
    ):
        assert all(is_skipped(output) for output in shown)


def test_another_language_shows_the_same_numbers(desk: Desk, visit: Visit) -> None:
    english, chinese = desk.show_again(visit, "en"), desk.show_again(visit, "zh")
    assert english[5]["rows"] == chinese[5]["rows"]
    assert english[5]["words"] != chinese[5]["words"]
    assert visit.decoded is not None
    assert arrived(visit.decoded).node == visit.node


def test_the_endpoint_returns_a_trace_that_checks(desk: Desk) -> None:
    document = endpoint(desk.service)("x y", beam_size=3)
    trace = from_json(json.dumps(document))
    check(trace)
    assert trace.algorithm == "beam"
    assert endpoint(desk.service)("x y", algorithm="greedy")["algorithm"] == "greedy"


@pytest.mark.parametrize("settings", [{"beam_size": 11}, {"alpha": 2.5}, {"max_length": 500}, {"algorithm": "magic"}])
def test_the_endpoint_refuses_with_a_sentence(desk: Desk, settings: dict[str, Any]) -> None:
    with pytest.raises(gr.Error) as caught:
        endpoint(desk.service)("x y", **settings)
    assert "got" in str(caught.value)
    assert caught.value.print_exception is False
