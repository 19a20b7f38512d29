"""The tab 'Decoders' as a visitor uses it: a table with a known optimum, a real model, every beam size, a file."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from seq2seq_core.trace import check, from_json
from tests.browser.tabs import open_tab
from tests.support.page_guard import PageOptions

PHONE = PageOptions(width=390, height=844, locale="zh-CN", color_scheme="dark")
# Greedy takes a (.6) and ends at .24; "b c" has .4 * .9 = .36.
TABLE = "^: a .6  b .4\na: $ .4  b .3  c .3\nb: c .9  $ .1\nb c: $ 1\na b: $ 1\na c: $ 1"
CHOSEN = "#view-ways .line-up strong"


def choose_model(page: Page, name: str) -> None:
    box = page.locator("#decoders-model input")
    box.click()
    page.locator("#decoders-model [role=option]").filter(has_text=name).first.click()


def test_a_model_is_taken_up_once_so_that_what_is_typed_after_it_stays(page: Page) -> None:
    open_tab(page, "decoders")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or "") if "queue/join" in request.url else None)
    choose_model(page, "table")
    sentence = page.locator("#decoders-sentence textarea")
    expect(sentence).to_have_value(re.compile(r"\^"))
    sentence.fill("^: x 1")  # the dropdown loses the focus, which is an event too
    assert sum('"table"' in data for data in asked) == 1
    expect(sentence).to_have_value("^: x 1")


def decode(page: Page) -> None:
    """Press the button; returns with the answer, a result or a problem."""
    message = page.locator("#decoders-message .page-view")
    before = message.get_attribute("data-turn")
    page.locator("#decoders-decode").click()
    expect(message).not_to_have_attribute("data-turn", str(before))
    expect(page.locator("#tab-decoders.is-busy")).to_have_count(0)


def rows(page: Page, table: str = "decoders-table") -> Locator:
    return page.locator(f"#{table} tbody tr")


def set_slider(page: Page, name: str, value: str) -> None:
    box = page.locator(f"#{name} input[type=number]")
    box.fill(value)
    box.press("Enter")


def numbers(row: Locator) -> list[float]:
    """Score and log-prob sum of a row."""
    return [
        float(row.locator(f"td.{name}").evaluate("cell => cell.firstChild.textContent"))
        for name in ("score", "log-prob-sum")
    ]


def test_decoders_stand_beside_the_proved_optimum(page: Page, screenshot: Callable[[str], None]) -> None:
    open_tab(page, "decoders")
    choose_model(page, "table")
    expect(page.locator("#decoders-sentence textarea")).to_have_value(re.compile(r"\^"))
    page.locator("#decoders-sentence textarea").fill(TABLE)
    set_slider(page, "decoders-alpha", "0")
    page.locator("#view-ways .unfold").click()
    page.locator("#view-ways .model").filter(has_text="groups that avoid").locator("input").uncheck()
    page.locator("#view-ways .model").filter(has_text="CTranslate2").first.locator("input").check()
    page.keyboard.press("Escape")
    expect(page.locator(CHOSEN)).to_have_text(["Greedy", "Beam, size 5", "CTranslate2"])
    decode(page)
    # ln .24 = -1.427, ln .36 = -1.022, and .405 between them
    expect(rows(page)).to_have_count(4)
    assert numbers(rows(page).nth(0)) == [-1.427, -1.427]
    assert numbers(rows(page).nth(1)) == [-1.022, -1.022]
    assert numbers(rows(page).nth(3)) == [-1.022, -1.022]
    expect(rows(page).nth(0).locator(".note")).to_contain_text("scores 0.405 more was missed")
    expect(rows(page).nth(1).locator(".note")).to_contain_text("the optimum, proved")
    expect(rows(page).nth(3).locator(".architecture")).to_contain_text("proved, no other output can score higher")
    expect(page.locator("#decoders-ruler .js-plotly-plot")).to_be_visible()
    # The exact search can be stepped through, and saved as a trace that holds.
    page.locator("#decoders-search select").select_option(label="★ Optimum")
    expect(page.locator("#decoders-health")).to_contain_text("proved")
    with page.expect_download() as download:
        page.locator("#decoders-save .save").click()
    saved = from_json(Path(str(download.value.path())).read_text(encoding="utf-8"))
    check(saved)
    assert (saved.algorithm, saved.hypotheses[0].text) == ("exact", "b c")
    page.locator("#decoders-sweep").click()
    expect(rows(page, "decoders-sweep-table")).to_have_count(2)
    expect(rows(page, "decoders-sweep-table").locator(".letter")).to_have_text(["1", "2–10"])
    expect(page.locator("#decoders-sweep-figure .js-plotly-plot")).to_be_visible()
    screenshot("decoders")
    # Another question leaves no sweep of the last one behind.
    set_slider(page, "decoders-beam-size", "3")
    decode(page)
    expect(rows(page, "decoders-sweep-table")).to_have_count(0)
    expect(rows(page).nth(1).locator(".title")).to_have_text("Beam, size 3")


@pytest.mark.parametrize("page_options", [PHONE], ids=str)
def test_a_phone_has_the_tab_and_a_file_is_measured(
    page: Page, tmp_path: Path, screenshot: Callable[[str], None]
) -> None:
    open_tab(page, "decoders")
    page.locator("#decoders-sentence textarea").fill("I lost my keys.")
    decode(page)
    expect(rows(page)).to_have_count(4)
    expect(rows(page).nth(3).locator(".title")).to_have_text("最优输出")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    screenshot("decoders-phone")
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("Thank you.\tMerci.\nI lost my keys.\tJ'ai perdu mes clés.\n", encoding="utf-8")
    page.locator("#decoders-file button").first.click()
    page.locator("#decoders-file input[type=file]").set_input_files(pairs)
    table = page.locator("#decoders-file-table tbody tr")
    expect(table).to_have_count(4)
    assert table.locator("th").all_inner_texts() == ["1", "2", "4", "8"]
    with page.expect_download() as download:
        page.locator("#decoders-file-table .save").click()
    lines = Path(str(download.value.path())).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5
    assert lines[1].split(",") == [table.first.locator("th").inner_text(), *table.first.locator("td").all_inner_texts()]
