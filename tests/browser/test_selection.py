"""What follows a choice, and what stays: greedy's card, rows of the table, the ring of the tree, another language."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from seq2seq_core.trace import Trace
from tests.browser.translate_page import SENTENCE, boxes, card, drawn, rows, set_alpha, trace_from_api, translate
from tests.support.page_guard import PageOptions
from tests.support.served_app import ServedApp

PLACE = """() => {
  const frame = document.querySelector('#tree .frame');
  return { left: frame.scrollLeft, y: window.scrollY };
}"""


@pytest.fixture(scope="module")
def beam(app: ServedApp) -> Trace:
    return trace_from_api(app, SENTENCE)


@pytest.fixture(scope="module")
def greedy(app: ServedApp) -> Trace:
    return trace_from_api(app, SENTENCE, algorithm="greedy")


def show_button(page: Page, place: int) -> Locator:
    return card(page, place).locator(".show")


def step_to(page: Page, frame: int) -> None:
    drawn(page).focus()
    page.keyboard.press("Home")
    for _ in range(frame):
        page.keyboard.press("ArrowRight")


def test_greedys_own_attention_is_shown_by_keyboard_and_mouse_and_the_tree_takes_the_beam_back(
    page: Page, greedy: Trace
) -> None:
    translate(page, SENTENCE)
    expect(show_button(page, 1)).to_have_attribute("aria-pressed", "true")
    show_button(page, 0).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#view-caption .caption-line")).to_have_text(f"Greedy’s output: “{greedy.hypotheses[0].text}”")
    expect(page.locator("#view-panel .node-title")).to_contain_text("Greedy")
    expect(page.locator("#view-panel")).to_contain_text(repr(greedy.hypotheses[0].score))
    expect(show_button(page, 0)).to_have_attribute("aria-pressed", "true")
    expect(show_button(page, 0)).to_be_focused()
    expect(show_button(page, 1)).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#view-nbest tr[aria-selected=true]")).to_have_count(0)
    expect(page.locator("#tree .chosen-ring")).to_have_count(0)

    step_to(page, 1)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#view-caption .caption-line")).to_have_text(re.compile("^Prefix at step 1"))
    expect(page.locator("#view-panel .node-title")).not_to_contain_text("Greedy")
    expect(show_button(page, 0)).to_have_attribute("aria-pressed", "false")
    card(page, 0).locator("h3").click()
    expect(page.locator("#view-caption")).to_contain_text("Greedy’s output")
    card(page, 1).locator("h3").click()
    expect(page.locator("#view-caption")).to_contain_text("Beam search’s output at rank 1")


def test_a_row_moves_the_ring_and_neither_the_frame_nor_the_drawing(page: Page, beam: Trace) -> None:
    translate(page, SENTENCE)
    drawn(page)
    expect(page.locator("#tree .chosen-ring")).to_have_count(1)
    drawing = page.locator("#tree .scatterlayer .trace").first.element_handle()
    (before,) = boxes(page, "#tree .chosen-ring")
    count = page.locator("#tree .count").inner_text()
    rows(page).nth(1).click()
    expect(page.locator("#view-caption")).to_contain_text(beam.hypotheses[1].text)
    (after,) = boxes(page, "#tree .chosen-ring")
    assert (before["x"], before["y"]) != (after["x"], after["y"])
    expect(page.locator("#tree .count")).to_have_text(count)
    assert page.evaluate("trace => trace.isConnected", drawing)

    # A choice that is out of view is told, and the frame stays.
    step_to(page, 3)
    rows(page).nth(0).click()
    rows(page).nth(1).click()
    caption = page.locator("#tree .caption")
    expect(caption).to_contain_text(f"The selected node belongs to step {beam.hypotheses[1].step}")
    expect(page.locator("#tree .count")).to_contain_text("3 /")
    page.locator("#tree .frame").focus()
    page.keyboard.press("ArrowRight")
    expect(caption).not_to_contain_text("The selected node")


@pytest.mark.parametrize("page_options", [PageOptions(width=390, height=844)], ids=str)
def test_another_language_keeps_step_selection_and_place(page: Page) -> None:
    translate(page, SENTENCE)
    step_to(page, 15)
    page.keyboard.press("ArrowDown")
    title = page.locator("#view-panel .node-title")
    expect(title).to_contain_text("step 8,")
    ring, count = page.locator("#tree .chosen-ring"), page.locator("#tree .count").inner_text()
    before = page.evaluate(PLACE)
    assert before["left"] > 0
    page.locator("#language input").nth(1).dispatch_event("click")
    expect(page.locator("#tree .caption")).to_contain_text("第 8 步，扩展")
    expect(title).to_contain_text("第 8 步")
    expect(page.locator("#tree .count")).to_have_text(count)
    expect(ring).to_have_count(1)
    after = page.evaluate(PLACE)
    assert after["left"] == before["left"]
    assert after["y"] > 0


def test_both_alpha_sliders_stay_in_step_and_a_search_uses_what_the_table_set(page: Page) -> None:
    translate(page, SENTENCE)
    table, number = page.locator("#view-nbest .alpha input"), page.locator("#alpha input[type=number]")
    expect(table).to_have_value("0.7")
    set_alpha(page, 1.2)
    expect(table).to_have_value("1.2")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    table.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#view-nbest .now")).to_contain_text("alpha 1.35")
    expect(number).to_have_value("1.35")
    expect(table).to_have_value("1.35")
    assert not [url for url in asked if "queue" in url or "call" in url]

    page.keyboard.press("Home")
    expect(number).to_have_value("0")
    translate(page, SENTENCE)
    expect(page.locator("#view-result .formula")).to_contain_text("T^0;")
    expect(page.locator("#view-nbest .now")).to_have_text("Ranked for alpha 0, as in the search.")
