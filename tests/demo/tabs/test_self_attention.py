"""The part 'Self-attention': asked for when it is opened, closed by another selection, chosen from like the heads."""

from typing import Any

import gradio as gr
import numpy as np
import pytest

from demo.figures.heads import Head
from demo.figures.self_maps import Side, within
from demo.service import ExampleBook, Problem, RequestError, Service
from demo.tabs.parts.selection import Selection, winner
from demo.tabs.parts.self_attention import SelfSelection
from demo.tabs.translate_desk import EVERYTHING, Desk
from demo.tabs.translate_self import CLOSED, OPENED, SelfDesk, choose_head, choose_little
from demo.wording import words_for
from seq2seq_core.trace import candidate_label, path
from tests.demo.evidence_models import TEXT, evidence_service, source_of

STATE, PROBLEM, BODY, ENCODER_CHOICE, ENCODER, ENCODER_HEADS, DECODER_CHOICE, DECODER, DECODER_HEADS = range(OPENED)


@pytest.fixture(scope="module")
def service() -> Service:
    return evidence_service()


@pytest.fixture(scope="module")
def chosen(service: Service) -> Selection:
    return selected(service, "transformer")


@pytest.fixture(scope="module")
def opened(service: Service, chosen: Selection) -> tuple[Any, ...]:
    return SelfDesk(service).open(chosen, "en")


def selected(service: Service, name: str) -> Selection:
    return winner(service.decode(service.request(source_of(name), model=name, max_length=6, beam_size=3)))


def event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def is_skipped(output: Any) -> bool:
    return bool(output == gr.skip())


def test_both_sides_are_shown_by_their_sharpest_heads(opened: tuple[Any, ...]) -> None:
    state = opened[STATE]
    assert isinstance(state, SelfSelection)
    assert opened[PROBLEM] is None
    for side, choice, large, little in (
        (Side.ENCODER, *opened[ENCODER_CHOICE : ENCODER_HEADS + 1]),
        (Side.DECODER, *opened[DECODER_CHOICE:]),
    ):
        shown = within(state.trace, side)
        head = shown.sharpest
        assert state.heads[side] == head
        assert little.chosen == (head.layer, head.head)
        assert choice["options"][choice["chosen"]].endswith("(lowest entropy)")
        weights = np.array(large.figure.data[0].z)
        np.testing.assert_allclose(weights, shown.rows_TLHT[:, head.layer, head.head], atol=5e-5)


def test_the_decoder_reads_the_selected_output_after_the_start_token(service: Service, chosen: Selection) -> None:
    for node in ((1, 0), (3, 0)):
        at = chosen.at(node)
        trace = SelfDesk(service).open(at, "en")[STATE].trace
        labels = [candidate_label(at.trace, *place) for place in path(at.trace, *node)]
        assert list(trace.target_tokens) == ["<s>", *labels]
        assert [piece.removeprefix("▁") for piece in trace.source_tokens] == TEXT.split()


def test_an_end_token_is_written_but_never_read(service: Service, chosen: Selection) -> None:
    ended = next(
        chosen.at((number, index))
        for number, step in enumerate(chosen.decoded.beam.steps, 1)
        for index in range(len(step.token_N))
        if candidate_label(chosen.decoded.beam, number, index) == "</s>"
    )
    trace = SelfDesk(service).open(ended, "en")[STATE].trace
    assert len(trace.target_tokens) == ended.node[0]
    assert "</s>" not in trace.target_tokens


def test_another_selection_closes_it_and_another_language_does_not(service: Service, chosen: Selection) -> None:
    desk = Desk(service, ExampleBook())
    fold, state, body = desk.selected(chosen.at((1, 0)), words_for("en"))[-CLOSED:]
    assert (fold["visible"], fold["open"], state, body["visible"]) == (True, False, None, False)
    shown = desk.show_again(chosen, "zh")
    assert len(shown) == EVERYTHING
    assert all(map(is_skipped, shown[-CLOSED:]))


def test_only_models_with_self_attention_offer_it(service: Service) -> None:
    desk = Desk(service, ExampleBook())
    for name, offered in (("transformer", True), ("convolutional", False), ("additive", False), ("language", False)):
        assert desk.selected(selected(service, name), words_for("en"))[-CLOSED]["visible"] is offered


def test_in_another_language_the_same_heads_are_shown(service: Service, opened: tuple[Any, ...]) -> None:
    state = opened[STATE].by(Side.ENCODER, Head(1, 1))
    chinese = SelfDesk(service).show_again(state, "zh")
    assert chinese[ENCODER_CHOICE]["options"][chinese[ENCODER_CHOICE]["chosen"]].startswith("第 2 层，第 2 个头")
    assert all(map(is_skipped, SelfDesk(service).show_again(None, "zh")))


def test_a_head_is_chosen_by_its_little_map_or_from_the_list(opened: tuple[Any, ...]) -> None:
    state = opened[STATE]
    by_map = choose_little(Side.DECODER)(state, "en", event(customdata=[1, 0]))
    from_list = choose_head(Side.DECODER)(state, "en", event(choice=2))
    for shown in (by_map, from_list):
        assert shown[0].heads == {Side.ENCODER: state.heads[Side.ENCODER], Side.DECODER: Head(1, 0)}
        assert shown[2].figure.layout.annotations[0].text == "<b>Layer 2, head 1</b>"
    assert by_map[1]["chosen"] == 2
    assert is_skipped(from_list[1])


@pytest.mark.parametrize(
    "data", [None, {}, {"customdata": [2, 0]}, {"customdata": [0, -1]}, {"choice": 4}, {"choice": -1}]
)
def test_forged_choices_change_nothing(opened: tuple[Any, ...], data: Any) -> None:
    for act in (choose_little(Side.ENCODER), choose_head(Side.ENCODER)):
        assert all(map(is_skipped, act(opened[STATE], "en", gr.EventData(None, data))))
        assert all(map(is_skipped, act(None, "en", event(customdata=[0, 0], choice=0))))


def test_a_model_that_refuses_says_so_in_words(service: Service) -> None:
    assert all(map(is_skipped, SelfDesk(service).open(None, "en")))
    shown = SelfDesk(service).open(selected(service, "additive"), "en")
    assert "needs a model of the family 'transformer', got 'recurrent'" in shown[PROBLEM]["text"]
    assert shown[STATE] is None
    assert shown[BODY]["visible"] is False


def test_the_service_names_what_is_wrong(service: Service) -> None:
    request = service.request(TEXT, model="transformer")
    with pytest.raises(RequestError) as caught:
        service.self_attention(request, [99])
    assert caught.value.problem is Problem.REFUSED
    assert "from 0 to" in str(caught.value.values["reason"])
