"""The part 'Attention' with real models of every kind: what is drawn, what is said, what a choice changes."""

from typing import Any

import gradio as gr
import numpy as np
import pytest

from demo.figures.heads import Head
from demo.figures.walk import START
from demo.service import Decoded, ExampleBook, Service
from demo.tabs.parts.attention import AttentionView, attention_view
from demo.tabs.parts.node import attention_data
from demo.tabs.parts.result import result_data
from demo.tabs.parts.selection import Selection, winner
from demo.tabs.translate_attention import CLOSER, choose_head, choose_little, look_closer
from demo.tabs.translate_desk import SELECTION, Desk
from demo.wording import words_for
from seq2seq_core.trace import attention_rows
from tests.demo.evidence_models import MODELS, evidence_service, source_of

ENGLISH, CHINESE = words_for("en"), words_for("zh")
# Outputs of a choice within the part.
SELECTED, PANEL, LOOKED_AT, NEXT, PIN, CHOICE, LARGE = range(CLOSER)
FORGED: tuple[Any, ...] = (
    None,
    {},
    {"customdata": [9, 9]},
    {"customdata": [-1, 0]},
    {"customdata": "x"},
    {"choice": 99},
    {"choice": -1},
    {"choice": True},
)


@pytest.fixture(scope="module")
def service() -> Service:
    return evidence_service()


def decoded_by(service: Service, name: str, **settings: Any) -> Decoded:
    return service.decode(service.request(source_of(name), model=name, max_length=6, beam_size=3, **settings))


def view_of(service: Service, name: str, language: str = "en") -> AttentionView:
    return attention_view(winner(decoded_by(service, name)), words_for(language))


def event(**data: Any) -> gr.EventData:
    return gr.EventData(None, data)


def is_skipped(output: Any) -> bool:
    return bool(output == gr.skip())


def drawn(view: AttentionView) -> Any:
    """The weights of the large heat map."""
    assert view.large is not None
    return np.array(view.large.figure.data[0].z)


@pytest.mark.parametrize("name", ["transformer", "convolutional", "multi-head"])
def test_a_model_of_several_heads_shows_them_all_and_the_sharpest_large(service: Service, name: str) -> None:
    chosen = winner(decoded_by(service, name))
    view, trace = attention_view(chosen, ENGLISH), chosen.trace
    assert chosen.head is not None
    assert view.choice is not None
    assert view.little is not None
    assert view.little.chosen == (chosen.head.layer, chosen.head.head)
    assert view.choice["options"][view.choice["chosen"]].endswith("(lowest entropy)")
    assert sum(option.endswith("(lowest entropy)") for option in view.choice["options"]) == 1
    first = trace.steps[0].heads_ELHS
    assert first is not None
    np.testing.assert_allclose(drawn(view)[0], first[0, chosen.head.layer, chosen.head.head], atol=5e-5)


@pytest.mark.parametrize("name", ["additive", "local-p", "see"])
def test_without_several_heads_there_is_nothing_to_choose(service: Service, name: str) -> None:
    view = view_of(service, name)
    assert view.large is not None
    assert (view.choice, view.little) == (None, None)


@pytest.mark.parametrize(("words", "part"), [(ENGLISH, "p_gen is the share"), (CHINESE, "p_gen 是")])
def test_a_pointer_generator_with_coverage_explains_both(service: Service, words: Any, part: str) -> None:
    view = attention_view(winner(decoded_by(service, "see")), words)
    assert view.large is not None
    assert any(note.startswith(part) for note in view.large.notes)
    assert words.figures.heatmap.coverage_kept in view.large.notes
    generate = [trace for trace in view.large.figure.data if trace.xaxis == "x2"]
    assert len(generate) == 1
    assert all(0 <= share <= 1 for share in generate[0].x)


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_local_attention_names_its_centre_and_its_window(service: Service, words: Any) -> None:
    view = attention_view(winner(decoded_by(service, "local-p")), words)
    assert view.large is not None
    texts = words.figures.heatmap
    assert [mark.text for mark in view.large.legend] == [texts.centre, texts.window.format(half_width=2)]


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_where_there_is_no_map_one_sentence_says_why(service: Service, words: Any) -> None:
    texts = words.page.heatmap
    expected = {"vector": texts.no_attention, "label": texts.one_piece, "language": texts.no_source}
    for name, sentence in expected.items():
        assert attention_view(winner(decoded_by(service, name)), words) == AttentionView(caption=sentence)


def test_one_source_piece_draws_no_map_whatever_the_model(service: Service) -> None:
    chosen = winner(service.decode(service.request("a", model="transformer", max_length=6)))
    assert attention_view(chosen, ENGLISH) == AttentionView(caption=ENGLISH.page.heatmap.one_piece)
    looked_at = attention_data(chosen, ENGLISH)
    assert looked_at is not None
    assert (looked_at["note"], looked_at["weights"]) == (ENGLISH.page.heatmap.one_piece, [])


@pytest.mark.parametrize("name", ["vector", "label", "language", "flat vector"])
def test_no_card_promises_attention_that_is_not_there(service: Service, name: str) -> None:
    chosen = winner(decoded_by(service, name))
    assert result_data(chosen, "", ENGLISH.page)["words"]["show"] == ENGLISH.page.result.show_numbers


def test_a_picture_is_shown_with_every_token_below_it(service: Service) -> None:
    chosen = winner(decoded_by(service, "patches"))
    view = attention_view(chosen, ENGLISH)
    assert view.large is not None
    assert view.little is not None
    assert view.large.figure.data[0].type == "image"
    titles = view.little.figure.layout.annotations
    assert len(titles) == chosen.node[0]
    assert view.little_title == "Every token"
    assert view.choice is None
    assert attention_data(chosen, ENGLISH) is None


@pytest.mark.parametrize(("name", "sentence"), [("flat", "one_patch"), ("flat vector", "no_attention")])
def test_a_picture_that_is_one_place_is_shown_as_it_is(service: Service, name: str, sentence: str) -> None:
    view = view_of(service, name)
    assert view.caption == getattr(ENGLISH.page.heatmap, sentence)
    assert view.large is not None
    assert [trace.type for trace in view.large.figure.data] == ["image"]
    assert view.little is None


@pytest.mark.parametrize("name", MODELS)
def test_the_start_token_can_be_chosen_in_every_model(service: Service, name: str) -> None:
    chosen = Selection(decoded_by(service, name), START)
    view = attention_view(chosen, CHINESE)
    assert view.caption
    assert view.little is None
    assert attention_data(chosen, CHINESE) is None
    assert chosen.written == ()


def test_a_click_on_a_little_map_shows_its_head_large(service: Service) -> None:
    chosen = winner(decoded_by(service, "transformer"))
    shown = choose_little(chosen, "en", event(customdata=[1, 0]))
    assert shown[SELECTED].head == Head(1, 0)
    assert shown[CHOICE]["options"][shown[CHOICE]["chosen"]].startswith("Layer 2, head 1")
    assert shown[LARGE].notes[0].startswith("Shown: layer 2, head 1.")
    assert shown[LOOKED_AT]["heading"].endswith("Layer 2, head 1")
    last = chosen.trace.steps[chosen.node[0] - 1].heads_ELHS
    assert last is not None
    shares = [weight["part"] for weight in shown[LOOKED_AT]["weights"]]
    assert any(np.allclose(shares, row_LHS[1, 0]) for row_LHS in last)
    assert is_skipped(shown[PANEL])


def test_the_list_goes_back_to_the_mean(service: Service) -> None:
    chosen = winner(decoded_by(service, "transformer"))
    shown = choose_head(chosen, "en", event(choice=0))
    assert shown[SELECTED].head is None
    expected = attention_rows(chosen.trace, *chosen.node)
    assert expected is not None
    np.testing.assert_allclose(np.array(shown[LARGE].figure.data[0].z), expected, atol=5e-5)
    assert shown[LOOKED_AT]["heading"].endswith("Mean of all heads")
    assert is_skipped(shown[CHOICE])


def test_a_chosen_head_outlives_the_choice_of_another_node_card_and_language(service: Service) -> None:
    desk, decoded = Desk(service, ExampleBook()), decoded_by(service, "transformer")
    chosen = choose_head(winner(decoded), "en", event(choice=2))[SELECTED]
    assert chosen.head == Head(0, 1)
    for shown in (
        desk.choose_node(chosen, "en", event(customdata=[1, 0])),
        desk.choose_hypothesis(chosen, "en", event(hypothesis=1)),
        desk.choose_card(chosen, "en", event(card=0)),
        desk.show_again(chosen, "zh")[-SELECTION:],
    ):
        assert shown[0].head == Head(0, 1)
    assert attention_view(winner(decoded), ENGLISH).choice is not None
    assert winner(decoded).head != Head(0, 1)


def test_a_token_looked_at_closely_stays_in_another_language_and_goes_with_another_node(service: Service) -> None:
    desk, chosen = Desk(service, ExampleBook()), winner(decoded_by(service, "additive"))
    nearer = look_closer(chosen, "en", event(customdata=[1, 0]))[SELECTED]
    assert (nearer.focus, nearer.node) == ((1, 0), chosen.node)
    chinese = desk.show_again(nearer, "zh")[-SELECTION:]
    assert chinese[3]["title"].startswith("“")
    assert "第 1 步" in chinese[3]["title"]
    assert desk.choose_card(nearer, "en", event(card=1))[0].focus == chosen.node


def test_a_click_on_a_little_picture_looks_at_its_token(service: Service) -> None:
    chosen = winner(decoded_by(service, "patches"))
    shown = choose_little(chosen, "en", event(customdata=[1, 0]))
    assert (shown[SELECTED].focus, shown[SELECTED].node) == ((1, 0), chosen.node)
    assert "step 1" in shown[PANEL]["title"]
    token = shown[PANEL]["ledger"]["rows"][0][1]
    assert f"“{token}”" in shown[LARGE].notes[0]
    assert is_skipped(shown[CHOICE])


@pytest.mark.parametrize("name", ["transformer", "patches", "additive", "language"])
@pytest.mark.parametrize("data", FORGED)
def test_forged_choices_change_nothing(service: Service, name: str, data: Any) -> None:
    chosen = winner(decoded_by(service, name))
    forged = gr.EventData(None, data)
    for act in (look_closer, choose_little, choose_head):
        assert all(map(is_skipped, act(chosen, "en", forged)))
        assert all(map(is_skipped, act(None, "en", event(customdata=[0, 0], choice=0))))
        assert len(act(None, "en", forged)) == CLOSER
