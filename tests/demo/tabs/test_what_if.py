"""What if: a change asked for at a node is decoded, told with the traces' numbers, and taken back."""

from dataclasses import replace
from typing import Any, cast

import gradio as gr
import pytest

from demo.figures.walk import START
from demo.service import MOST_CHANGES, Ban, DecodeRequest, ExampleBook, Force, PinAttention, WhatIf
from demo.tabs.parts.changes import change_in, next_data, pin_data
from demo.tabs.parts.selection import Selection, end_of, winner
from demo.tabs.parts.what_if import overlay, what_if_data
from demo.tabs.translate_desk import EVERYTHING, SELECTION, Desk
from demo.tabs.translate_what_if import WhatIfDesk
from demo.wording import words_for
from seq2seq_core.options import Pin
from seq2seq_core.trace import check
from tests.demo.evidence_models import evidence_service, source_of
from tests.demo.service.made import ready_service

TREE, STRIP, CHOSEN = 2, EVERYTHING - SELECTION - 1, EVERYTHING - SELECTION  # among the outputs of a decode
ATTENTION_AT = 6  # among those of a selection
SETTINGS: tuple[Any, ...] = ("", 3, 0.7, 0, 0, "k_finished", 0, 1.0, "en")
WORDS = words_for("en")


def event(data: Any) -> gr.EventData:
    return gr.EventData(None, data)


@pytest.fixture(scope="module")
def desk() -> WhatIfDesk:
    return WhatIfDesk(Desk(ready_service(), ExampleBook()))


@pytest.fixture(scope="module")
def chosen(desk: WhatIfDesk) -> Selection:
    (shown,) = desk.desk.translate("x y", *SETTINGS)
    assert shown[STRIP] is None
    return cast(Selection, shown[CHOSEN])


def token_of(chosen: Selection, label: str) -> int:
    return next(token for token, each in chosen.trace.labels.items() if each == label)


def trying(chosen: Selection, label: str) -> dict[str, Any]:
    return {"try": token_of(chosen, label), "node": list(START)}


def changed(desk: WhatIfDesk, chosen: Selection, data: Any) -> tuple[Any, ...]:
    (shown,) = desk.change(chosen, "en", event(data))
    assert len(shown) == EVERYTHING
    return shown


# By LURE: the beam's own best is "b c" at 0.4 * 0.9; after "a" the best by its score is "a b" at 0.6 * 0.3.
def test_a_candidate_is_tried_and_both_totals_and_their_difference_are_told(
    desk: WhatIfDesk, chosen: Selection
) -> None:
    shown = changed(desk, chosen, trying(chosen, "a"))
    strip, now = shown[STRIP], shown[CHOSEN]
    check(now.decoded.beam)
    own, new = chosen.decoded.beam.hypotheses[0], now.decoded.beam.hypotheses[0]
    assert (own.text, new.text) == ("b c", "a b")
    assert strip["changes"] == ["Every output begins with “a”"]
    values = [row["values"] for row in strip["numbers"]["rows"]]
    assert values[0] == ["-1.022", "3", f"{own.score:.3f}"]
    assert values[1] == ["-1.715", "3", f"{new.score:.3f}"]
    assert values[2][0] == "-0.693"  # ln 0.18 - ln 0.36
    assert "“b”" in strip["says"][0]
    assert now.own.beam is chosen.decoded.beam


def test_the_old_winner_is_laid_over_the_new_tree(desk: WhatIfDesk, chosen: Selection) -> None:
    shown = changed(desk, chosen, trying(chosen, "a"))
    laid = overlay(shown[CHOSEN], WORDS)
    assert laid.trace is chosen.decoded.beam
    texts = [mark.text for mark in shown[TREE].legend]
    assert WORDS.page.what_if.own_path in texts
    assert WORDS.figures.tree.best in texts
    assert WORDS.figures.tree.greedy not in texts
    assert overlay(chosen, WORDS).trace is chosen.decoded.greedy


def test_a_token_is_banned_at_its_node(desk: WhatIfDesk, chosen: Selection) -> None:
    best = chosen.decoded.beam.hypotheses[0]
    node = next(node for node in ((1, index) for index in range(3)) if _label(chosen, node) == "b")
    shown = changed(desk, chosen, {"act": "ban", "node": list(node), "token": token_of(chosen, "b")})
    assert shown[STRIP]["changes"] == ["“b” must not come first"]
    assert all(each.tokens[0] != best.tokens[0] for each in shown[CHOSEN].decoded.beam.hypotheses)


def test_a_beginning_is_kept(chosen: Selection) -> None:
    node = end_of(chosen.decoded.beam.hypotheses[0])
    token = int(chosen.decoded.beam.steps[node[0] - 1].token_N[node[1]])
    data = {"act": "force", "node": list(node), "token": token}
    assert change_in(chosen, data) == Force((*chosen.decoded.beam.hypotheses[0].tokens, token), ("b", "c", "</s>"))


def test_changes_are_taken_back_one_by_one_or_all_at_once(desk: WhatIfDesk, chosen: Selection) -> None:
    one = changed(desk, chosen, trying(chosen, "a"))[CHOSEN]
    node = end_of(one.decoded.beam.hypotheses[0])
    token = int(one.decoded.beam.steps[node[0] - 1].token_N[node[1]])
    two = changed(desk, one, {"act": "ban", "node": list(node), "token": token})[CHOSEN]
    assert len(two.decoded.request.what_if.changes) == 2
    assert two.decoded.beam.hypotheses[0].text in ("a", "a c")
    (undone,) = desk.take_back(two, "en", event({"back": "undo"}))
    assert undone[CHOSEN].decoded.beam is one.decoded.beam
    (back,) = desk.take_back(two, "en", event({"back": "own"}))
    assert back[STRIP] is None
    assert back[CHOSEN].own is None
    assert back[CHOSEN].decoded.beam is chosen.decoded.beam


def test_another_alpha_keeps_the_changes_and_compares_under_that_alpha(desk: WhatIfDesk, chosen: Selection) -> None:
    one = changed(desk, chosen, trying(chosen, "a"))[CHOSEN]
    (shown,) = desk.desk.search_again(one, "en", event({"again": 0.0}))
    rows = shown[STRIP]["numbers"]["rows"]
    assert [row["values"][0] for row in rows[:2]] == [row["values"][2] for row in rows[:2]]


def test_a_new_sentence_begins_without_changes(desk: WhatIfDesk, chosen: Selection) -> None:
    changed(desk, chosen, trying(chosen, "a"))
    (shown,) = desk.desk.translate("x y", *SETTINGS)
    assert shown[STRIP] is None


def test_a_change_without_an_output_says_so(desk: WhatIfDesk, chosen: Selection) -> None:
    one = changed(desk, chosen, trying(chosen, "a"))[CHOSEN]
    banned = tuple(Ban((token_of(chosen, "a"), token), ("a", "x")) for token in one.trace.labels)
    force = one.decoded.request.what_if.changes
    request = WhatIf((*force, *banned))
    impossible = Selection(desk.desk.service.decode(_with(one, request)), own=one.own)
    strip = what_if_data(impossible, WORDS.page)
    assert strip is not None
    assert len(strip["numbers"]["rows"]) == 2
    assert strip["says"] == [WORDS.page.what_if.nothing]


def test_next_tokens_show_the_models_probabilities(chosen: Selection) -> None:
    data = next_data(chosen.at(START), WORDS)
    assert [(each["piece"], each["text"]) for each in data["tokens"]] == [("a", "0.600"), ("b", "0.400")]
    assert data["acts"] == []
    assert len(next_data(chosen, WORDS)["acts"]) == 2


def test_a_full_stack_offers_no_change(desk: WhatIfDesk, chosen: Selection) -> None:
    full = WhatIf(tuple(Ban((4, 4, number), ("a", "a", "x")) for number in range(MOST_CHANGES)))
    selection = Selection(desk.desk.service.decode(_with(chosen, full)), own=chosen.decoded)
    assert str(MOST_CHANGES) in next_data(selection, WORDS)["full"]
    (refused,) = desk.change(selection, "en", event(trying(chosen, "a")))
    assert refused[0]["tone"] == "problem"


FORGED: tuple[Any, ...] = (
    None,
    {},
    {"act": "ban", "node": [0, -1], "token": 4},
    {"act": "ban", "node": [1, 0], "token": 99_999},
    {"act": "ban", "node": [99, 0], "token": 4},
    {"act": "magic", "node": [1, 0], "token": 4},
    {"try": 99_999, "node": [0, -1]},
    {"try": "4", "node": [0, -1]},
    {"try": 4, "node": ["0", "-1"]},
    {"back": "everything"},
)


@pytest.mark.parametrize("data", FORGED)
def test_forged_changes_only_end_the_waiting(desk: WhatIfDesk, chosen: Selection, data: Any) -> None:
    for answers in (desk.change(chosen, "en", event(data)), desk.take_back(chosen, "en", event(data))):
        (shown,) = answers
        assert shown[0]["tone"] == "hint"
        assert all(output == gr.skip() for output in shown[1:])


def test_what_is_no_longer_kept_cannot_be_changed(desk: WhatIfDesk) -> None:
    (shown,) = desk.change(None, "en", event({"back": "undo"}))
    assert shown[0]["tone"] == "problem"


def _label(chosen: Selection, node: tuple[int, int]) -> str:
    return chosen.trace.labels[int(chosen.trace.steps[node[0] - 1].token_N[node[1]])]


def _with(chosen: Selection, what_if: WhatIf) -> DecodeRequest:
    return replace(chosen.decoded.request, what_if=what_if)


@pytest.fixture(scope="module")
def attending() -> WhatIfDesk:
    return WhatIfDesk(Desk(evidence_service(), ExampleBook()))


def by(desk: WhatIfDesk, model: str) -> Selection:
    service = desk.desk.service
    return winner(service.decode(service.request(source_of(model), model=model, max_length=6, beam_size=3)))


@pytest.mark.parametrize("model", ["transformer", "convolutional", "multi-head", "additive", "local-p", "see"])
def test_the_attention_of_a_step_is_set_and_said_to_be_an_intervention(attending: WhatIfDesk, model: str) -> None:
    chosen = by(attending, model).at((1, 0))
    asked = pin_data(chosen, WORDS)
    assert asked is not None
    assert asked["options"] == ["▁a", "▁b", "▁c", "▁d", "▁e"]
    *_, shown = attending.change(chosen, "en", event({"pin": 3, "node": asked["node"]}))
    now, strip = shown[CHOSEN], shown[STRIP]
    check(now.decoded.beam)
    assert now.decoded.greedy.options["pins"] == now.decoded.beam.options["pins"] == "1:3"
    assert strip["changes"] == ["In step 1 all attention goes to the source piece “▁d”"]
    assert "intervention" in strip["title"]
    assert WORDS.page.what_if.missed not in strip["says"]
    caption = shown[CHOSEN + ATTENTION_AT]
    assert caption["how_to"].startswith("Set from outside: step 1 on “▁d”.")


def test_only_text_with_attention_can_be_pinned(attending: WhatIfDesk) -> None:
    for model in ("vector", "label", "language", "patches"):
        chosen = by(attending, model).at((1, 0))
        assert pin_data(chosen, WORDS) is None
        assert change_in(chosen, {"pin": 0, "node": [1, 0]}) is None
    chosen = by(attending, "additive")
    for forged in ({"pin": 5, "node": [1, 0]}, {"pin": -1, "node": [1, 0]}, {"pin": 0, "node": [0, -1]}):
        assert change_in(chosen, forged) is None


def test_the_newest_pin_of_a_step_holds() -> None:
    first, second, other = PinAttention(1, 0, "a"), PinAttention(1, 2, "c"), PinAttention(2, 0, "a")
    changed = WhatIf((first, second, other))
    assert changed.pins == (Pin(step=1, position=2), Pin(step=2, position=0))
    assert changed.holding == (False, True, True)
