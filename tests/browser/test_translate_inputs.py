"""What visitors type: mistakes get a calm sentence, odd texts stay texts, and nothing of it is ever executed."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.translate_page import SENTENCE, card, open_more, translate
from tests.support.served_app import ServedApp

INJECTIONS = (
    "<script>window.broken = 1</script>",
    "<img src=x onerror='window.broken=1'>",
    "${window.broken = 1}",
    "{{window.broken = 1}} [link](javascript:window.broken=1) **bold**",
)
ODD_TEXTS = ("<s> <unk> <pad>", "مرحبا بالعالم", "🙂 👩‍👧", "tab\there and \x07 bell", "a\u202eb", "Straße 北京")


def message(page: Page) -> Locator:
    return page.locator("#view-message .message").first


def test_nothing_a_visitor_types_is_executed_and_odd_texts_are_translated_like_any_other(page: Page) -> None:
    for text in INJECTIONS:
        translate(page, text)
        expect(page.locator("#tree .plot")).to_have_attribute("aria-label", re.compile(re.escape(text)))
        page.locator("#view-nbest tbody tr").first.click()
        assert page.evaluate("window.broken") is None
        assert page.locator("#view-result img, #view-nbest img, #tree img, #heatmap img").count() == 0
    for text in ODD_TEXTS:
        translate(page, text)
        expect(page.locator("#tree .plot")).to_have_attribute("aria-label", re.compile(re.escape(text)))
        expect(message(page)).to_have_text("")
    # What looks like an end token is spelt out.
    translate(page, "</s>")
    expect(page.locator("#tree .plot")).to_have_attribute("aria-label", re.compile("</s>"))
    source = page.locator("#view-attention .piece-name").all_inner_texts()
    assert len(source) > 1
    assert "</s>" not in source


def test_a_mistake_gets_a_sentence_and_a_result_survives_it(page: Page, app: ServedApp) -> None:
    for text, part in (
        ("   ", "nothing to decode"),
        ("x" * 10_000, "10000 characters; at most 400"),
        ("🙂" * 150, "at most 200"),
    ):
        translate(page, text)
        expect(message(page)).to_contain_text(part)
        expect(card(page, 0)).to_have_count(0)
    translate(page, SENTENCE)
    expect(card(page, 1)).to_be_visible()
    translate(page, "")
    expect(message(page)).to_contain_text("nothing to decode")
    expect(card(page, 1)).to_be_visible()

    # Settings that exclude each other are both named.
    open_more(page)
    for name, value in (("#max-length", "5"), ("#min-length", "5")):
        number = page.locator(f"{name} input[type=number]")
        number.fill(value)
        number.press("Tab")
    translate(page, SENTENCE)
    expect(message(page)).to_contain_text("minimum length (5) must be below the maximum length (5)")

    page.locator("#language label").nth(1).click()
    expect(page.locator("#translate")).to_have_text("翻译")
    translate(page, "x" * 500)
    expect(message(page)).to_contain_text("500 个字符")
    assert "Traceback" not in app.log()
