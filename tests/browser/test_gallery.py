"""The gallery: models are chosen in the page, answer with their own words, and tell about themselves."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.translate_page import (
    card,
    choose_model,
    little_panel,
    ready,
    trace_from_api,
    translate,
    unfold,
)
from tests.support.page_guard import PageOptions
from tests.support.served_app import ServedApp

TEXT = "I see the dog."
PHONE = PageOptions(width=390, height=844, locale="zh-CN", color_scheme="dark")


def sentence(page: Page) -> Locator:
    return page.locator("#sentence textarea")


def test_a_chosen_model_answers_and_the_sentence_stays(
    page: Page, app: ServedApp, screenshot: Callable[[str], None]
) -> None:
    translate(page, TEXT)
    french = card(page, 1).locator(".output").inner_text()
    choose_model(page, "Noise in Chinese")
    expect(page.locator("#view-result .model-line")).to_contain_text("English → Chinese")
    expect(sentence(page)).to_have_value(TEXT)
    trace = trace_from_api(app, TEXT, model="tiny-chinese")
    assert trace.hypotheses[0].text != french
    expect(card(page, 1).locator(".output")).to_have_text(trace.hypotheses[0].text or "(empty output)")
    expect(card(page, 1).locator(".output[lang=zh], .output.is-empty")).to_have_count(1)
    screenshot("chosen")


def test_what_is_done_while_the_server_has_not_heard_of_the_chosen_model_counts(page: Page, app: ServedApp) -> None:
    ready(page)
    line = unfold(page).filter(has_text="Noise in Chinese")
    held: list[Route] = []
    page.route("**/queue/join*", lambda route: route.continue_() if held else held.append(route))
    line.click()
    expect(page.locator("#view-gallery .chosen-model")).to_contain_text("English → Chinese")
    sentence(page).fill(TEXT)
    sentence(page).press("Enter")
    output = trace_from_api(app, TEXT, model="tiny-chinese").hypotheses[0].text or "(empty output)"
    expect(card(page, 1).locator(".output")).to_have_text(output)
    held[0].continue_()
    expect(page.locator("#view-gallery .model.is-chosen")).to_contain_text("Noise in Chinese")
    expect(sentence(page)).to_have_value(TEXT)
    expect(page.locator("#view-result .model-line")).to_contain_text("English → Chinese")


def test_another_task_brings_its_own_input_and_nothing_is_decoded_unasked(page: Page) -> None:
    ready(page)
    sentence(page).fill(TEXT)
    choose_model(page, "Noise in dates")
    expect(sentence(page)).to_have_value("4 July 1776")
    expect(page.locator("#sentence label").first).to_contain_text("Date (")
    expect(page.locator("#translate")).to_have_text("Decode")
    expect(page.locator("#view-examples .chip")).to_have_text(["4 July 1776"])
    expect(card(page, 0)).to_have_count(0)
    page.locator("#language label").nth(1).click()
    expect(page.locator("#sentence label").first).to_contain_text("日期")
    expect(page.locator("#view-gallery .chosen-model")).to_contain_text("日期")
    expect(sentence(page)).to_have_value("4 July 1776")


def test_the_card_opens_and_follows_the_model(page: Page, screenshot: Callable[[str], None]) -> None:
    page.locator("#about button").first.click()
    about = page.locator("#about")
    expect(about.locator(".katex").first).to_be_visible()
    expect(about).to_contain_text("Bahdanau, Cho and Bengio 2015")
    expect(about).to_contain_text("CC BY 2.0 FR")
    expect(about).to_contain_text("python -m seq2seq_core.train")
    screenshot("card")
    choose_model(page, "Noise in Chinese")
    expect(about).to_contain_text("Twelve pairs, CC0.")
    expect(about.locator(".scores td")).to_have_text(["12.5"])


def test_a_picture_is_chosen_and_captioned(page: Page, screenshot: Callable[[str], None]) -> None:
    ready(page)
    choose_model(page, "Noise about pictures")
    pictures = page.locator("#view-examples .is-picture")
    expect(pictures.locator("canvas")).to_have_count(6)
    expect(sentence(page)).to_be_hidden()
    pictures.nth(2).click()
    expect(card(page, 1)).to_be_visible()
    expect(page.locator("#view-result .reference")).to_contain_text(re.compile("a (large|small) "))
    picture = page.locator("#heatmap")
    expect(picture.locator(".notes")).to_contain_text("Where the model looked when it wrote")
    little_panel(page, "heads", 0)
    token = page.locator("#heads .annotation").first.text_content()
    expect(picture.locator(".notes")).to_contain_text(f"when it wrote “{token}”")
    expect(page.locator("#view-panel .node-title")).to_contain_text(f"“{token}”, step 1")
    expect(page.locator("#view-attention")).to_be_hidden()
    screenshot("captioned")
    seen = pictures.first.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    page.locator("#view-examples .another").click()
    page.wait_for_function(
        "seen => document.querySelector('#view-examples canvas').toDataURL() !== seen", arg=seen
    )


def test_a_language_model_is_sampled_from(page: Page, app: ServedApp, screenshot: Callable[[str], None]) -> None:
    ready(page)
    choose_model(page, "A model of language")
    expect(sentence(page)).to_be_hidden()
    expect(page.locator("#translate")).to_be_hidden()
    for seed in (1, 2):
        page.locator("#sample").click()
        name = f"Sample, seed {seed}, temperature 1"
        expect(card(page, 0)).to_have_attribute("aria-label", name)
        trace = trace_from_api(app, "", model="tiny-language", algorithm="sampling", seed=seed)
        expect(card(page, 0).locator(".output")).to_have_text(trace.hypotheses[0].text or "(empty output)")
    expect(page.locator("#view-caption")).to_contain_text("reads no source")
    for figure in ("#heatmap", "#heads"):
        expect(page.locator(f"{figure} .plot")).to_be_hidden()
    expect(page.locator("#view-attention")).to_be_hidden()
    screenshot("sampled")


def test_the_gallery_is_worked_by_keyboard(page: Page) -> None:
    button = page.locator("#view-gallery .unfold")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#view-gallery .is-chosen")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#view-gallery .model").nth(1)).to_be_focused()
    # The answer in another language does not fold what is open.
    page.locator("#language label").nth(1).click()
    expect(page.locator("#view-gallery .unfold .change")).to_contain_text("更换")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.locator("#view-gallery .model").first.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("page_options", [PHONE], ids=str)
def test_a_phone_shows_the_gallery_and_the_card_without_scrolling_sideways(
    page: Page, screenshot: Callable[[str], None]
) -> None:
    models = unfold(page)
    assert models.first.evaluate("line => line.getBoundingClientRect().height") >= 44
    screenshot("unfolded")
    page.keyboard.press("Escape")
    page.locator("#about button").first.click()
    expect(page.locator("#about .katex").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    screenshot("card")
