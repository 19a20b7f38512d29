"""The handlers of 'Compare models': what a visitor does, and what a forged event or a bad request cannot do."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import gradio as gr
import pytest

from demo.service import Curve, CurvePoint, Example, ExampleBook, MeasuredRun, MeasuredTask, Service
from demo.service.model import Load
from demo.tabs.compare_desk import EVERYTHING, CompareDesk
from demo.tabs.compare_lineup import DRESSED, LineupDesk
from demo.tabs.compare_search import endpoint
from demo.tabs.parts.answers import Comparison
from demo.wording import words_for
from seq2seq_core.architecture import describe
from seq2seq_core.errors import CheckpointError
from seq2seq_core.trace import check, from_json
from tests.demo.service.made import Letters, TablePipeline, load_of, made_entry

MESSAGE, RESULTS, COMPARISON, TABLE, MAPS, NOTE, CURVES, TASK_CURVE = range(8)  # among the outputs of a comparison
MODELS, LINEUP, SENTENCE, EXAMPLES = range(4)  # among what follows the models
GALLERY = (
    made_entry("one"),
    made_entry("two"),
    made_entry("zh", target_language="zh"),
    made_entry("walk", task="commands", target_language=None, suggestions=("walk", "run twice")),
    made_entry("run", task="commands", target_language=None),
    made_entry("dates", task="generated:dates", target_language=None),
)
# Sixty words of three letters and the blanks between them: 60 * 4 - 1 characters, too many for a model of letters.
MANY_LETTERS = " ".join(f"w{number}" for number in range(10, 70))
BOOK = ExampleBook((Example("", "x y z", "reference", ""),))


def load(folder: Path) -> TablePipeline:
    """One model cuts text into letters, one cannot be loaded."""
    if folder.name == "broken":
        raise CheckpointError("broken: config.json must be there")
    return TablePipeline(Letters() if folder.name == "zh" else None)


def made_desk(*more: str) -> CompareDesk:
    service = Service((*GALLERY, *(made_entry(name) for name in more)), cast(Load, load))
    return CompareDesk(service, LineupDesk(service, BOOK))


@pytest.fixture(scope="module")
def desk() -> CompareDesk:
    return made_desk()


def event(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def compared(desk: CompareDesk, text: Any = "x y", models: Any = "one\ntwo", **changes: Any) -> tuple[Any, ...]:
    """The last of what the page is sent."""
    settings: dict[str, Any] = {"algorithm": "beam", "beam_size": 3, "alpha": 0.7, "language": "en"}
    *_, last = desk.ask(text, models, **(settings | changes))
    return last


def test_a_comparison_fills_everything(desk: CompareDesk) -> None:
    shown = compared(desk, models="one\ntwo\nzh")
    assert len(shown) == EVERYTHING
    assert [row["title"] for row in shown[TABLE]["rows"]] == ["The model one", "The model two", "The model zh"]
    assert len(json.loads(shown[MAPS].to_json())["figure"]["data"]) == 3
    assert shown[NOTE]["text"] == words_for("en").compare.no_curve
    assert shown[CURVES] is None
    assert shown[TASK_CURVE] is None


@pytest.mark.parametrize(
    ("language", "name", "axis"),
    [("en", "Transformer (2017, 1 k)", "letters"), ("zh", "Transformer 模型（2017 年，1 k）", "字母")],
)
def test_what_was_measured_on_a_task_is_drawn_under_the_comparison(language: str, name: str, axis: str) -> None:
    point = CurvePoint(1, 4, 200, 97.5, 95.0, 99.5)
    run = MeasuredRun(describe({"family": "transformer"}), 1234, Curve("exact match %, greedy", (point,)))
    desk = replace(made_desk(), measured=(MeasuredTask("reverse", (run,)),))
    bundle = compared(desk, language=language)[TASK_CURVE]
    assert f"{name}" in bundle.account and "97.5" in bundle.account
    assert axis in json.loads(bundle.to_json())["figure"]["layout"]["xaxis"]["title"]["text"]


def test_the_page_is_told_which_model_is_at_work() -> None:
    *waiting, shown = made_desk().ask("x y", "one\ntwo", "beam", 3, 0.7, "en")
    assert [each[MESSAGE]["text"] for each in waiting] == [
        "1 of 2: The model one is loading…",
        "2 of 2: The model two is loading…",
    ]
    assert all(each[MESSAGE]["goes_on"] for each in waiting)
    assert all(output == gr.skip() for each in waiting for output in each[1:])
    assert "goes_on" not in shown[MESSAGE]


def test_greedy_and_beam_show_their_own_winner(desk: CompareDesk) -> None:
    # Greedy takes "a" and ends; the beam finds the more probable "b c".
    for algorithm, output in (("greedy", "a"), ("beam", "b c")):
        (row, _) = compared(desk, algorithm=algorithm)[TABLE]["rows"]
        assert [piece["text"] for piece in row["pieces"]] == [output]


def test_the_reference_of_an_example_is_shown(desk: CompareDesk) -> None:
    assert compared(desk, text="x y z ")[TABLE]["reference"]["text"] == "reference"
    assert compared(desk, text="x y")[TABLE]["reference"] is None


def test_a_model_that_refuses_has_its_reason_in_its_row(desk: CompareDesk) -> None:
    rows = compared(desk, text=MANY_LETTERS, models="one\nzh")[TABLE]["rows"]
    assert rows[0]["pieces"]
    assert rows[1]["instead"].startswith("The model cuts this text into 239 pieces")


def test_a_model_that_cannot_be_loaded_does_not_hide_the_other() -> None:
    shown = compared(made_desk("broken"), models="broken\none")
    assert [bool(row["pieces"]) for row in shown[TABLE]["rows"]] == [False, True]
    assert len(json.loads(shown[MAPS].to_json())["figure"]["data"]) == 1


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"text": " "}, "nothing to decode"),
        ({"text": "x" * 401}, "401 characters; at most 400"),
        ({"text": None}, "not valid text"),
        ({"text": "this is refused"}, "the source must not say so"),
        ({"beam_size": 11}, "from 1 to 10, got 11"),
        ({"alpha": "high"}, "Alpha must be a number from 0 to 2, got 'high'"),
        ({"algorithm": "magic"}, "(greedy, beam), got 'magic'"),
        ({"models": "one"}, "The models must be 2 to 4, got 1"),
        ({"models": ""}, "The models must be 2 to 4, got 0"),
        ({"models": None}, "The models must be 2 to 4, got 0"),
        ({"models": "one\none"}, "got one twice"),
        ({"models": "one\nwalk"}, "the same kind of text as one, got walk"),
        ({"models": "one\nnobody"}, "got 'nobody'"),
    ],
)
def test_a_mistake_changes_nothing_but_the_message(desk: CompareDesk, changes: dict[str, Any], part: str) -> None:
    shown = compared(desk, **changes)
    assert shown[MESSAGE]["tone"] == "problem"
    assert part in shown[MESSAGE]["text"]
    assert all(output == gr.skip() for output in shown[1:])


def test_another_language_shows_the_same_comparison(desk: CompareDesk) -> None:
    shown = compared(desk)
    kept = cast(Comparison, shown[COMPARISON])
    again = desk.show_again(kept, "zh")
    assert again[COMPARISON] is kept
    assert [row["pieces"] for row in again[TABLE]["rows"]] == [row["pieces"] for row in shown[TABLE]["rows"]]
    assert again[TABLE]["verdict"] == "2 个模型的输出完全相同。"
    hint = desk.show_again(None, "zh")
    assert hint[MESSAGE]["text"] == words_for("zh").compare.lineup.hint
    assert all(output == gr.skip() for output in hint[1:])


def test_models_are_chosen_within_their_group_and_begin_to_load() -> None:
    desk = made_desk()
    assert desk.lineup.choose_models("two", event({"models": [2, 0]})) == "one\nzh"
    assert desk.service.wait(60, "zh") == "ready"
    assert desk.lineup.choose_models("walk", event({"models": [1]})) == "run"


FORGED: tuple[Any, ...] = (None, [], {}, {"models": []}, {"models": [3]}, {"models": [-1]}, {"models": ["0"]})


@pytest.mark.parametrize("data", [*FORGED, {"models": 0}, {"models": [0.0]}, {"models": [0, 1, 2, 3, 4]}])
def test_forged_choices_of_models_change_nothing(desk: CompareDesk, data: Any) -> None:
    assert desk.lineup.choose_models("one", event(data)) == gr.skip()


def test_another_group_brings_its_models_its_input_and_an_example(desk: CompareDesk) -> None:
    shown = desk.lineup.choose_group("en", event({"group": 1}))
    assert len(shown) == DRESSED
    assert shown[MODELS] == "walk\nrun"
    assert shown[LINEUP]["groups"] == ["English sentences", "Commands → actions"]
    assert (shown[LINEUP]["group"], shown[LINEUP]["chosen"]) == (1, [0, 1])
    assert shown[SENTENCE]["label"].startswith("Command ")
    assert shown[SENTENCE]["value"] == "walk"
    assert [each["source"] for each in shown[EXAMPLES]["examples"]] == ["walk", "run twice"]


@pytest.mark.parametrize("data", [None, {}, {"group": 2}, {"group": -1}, {"group": True}, {"group": "1"}])
def test_forged_choices_of_a_group_change_nothing(desk: CompareDesk, data: Any) -> None:
    assert all(output == gr.skip() for output in desk.lineup.choose_group("en", event(data)))


def test_the_models_stay_when_the_language_changes(desk: CompareDesk) -> None:
    shown = desk.lineup.dress_again("zh", "zh\none")
    assert shown[LINEUP]["chosen"] == [0, 2]
    assert shown[LINEUP]["groups"][0] == "英语句子"
    assert "value" not in shown[SENTENCE]


def test_an_example_is_taken_by_its_number(desk: CompareDesk) -> None:
    assert desk.lineup.take_example("mine", "walk\nrun", event({"example": 1})) == "run twice"
    for forged in ({"example": 2}, {"example": -1}, {"example": True}, {"example": "0"}, None):
        assert desk.lineup.take_example("mine", "walk\nrun", event(forged)) == "mine"


def test_a_gallery_without_two_alike_says_so() -> None:
    service = Service(GALLERY[-1:], load_of(TablePipeline()))
    desk = CompareDesk(service, LineupDesk(service, BOOK))
    dress = desk.lineup.dress(desk.lineup.opening(), "en")
    assert dress.lineup == {"nothing": words_for("en").compare.lineup.nothing}
    assert dress.examples is None
    assert desk.hint("en")["text"] == ""
    assert desk.lineup.take_example("mine", "", event({"example": 0})) == "mine"
    assert all(output == gr.skip() for output in desk.lineup.choose_group("en", event({"group": 0})))


def test_the_endpoint_returns_a_trace_for_each_model(desk: CompareDesk) -> None:
    answers = endpoint(desk.service)("x y", ["one", "zh"], beam_size=3)
    assert [(each["model"], each["parameters"]) for each in answers] == [("one", 1000), ("zh", 1000)]
    for each in answers:
        trace = from_json(json.dumps(each["trace"]))
        check(trace)
        assert trace.hypotheses[0].text == "b c"
        assert each["seconds"] >= 0


def test_the_endpoint_names_the_reason_of_a_model_that_refuses(desk: CompareDesk) -> None:
    _, refused = endpoint(desk.service)(MANY_LETTERS, ["one", "zh"])
    assert "239 pieces" in refused["problem"]
    assert "trace" not in refused


@pytest.mark.parametrize(
    "settings", [{"models": ["one"]}, {"models": "one"}, {"models": ["one", 7]}, {"beam_size": 0}, {"algorithm": 7}]
)
def test_the_endpoint_refuses_with_a_sentence(desk: CompareDesk, settings: dict[str, Any]) -> None:
    with pytest.raises(gr.Error) as caught:
        endpoint(desk.service)(**({"text": "x y", "models": ["one", "two"]} | settings))
    assert "got" in str(caught.value)
    assert caught.value.print_exception is False
