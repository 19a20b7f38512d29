"""The tab 'Training lab' as visitors use it: a training from its start to a model in other tabs, the queue, files."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.tabs import open_tab, opened
from tests.support.page_guard import PageOptions
from tests.support.served_app import ServedApp

LEARNING_MS = 300_000  # a process must import torch on a machine that may be busy
PHONE = PageOptions(width=390, height=844, locale="zh-CN", color_scheme="dark")
PAIRS = [f"a{number}\t{number}" for number in range(100, 140)]


def choose(page: Page, name: str, place: int) -> None:
    """One of the choices of a drop-down list, by its place."""
    page.locator(f"#{name} input").first.click()
    page.locator(f"#{name} [role=option]").nth(place).click()


def cards(page: Page) -> Locator:
    return page.locator(".view-labruns .run")


def expect_stage(page: Page, stage: str, letter: str = "A") -> None:
    card = page.locator(f".view-labruns .run[data-letter={letter}]")
    expect(card).to_have_attribute("data-stage", re.compile(stage), timeout=LEARNING_MS)


def figure(page: Page, name: str) -> str:
    return page.locator(f".view-labruns .{name} dd").first.inner_text()


def upload(page: Page, path: Path, lines: list[str]) -> Locator:
    """Give the page a file; the line that says what became of it."""
    path.write_text("\n".join(lines), encoding="utf-8")
    message = page.locator("#lab-file-message .page-view")
    before = message.get_attribute("data-turn")
    page.locator("#lab-more input[type=file]").set_input_files(path)
    expect(message).not_to_have_attribute("data-turn", str(before))
    return message


def test_a_model_learns_live_and_is_used_in_other_tabs(
    page: Page, tmp_path: Path, screenshot: Callable[[str], None]
) -> None:
    open_tab(page, "lab")
    choose(page, "lab-task", 1)  # copying
    page.locator("#lab-start").click()
    expect_stage(page, "running")
    slider = page.locator("#lab-place input[type=range]")
    expect(slider).not_to_have_attribute("max", "1", timeout=LEARNING_MS)  # two looks and more
    expect(page.locator("#lab-curves .js-plotly-plot")).to_be_visible()
    expect(page.locator("#lab-map-a .js-plotly-plot")).to_be_visible()
    assert figure(page, "epsilon") == "1.000"
    screenshot("learning")
    page.locator("#lab-stop").click()
    expect_stage(page, "stopped")
    expect(page.locator("#lab-use-a")).to_be_visible()

    # Back to the first look: what the untrained model said.
    page.locator("#lab-place input[type=number]").fill("0")
    page.locator("#lab-place input[type=number]").press("Enter")
    expect(page.locator("#lab-caption-a")).to_contain_text("after 0 tokens")

    # Another schedule, and on.
    looks = int(str(slider.get_attribute("max")))
    choose(page, "lab-course", 4)  # free running
    page.locator("#lab-go-on").click()
    expect_stage(page, "running")
    expect(page.locator(".view-labruns .what").last).to_contain_text("schedule changed after")
    expect(page.locator(".view-labruns .epsilon dd").first).to_have_text("0.000", timeout=LEARNING_MS)
    page.locator("#lab-stop").click()
    expect_stage(page, "stopped")
    assert int(str(slider.get_attribute("max"))) > looks

    with page.expect_download() as download:
        page.locator("#lab-download-a").click()
    with zipfile.ZipFile(str(download.value.path())) as archive:
        names = {Path(name).name for name in archive.namelist()}
    assert {"model.safetensors", "config.json", "README.md"} <= names

    trained_on = figure(page, "learnt-from").split()[0]
    page.locator("#lab-use-a").click()
    expect(page.locator("#tab-translate")).to_be_visible()
    model = page.locator("#view-gallery .chosen-model")
    expect(model).to_contain_text("Copying")
    expect(model).to_contain_text(f"trained on {float(trained_on):.0f} k tokens")
    page.locator("#translate").click()
    expect(page.locator("#view-result .card").first).to_be_visible(timeout=LEARNING_MS)
    expect(page.locator("#view-result .model-line")).to_contain_text("Copying")
    open_tab(page, "decoders")
    page.locator("#decoders-model input").click()
    expect(page.locator("#decoders-model [role=option]").filter(has_text="A · Training lab: copy")).to_have_count(1)


def test_a_class_queues_and_who_leaves_makes_room(page: Page, context: BrowserContext, app: ServedApp) -> None:
    open_tab(page, "lab")
    choose(page, "lab-comparison", 2)  # attention and none: two trainings
    page.locator("#lab-start").click()
    expect_stage(page, "starting|running", "A")
    expect_stage(page, "starting|running", "B")
    late = opened(context.new_page(), app)
    open_tab(late, "lab")
    late.locator("#lab-start").click()
    expect(cards(late)).to_contain_text("number 1 in the queue")
    late.locator("#lab-stop").click()
    expect_stage(late, "cancelled")
    # The models of others are not in one's own lists, and one's own only there.
    late.locator("#lab-start").click()
    expect_stage(late, "waiting")
    page.close()  # the first visitor is gone: their trainings end, and the second one's begins
    expect_stage(late, "starting|running")
    late.locator("#lab-stop").click()
    expect_stage(late, "stopped|cancelled")


@pytest.mark.parametrize("page_options", [PHONE], ids=str)
def test_a_file_of_ones_own_is_checked_and_learnt(
    page: Page, tmp_path: Path, screenshot: Callable[[str], None]
) -> None:
    open_tab(page, "lab")
    page.locator("#lab-more button").first.click()
    bad = upload(page, tmp_path / "bad.tsv", [*PAIRS, "no tab"])
    expect(bad).to_have_attribute("data-tone", "problem")
    expect(bad).to_contain_text("第 41 行")
    good = upload(page, tmp_path / "good.tsv", PAIRS)
    expect(good).to_contain_text("40")
    page.locator("#lab-start").click()
    expect_stage(page, "running")
    expect(cards(page)).to_contain_text("我自己的数据")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    screenshot("phone")
    page.locator("#lab-stop").click()
    expect_stage(page, "stopped")


def test_exposure_bias_is_drawn_for_the_task_that_is_chosen(page: Page, screenshot: Callable[[str], None]) -> None:
    open_tab(page, "lab")
    figures = page.locator("#tab-lab .js-plotly-plot")
    expect(figures).to_have_count(3)  # positions, recovery, over-correction
    told = page.locator("#tab-lab").get_by_text("free-running", exact=False)
    before = told.last.inner_text()
    page.locator("#exposure-task input").last.check()
    expect(told.last).not_to_have_text(before)
    expect(figures).to_have_count(3)
    screenshot("exposure")
