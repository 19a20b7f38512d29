"""The tab 'Translate' as a visitor uses it, for the browser tests."""

import json
import re
from typing import Any

from gradio_client import Client  # type: ignore[import-untyped]
from playwright.sync_api import FloatRect, Locator, Page, expect

from seq2seq_core.trace import Trace, from_json
from tests.support.served_app import ServedApp

QUIET_MS = 2_000
_QUIET = """quiet => {
  const answers = performance.getEntriesByType('resource').length;
  if (window.answersSeen !== answers) [window.answersSeen, window.lastAnswer] = [answers, performance.now()];
  return performance.now() - window.lastAnswer > quiet;
}"""
_STILL = """selector => {
  const { x, y } = document.querySelector(selector).getBoundingClientRect();
  const place = [x, y].join();
  if (window.placeSeen !== place) [window.placeSeen, window.lastMove] = [place, performance.now()];
  return performance.now() - window.lastMove > 200;
}"""
_PANEL_CENTRE = """([figure, place]) => {
  const plot = document.querySelector(`#${figure} .plot`);
  const panes = plot.data.filter(({ customdata }) => Array.isArray(customdata?.[0]?.[0]));
  const box = plot.getBoundingClientRect();
  return [box.x + panes[place].x0, box.y + panes[place].y0];
}"""
SENTENCE = "I don't know what you want me to do with this old car."


def translate(page: Page, text: str) -> None:
    """Type and press Enter once the model is there; returns with the answer, a result or a problem."""
    message = ready(page)
    before = message.get_attribute("data-turn")
    box = page.locator("#sentence textarea")
    box.fill(text)
    box.press("Enter")
    expect(message).not_to_have_attribute("data-turn", str(before))
    expect(page.locator("#view-message .tone-problem, #view-result .card").first).to_be_visible()


def ready(page: Page) -> Locator:
    """Wait for the model; the message that says it is there, or why not."""
    message = page.locator("#view-message .page-view")
    expect(message).to_have_attribute("data-tone", re.compile("hint|problem"))
    return message


def drawn(page: Page, figure: str = "tree") -> Locator:
    """Wait until a figure in view is what was sent last; its frame."""
    view = page.locator(f"#{figure}")
    expect(view.locator("[aria-busy]")).to_have_attribute("aria-busy", "false")
    expect(view.locator(".plot")).to_be_visible()
    return view.locator(".frame")


def unfold(page: Page) -> Locator:
    """The lines of the gallery."""
    page.locator("#view-gallery .unfold").click()
    models = page.locator("#view-gallery .model")
    expect(models.first).to_be_visible()
    return models


def choose_model(page: Page, title: str) -> None:
    """By its line; returns when the page has followed."""
    unfold(page).filter(has_text=title).click()
    expect(page.locator("#view-gallery .models")).to_be_hidden()
    expect(page.locator("#view-gallery .model.is-chosen")).to_contain_text(title)


def little_panel(page: Page, figure: str, place: int) -> None:
    """Click one of a figure's little maps or pictures."""
    drawn(page, figure)
    page.locator(f"#{figure} .annotation").nth(place).scroll_into_view_if_needed()
    still(page, f"#{figure} .plot")
    page.mouse.click(*page.evaluate(_PANEL_CENTRE, [figure, place]))


def still(page: Page, selector: str) -> None:
    """Wait until it stays where it is: what stands above it may still be growing."""
    page.wait_for_function(_STILL, arg=selector)


def settled(page: Page) -> None:
    """Wait until the app has answered everything: no answer has come for a while."""
    page.wait_for_function(_QUIET, arg=QUIET_MS)


def boxes(page: Page, *selectors: str) -> list[FloatRect]:
    """Where these are on the page."""
    found = [page.locator(selector).first.bounding_box() for selector in selectors]
    assert None not in found
    return [box for box in found if box]


def card(page: Page, place: int) -> Locator:
    """The card of greedy (0) or of the beam (1)."""
    return page.locator("#view-result .card").nth(place)


def facts(place: Locator) -> dict[str, str]:
    """The terms of a list and what they say."""
    pairs = place.locator("dl > div").all()
    return {pair.locator("dt").inner_text(): pair.locator("dd").inner_text() for pair in pairs}


def rows(page: Page) -> Locator:
    return page.locator("#view-nbest tbody tr")


def expect_ranking(page: Page, texts: list[str], scores: list[float]) -> None:
    """The table shows these outputs in this order, each with its score correctly rounded."""
    expect(page.locator("#view-nbest tbody td.output > span")).to_have_text(texts)
    expect(page.locator("#view-nbest tbody td.score")).to_have_text([f"{score:.3f}" for score in scores])


def set_alpha(page: Page, alpha: float) -> None:
    _fill(page, "#alpha", str(alpha))


def set_beam_size(page: Page, beam_size: int) -> None:
    _fill(page, "#beam-size", str(beam_size))


def _fill(page: Page, slider: str, value: str) -> None:
    number = page.locator(f"{slider} input[type=number]")
    number.fill(value)
    number.press("Tab")


def open_more(page: Page) -> None:
    page.locator("#more button").first.click()
    expect(page.locator("#stop-rule")).to_be_visible()


def trace_from_api(app: ServedApp, text: str, **settings: Any) -> Trace:
    """The same decode, through the public endpoint."""
    client = Client(app.url, verbose=False)
    try:
        document = client.predict(text, **settings, api_name="/decode")
    finally:
        client.close()
    return from_json(json.dumps(document))
