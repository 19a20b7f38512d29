"""The tab 'Compare models' as a visitor uses it: three small models, one sentence, both languages, a phone."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from gradio_client import Client  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from demo.wording import words_for
from seq2seq_core.trace import Trace, from_json
from tests.browser.tabs import open_tab
from tests.support.page_guard import PageOptions
from tests.support.rivals import RIVALS
from tests.support.served_app import ServedApp

TEXT = "The cat sees the dog."
PHONE = PageOptions(width=390, height=844, locale="zh-CN", color_scheme="dark")
NAMES = list(RIVALS)
# An output without the words that it lacks.
WRITTEN = """text => {
  const copy = text.cloneNode(true);
  copy.querySelectorAll('del').forEach((missing) => missing.remove());
  return copy.textContent.replace(/\\s+/g, ' ').trim();
}"""


def open_compare(page: Page) -> None:
    open_tab(page, "compare")
    words = words_for(page.evaluate("navigator.language")).compare.lineup
    expect(page.locator("#view-lineup .unfold .change")).to_have_text(words.change)
    expect(page.locator("#view-lineup .unfold")).to_be_visible()


def choose(page: Page, *names: str) -> None:
    """These models and no others; never fewer than one on the way, never more than four."""
    page.locator("#view-lineup .unfold").click()
    models = page.locator("#view-lineup .model")
    box(models, names[0]).check()
    for model in models.all():
        if model.locator(".title").inner_text() not in names:
            model.locator("input").uncheck()
    for name in names[1:]:
        box(models, name).check()
    page.keyboard.press("Escape")
    expect(page.locator("#view-lineup .line-up strong")).to_have_text(list(names))


def box(models: Locator, name: str) -> Locator:
    return models.filter(has_text=name).locator("input")


def compare(page: Page, text: str) -> None:
    """Type and press Enter; returns with the answer, a result or a problem."""
    message = page.locator("#compare-message .page-view")
    before = message.get_attribute("data-turn")
    sentence = page.locator("#compare-sentence textarea")
    sentence.fill(text)
    sentence.press("Enter")
    expect(message).not_to_have_attribute("data-turn", str(before))
    expect(page.locator("#tab-compare.is-busy")).to_have_count(0)


def outputs(page: Page) -> Locator:
    return page.locator("#view-comparison tbody td.output .text")


def traces_from_api(app: ServedApp, text: str, models: list[str], **settings: Any) -> list[Trace]:
    """The same comparison, through the public endpoint."""
    client = Client(app.url, verbose=False)
    try:
        answers = client.predict(text, models, **settings, api_name="/compare")
    finally:
        client.close()
    return [from_json(json.dumps(answer["trace"])) for answer in answers]


def test_three_models_are_compared(page: Page, app: ServedApp, screenshot: Callable[[str], None]) -> None:
    open_compare(page)
    choose(page, *NAMES)
    compare(page, TEXT)
    traces = traces_from_api(app, TEXT, NAMES)
    expect(page.locator("#view-comparison .letter")).to_have_text(["A", "B", "C"])
    for row, trace in zip(page.locator("#view-comparison tbody tr").all(), traces, strict=True):
        best = trace.hypotheses[0]
        assert row.locator("td.output .text").evaluate(WRITTEN) == (best.text or "(empty output)")
        formula = f"{best.score:.3f}= {best.log_prob_sum:.3f} / {best.length}^0.7"
        expect(row.locator("td.score")).to_have_text(formula)
        expect(row.locator("td.length")).to_have_text(str(best.length))
        expect(row.locator("td.time")).to_contain_text(" ms")
    marks = page.locator("#view-comparison mark")
    assert marks.count() > 0
    assert "underline" in marks.first.evaluate("mark => getComputedStyle(mark).textDecorationLine")
    # Each map with attention is one trace of cells; the model of one vector says that it has none.
    expect(page.locator("#compare-maps .heatmaplayer .hm")).to_have_count(2)
    expect(page.locator("#compare-maps .plot")).to_contain_text("no attention")
    expect(page.locator("#compare-curves .scatterlayer .trace")).to_have_count(2)
    expect(page.locator("#compare-curve-note")).to_contain_text("Not measured by length: C rival-transformer.")
    screenshot("compared")

    before = outputs(page).all_inner_texts()
    page.locator("#language label").nth(1).click()
    expect(page.locator("#view-comparison .verdict")).to_contain_text("个模型")
    assert outputs(page).all_inner_texts() == before
    expect(page.locator("#compare-maps .plot")).to_contain_text("没有注意力")
    expect(page.locator("#view-lineup .line-up strong")).to_have_text(NAMES)

    page.locator("#compare-search label").first.click()
    expect(page.locator("#compare-beam-size input[type=number]")).to_be_disabled()
    compare(page, TEXT)
    greedy = [trace.hypotheses[0].score for trace in traces_from_api(app, TEXT, NAMES, algorithm="greedy")]
    for cell, score in zip(page.locator("#view-comparison td.score").all(), greedy, strict=True):
        expect(cell).to_contain_text(f"{score:.3f}")


def test_an_example_is_compared_and_mistakes_get_a_sentence(page: Page, app: ServedApp) -> None:
    open_compare(page)
    message = page.locator("#compare-message .message").first
    compare(page, " ")
    expect(message).to_contain_text("nothing to decode")
    expect(page.locator("#view-comparison tbody tr")).to_have_count(0)
    choose(page, NAMES[0])
    compare(page, TEXT)
    expect(message).to_contain_text("The models must be 2 to 4, got 1")
    choose(page, *NAMES[:2])
    page.locator("#compare-examples .chip").first.click()
    expect(page.locator("#view-comparison tbody tr")).to_have_count(2)
    expect(page.locator("#view-comparison .reference")).to_be_visible()
    expect(message).to_have_text("")
    compare(page, "<img src=x onerror='window.broken=1'> ${window.broken = 1}")
    assert page.evaluate("window.broken") is None
    assert "Traceback" not in app.log()


def test_models_are_chosen_by_keyboard_four_at_most(page: Page) -> None:
    open_compare(page)
    button = page.locator("#view-lineup .unfold")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#view-lineup .counted")).to_contain_text("3 chosen")
    free = page.locator("#view-lineup input:not(:checked)")
    assert free.count() > 1
    free.first.focus()
    page.keyboard.press("Space")
    expect(page.locator("#view-lineup .counted")).to_contain_text("4 chosen")
    expect(page.locator("#view-lineup input:not(:checked):enabled")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(page.locator("#view-lineup .line-up li")).to_have_count(4)


def test_another_kind_of_input_brings_its_own_models_and_examples(
    page: Page, screenshot: Callable[[str], None]
) -> None:
    open_compare(page)
    page.locator("#view-lineup .kind").filter(has_text="Commands").click()
    expect(page.locator("#compare-sentence label").first).to_contain_text("Command (")
    expect(page.locator("#view-lineup .kind").filter(has_text="Commands")).to_have_attribute("aria-checked", "true")
    models = page.locator("#view-lineup .line-up strong").all_inner_texts()
    assert len(models) > 1
    page.locator("#compare-examples .chip").last.click()
    expect(page.locator("#view-comparison .model .title")).to_have_text(models)
    expect(page.locator("#compare-maps .heatmaplayer .hm")).to_have_count(len(models))
    screenshot("commands")


@pytest.mark.parametrize("page_options", [PHONE], ids=str)
def test_a_phone_shows_a_card_for_each_model(page: Page, screenshot: Callable[[str], None]) -> None:
    open_compare(page)
    choose(page, *NAMES)
    compare(page, TEXT)
    rows = page.locator("#view-comparison tbody tr")
    expect(rows).to_have_count(3)
    expect(page.locator("#view-comparison thead")).to_be_hidden()
    expect(page.locator("#compare-maps .plot")).to_be_visible()
    places = [row.bounding_box() for row in rows.all()]
    assert all(place is not None and place["width"] > 300 for place in places)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#view-lineup .unfold").evaluate("button => button.getBoundingClientRect().height") >= 44
    screenshot("compared")
