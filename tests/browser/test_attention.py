"""Attention of a model with several heads: chosen by a click or from the list, kept, and self-attention on demand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from seq2seq_core.trace import Trace
from tests.browser.translate_page import (
    card,
    choose_model,
    little_panel,
    ready,
    rows,
    trace_from_api,
    translate,
)
from tests.support.page_guard import PageOptions
from tests.support.served_app import ServedApp

TEXT = "The cat sees the dog."
MODEL = "rival-transformer"  # one layer of two heads
PHONE = PageOptions(width=390, height=844, locale="zh-CN", color_scheme="dark")
WEIGHTS = "() => document.querySelector('#heatmap .plot').data[0].z.map((row) => [...row])"


def shown_head(page: Page) -> Locator:
    """The line of the list that is chosen."""
    return page.locator("#view-choice select option:checked")


def decode(page: Page) -> None:
    ready(page)
    choose_model(page, MODEL)
    translate(page, TEXT)
    expect(page.locator("#heads .heatmaplayer image").first).to_be_visible()


def expect_first_row(page: Page, trace: Trace, head: int | None) -> None:
    """The heat map shows the weights of one head, or of both on average."""
    step = trace.steps[0]
    assert step.heads_ELHS is not None
    assert step.attention_ES is not None
    row_S = step.attention_ES[0] if head is None else step.heads_ELHS[0, 0, head]
    page.wait_for_function(
        f"wanted => ({WEIGHTS})()[0].every((weight, place) => Math.abs(weight - wanted[place]) < 1e-4)",
        arg=row_S.tolist(),
    )


def test_a_transformers_head_is_chosen_and_stays(
    page: Page, app: ServedApp, screenshot: Callable[[str], None]
) -> None:
    decode(page)
    trace = trace_from_api(app, TEXT, model=MODEL)
    for head in (0, 1):
        little_panel(page, "heads", head)
        expect(shown_head(page)).to_contain_text(f"Layer 1, head {head + 1}")
        expect(page.locator("#heatmap .notes")).to_contain_text(f"Shown: layer 1, head {head + 1}.")
        expect_first_row(page, trace, head)
        expect(page.locator("#heads .chosen-ring")).to_have_count(1)
    screenshot("head")
    rows(page).nth(1).click()
    expect(page.locator("#view-caption")).to_contain_text("rank 2")
    expect(shown_head(page)).to_contain_text("Layer 1, head 2")
    card(page, 0).locator(".show").click()
    expect(page.locator("#view-caption")).to_contain_text("Greedy’s output")
    expect(page.locator("#heatmap .notes")).to_contain_text("Shown: layer 1, head 2.")
    card(page, 1).locator(".show").click()
    expect(page.locator("#view-caption")).to_contain_text("rank 1")

    page.locator("#view-choice select").select_option(label="Mean of all heads")
    expect_first_row(page, trace, None)
    expect(page.locator("#heads .chosen-ring")).to_have_count(0)
    expect(page.locator("#view-attention h4")).to_contain_text("Mean of all heads")

    part = page.locator("#self-attention")
    expect(part.locator(".plot")).to_have_count(0)
    part.locator("button").first.click()
    expect(part.locator(".heatmaplayer").first).to_be_visible()
    little_panel(page, "self-decoder-heads", 1)
    expect(page.locator("#self-decoder-choice option:checked")).to_contain_text("Layer 1, head 2")
    expect(page.locator("#self-decoder .annotation").first).to_have_text("Layer 1, head 2")
    screenshot("self-attention")
    rows(page).nth(1).click()
    expect(page.locator("#self-encoder")).to_be_hidden()


@pytest.mark.parametrize("page_options", [PHONE], ids=str)
def test_a_phone_shows_heads_and_self_attention_without_scrolling_sideways(
    page: Page, screenshot: Callable[[str], None]
) -> None:
    decode(page)
    page.locator("#view-choice select").select_option(label="所有头的平均")
    expect(page.locator("#view-attention h4")).to_contain_text("所有头的平均")
    page.locator("#self-attention button").first.click()
    expect(page.locator("#self-decoder .heatmaplayer").first).to_be_visible()
    page.locator("#language label").first.click()
    expect(page.locator("#self-decoder .notes")).to_contain_text("Each row is a token that looks")
    expect(shown_head(page)).to_have_text("Mean of all heads")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    screenshot("phone")
