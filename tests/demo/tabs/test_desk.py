"""The handlers: what a visitor does, and what a forged event cannot do."""

import json
import threading
from pathlib import Path
from typing import Any, cast

import gradio as gr
import pytest

from demo.service import Example, ExampleBook, Service
from demo.service.model import Load
from demo.tabs.parts.selection import Selection
from demo.tabs.translate_attention import CLOSER, look_closer
from demo.tabs.translate_desk import EVERYTHING, SELECTION, Desk, endpoint
from seq2seq_core.trace import check, from_json
from tests.demo.service.made import TablePipeline, load_of, made_entry

CHOSEN = EVERYTHING - SELECTION  # among the outputs of a decode
RESULT, NBEST = CHOSEN + 1, CHOSEN + 2
SETTINGS: tuple[Any, ...] = ("", 3, 0.7, 0, 0, "k_finished", 0, 1.0, "en")
PLACES: tuple[Any, ...] = ([99, 0], [1, -7], "x", [1.5, 0])
FORGED: tuple[Any, ...] = (None, {}, [], *({"customdata": place} for place in PLACES))


def event(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def is_skipped(output: Any) -> bool:
    return bool(output == gr.skip())


@pytest.fixture(scope="module")
def desk() -> Desk:
    service = Service([made_entry("tatoeba-en-fr")], load_of(TablePipeline()))
    service.start()
    service.wait(60)
    return Desk(service, ExampleBook((Example("long", "x y z", "reference", ""),)))


@pytest.fixture(scope="module")
def chosen(desk: Desk) -> Selection:
    (shown,) = desk.translate("x y", *SETTINGS)
    return cast(Selection, shown[CHOSEN])


def test_a_sentence_fills_everything(desk: Desk) -> None:
    (shown,) = desk.translate("x y", *SETTINGS)
    assert len(shown) == EVERYTHING
    assert not any(is_skipped(output) for output in shown)


def test_the_reference_of_an_example_is_shown(desk: Desk) -> None:
    (shown,) = desk.translate(" x y z ", *SETTINGS)
    assert shown[RESULT]["reference"]["text"] == "reference"


def test_a_mistake_changes_nothing_but_the_message(desk: Desk) -> None:
    (shown,) = desk.translate("", *SETTINGS)
    assert shown[0]["tone"] == "problem"
    assert all(is_skipped(output) for output in shown[1:])


def test_a_visitor_who_comes_early_is_told_and_then_served() -> None:
    may_go = threading.Event()

    def load(folder: Path) -> TablePipeline:
        may_go.wait(60)
        return TablePipeline()

    service = Service([made_entry()], cast(Load, load))
    service.start()
    answers = Desk(service, ExampleBook()).translate("x y", *SETTINGS)
    assert next(answers)[0]["tone"] == "busy"
    may_go.set()
    assert next(answers)[RESULT]["cards"]


def test_a_look_at_the_model_ends_with_the_first_that_finds_it(desk: Desk) -> None:
    message, timer = desk.look_again(None, "en")
    assert message["ends_waiting"] is True
    assert timer.active is False


def test_an_example_is_taken_by_its_number(desk: Desk) -> None:
    assert desk.take_example("mine", "", event({"example": 0})) == "x y z"
    for forged in ({"example": 1}, {"example": -1}, {"example": True}, {"example": "0"}, None):
        assert desk.take_example("mine", "", event(forged)) == "mine"


def test_after_another_model_was_chosen_only_a_result_in_view_is_decoded_again(desk: Desk, chosen: Selection) -> None:
    (nothing,) = desk.answer_again(None, "x y", *SETTINGS)
    assert all(is_skipped(output) for output in nothing)
    (shown,) = desk.answer_again(chosen, "x y", *SETTINGS)
    assert shown[RESULT]["cards"]


def test_an_unknown_model_is_told(desk: Desk) -> None:
    (shown,) = desk.translate("x y", "nobody", *SETTINGS[1:])
    assert shown[0]["tone"] == "problem"
    assert "nobody" in shown[0]["text"]
    assert desk.take_example("mine", "nobody", event({"example": 0})) == "mine"


def test_a_search_again_takes_the_alpha_and_judges_it(desk: Desk, chosen: Selection) -> None:
    (shown,) = desk.search_again(chosen, "en", event({"again": 1.5}))
    assert shown[NBEST]["searched"] == 1.5
    for forged in (None, {"again": 99}, {"again": "1"}):
        (refused,) = desk.search_again(chosen, "en", event(forged))
        assert refused[0]["tone"] == "problem"


def test_without_a_result_there_is_nothing_to_search_again(desk: Desk) -> None:
    (shown,) = desk.search_again(None, "zh", event({"again": 1.0}))
    assert shown[0]["tone"] == "problem"


def test_a_node_is_chosen(desk: Desk, chosen: Selection) -> None:
    shown = desk.choose_node(chosen, "en", event({"customdata": [1, 0]}))
    assert shown[0].node == (1, 0)
    assert len(shown) == SELECTION


def test_a_row_of_the_table_is_chosen(desk: Desk, chosen: Selection) -> None:
    second = chosen.decoded.beam.hypotheses[1]
    shown = desk.choose_hypothesis(chosen, "en", event({"hypothesis": 1}))
    assert shown[0].node == (second.step, second.index)
    assert shown[2]["chosen"] == 1


def test_greedys_card_is_chosen_and_its_rows_are_greedys(desk: Desk, chosen: Selection) -> None:
    shown = desk.choose_card(chosen, "en", event({"card": 0}))
    assert shown[0].greedy
    assert shown[1]["chosen"] == 0
    closer = look_closer(shown[0], "en", event({"customdata": [1, 0]}))
    assert closer[1]["title"].startswith("Greedy")
    assert len(closer) == CLOSER
    back = desk.choose_node(shown[0], "en", event({"customdata": [1, 0]}))
    assert not back[0].greedy


@pytest.mark.parametrize("data", FORGED)
def test_forged_choices_change_nothing(desk: Desk, chosen: Selection, data: Any) -> None:
    for shown in (
        desk.choose_node(chosen, "en", event(data)),
        look_closer(chosen, "en", event(data)),
        desk.choose_hypothesis(chosen, "en", event(data)),
        desk.choose_hypothesis(chosen, "en", event({"hypothesis": 99})),
        desk.choose_card(chosen, "en", event(data)),
        desk.choose_card(chosen, "en", event({"card": 2})),
        desk.choose_card(chosen, "en", event({"card": True})),
        desk.choose_node(None, "en", event({"customdata": [1, 0]})),
        desk.choose_card(None, "en", event({"card": 0})),
    ):
        assert all(is_skipped(output) for output in shown)


def test_another_language_shows_the_same_numbers_and_the_same_step(desk: Desk, chosen: Selection) -> None:
    english, chinese = desk.show_again(chosen, "en"), desk.show_again(chosen, "zh")
    assert english[NBEST]["rows"] == chinese[NBEST]["rows"]
    assert english[NBEST]["words"] != chinese[NBEST]["words"]
    assert chinese[CHOSEN] is chosen
    assert chinese[2].keep
    (fresh,) = desk.translate("x y", *SETTINGS)
    assert not fresh[2].keep


def test_the_endpoint_returns_a_trace_that_checks(desk: Desk) -> None:
    document = endpoint(desk.service)("x y", beam_size=3)
    trace = from_json(json.dumps(document))
    check(trace)
    assert trace.algorithm == "beam"
    assert endpoint(desk.service)("x y", algorithm="greedy")["algorithm"] == "greedy"
    assert endpoint(desk.service)("x y", model="tatoeba-en-fr", beam_size=3) == document


@pytest.mark.parametrize(
    "settings",
    [{"beam_size": 11}, {"alpha": 2.5}, {"max_length": 500}, {"algorithm": "magic"}, {"model": "nobody"}],
)
def test_the_endpoint_refuses_with_a_sentence(desk: Desk, settings: dict[str, Any]) -> None:
    with pytest.raises(gr.Error) as caught:
        endpoint(desk.service)("x y", **settings)
    assert "got" in str(caught.value)
    assert caught.value.print_exception is False
