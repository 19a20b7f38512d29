"""Figures on a page: stepped by keys, followed by clicks, in the page's colours, after any number of updates."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from demo.wording.figures import ENGLISH
from tests.browser.translate_page import drawn, still
from tests.support.page_guard import PageOptions
from tests.support.served_app import ServedApp

NODE_CENTRE = """([step, index]) => {
  const plot = document.querySelector('#tree .plot');
  for (const trace of plot.data) {
    if (trace.hoverinfo === 'skip') continue;
    const point = (trace.customdata ?? []).findIndex(([s, i]) => s === step && i === index);
    if (point < 0) continue;
    const box = plot.querySelectorAll(`.trace${trace.uid} path.point`)[point].getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  }
}"""

STEP_ALL = """async () => {
  const drawing = document.querySelector('#tree .plot');
  const redrawn = [];
  const watch = new MutationObserver((changes) => redrawn.push(...changes.map((change) => change.target.nodeName)));
  watch.observe(drawing, { childList: true, subtree: true });
  const frame = document.querySelector('#tree .frame');
  const shown = [];
  for (const key of ['Home', ...Array(81).fill('ArrowRight')]) {
    frame.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    await new Promise(requestAnimationFrame);
    shown.push(document.querySelector('#tree .count').textContent);
  }
  watch.disconnect();
  return { redrawn, shown };
}"""

LISTENERS = """() => ['plotly_click', 'plotly_hover', 'plotly_afterplot'].map(
  (event) => document.querySelector('#tree .plot').listenerCount?.(event)
    ?? document.querySelector('#tree .plot')._ev.listenerCount(event))"""


@pytest.fixture(scope="module")
def app(figures_app: ServedApp) -> ServedApp:
    """The page of figures, in place of the whole app."""
    return figures_app


@pytest.fixture
def tree(page: Page) -> Locator:
    return open_tree(page)


def open_tree(page: Page) -> Locator:
    page.get_by_role("tab", name="Tree").click()
    drawn(page)
    return page.locator("#tree")


def show(page: Page, name: str) -> Locator:
    """Another search; the update reaches a view in a closed tab, which must wait to be seen."""
    page.get_by_role("tab", name="Input").click()
    expect(page.get_by_label("Shown")).not_to_have_value("")
    page.get_by_role("radio", name=name).check()
    expect(page.get_by_label("Shown")).to_have_value(name)
    return open_tree(page)


def press(view: Locator, *keys: str) -> None:
    frame = view.locator(".frame")
    frame.focus()
    for key in keys:
        frame.press(key)


def point_at(page: Page, step: int, index: int) -> None:
    still(page, "#tree .plot")
    page.mouse.move(*page.evaluate(NODE_CENTRE, [step, index]))


def chosen(page: Page) -> Locator:
    return page.get_by_label("Chosen")


@pytest.mark.parametrize(
    "page_options",
    [PageOptions(), PageOptions(color_scheme="dark"), PageOptions(color_scheme="dark", width=390, height=844)],
    ids=str,
)
def test_searches_are_drawn(page: Page, screenshot: Callable[[str], None]) -> None:
    for name in ("small", "long", "dots"):
        view = show(page, name)
        expect(view.locator(".caption")).to_contain_text("Result:")
        screenshot(f"{name}-result")
        press(view, "Home", *["ArrowRight"] * 11)
        expect(view.locator(".caption")).to_contain_text("Step 6, expand:")
        screenshot(f"{name}-step")
        page.get_by_role("tab", name="Map").click()
        expect(page.locator("#heatmap .heatmaplayer image")).to_be_visible()
        screenshot(f"{name}-attention")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_keys_step_through_the_search_which_is_told_in_words(tree: Locator) -> None:
    account = tree.locator(".plot[role=img]").get_attribute("aria-label")
    assert account is not None
    assert "Columns are steps" in account
    expect(tree.get_by_role("slider", name=ENGLISH.tree.stepper.slider)).to_be_visible()
    for name in (ENGLISH.tree.stepper.back, ENGLISH.tree.stepper.forward):
        expect(tree.get_by_role("button", name=name, exact=True)).to_be_visible()

    caption, count = tree.locator(".caption"), tree.locator(".count")
    press(tree, "Home")
    expect(caption).to_contain_text("Start:")
    press(tree, "ArrowRight", "ArrowRight", "ArrowLeft")
    expect(caption).to_contain_text("Step 1, expand:")
    press(tree, "End")
    expect(count).to_have_text("19 / 19")
    press(tree, "ArrowRight")
    expect(count).to_have_text("19 / 19")


def test_play_runs_and_a_step_by_hand_stops_it(tree: Locator) -> None:
    press(tree, "Home", " ")
    play = tree.locator(".step-play")
    expect(play).to_have_text(ENGLISH.tree.stepper.pause)
    expect(tree.locator(".count")).to_have_text(re.compile(r"^([2-9]|1\d) / 19$"))
    press(tree, "ArrowLeft")
    expect(play).to_have_text(ENGLISH.tree.stepper.play)


def test_many_updates_are_each_drawn_on_one_plot_with_one_listener_of_each_kind(page: Page, tree: Locator) -> None:
    plot = tree.locator(".plot").element_handle()
    # Groups and samples are told apart by shapes that the legend has too.
    for name, shown in (("groups", ("group 1", "group 2", "group 3")), ("samples", ("drawn", "not drawn"))):
        view = show(page, name)
        legend = view.locator(".legend li")
        for text in shown:
            symbol = legend.filter(has_text=text).first.locator("svg polygon, svg circle, svg path")
            expect(symbol.first).to_be_attached()
        expect(view.locator(".scatterlayer path.point").first).to_be_attached()

    # Tokens that look like markup are read as written.
    show(page, "crossing")
    expect(tree.locator(".textpoint text").filter(has_text="⏎")).to_have_count(1)
    assert {"<s>", "</s>", "a␣b"} <= set(tree.locator(".textpoint text").all_text_contents())
    expect(tree.locator(".caption")).to_contain_text("“<b>”")
    assert page.evaluate("document.querySelectorAll('#tree .caption b, #tree s').length") == 0

    for name in ("small", "crossing", "small"):
        show(page, name)
    expect(tree.locator(".count")).to_have_text("19 / 19")
    assert page.evaluate("plot => plot === document.querySelector('#tree .plot')", plot)
    assert page.evaluate(LISTENERS) == [1, 1, 1]


def test_stepping_through_a_long_search_draws_nothing_anew(page: Page) -> None:
    """That is why a step takes milliseconds; tests/bench/page_step.py times it."""
    show(page, "long")
    seen = page.evaluate(STEP_ALL)
    assert len(set(seen["shown"])) == len(seen["shown"]) == 82
    assert seen["redrawn"] == []


def test_candidates_are_pointed_at_clicked_and_chosen_by_keys(page: Page, tree: Locator) -> None:
    # What is still to come does not answer the pointer.
    hover = tree.locator(".hoverlayer .hovertext")
    press(tree, "Home", *["ArrowRight"] * 3)
    point_at(page, 5, 0)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_timeout(400)
    expect(hover).to_have_count(0)
    expect(chosen(page)).to_have_value("")

    # A loser shows its ledger; a click on it reaches Python and leaves a ring.
    press(tree, "ArrowRight", "ArrowRight")
    point_at(page, 3, 6)
    expect(hover).to_contain_text(re.compile(r"below the cut by \d+\.\d{3} nats"))
    expect(hover).not_to_contain_text("%{")
    page.mouse.down()
    page.mouse.up()
    expect(chosen(page)).to_have_value("(3, 6)")
    expect(tree.locator(".chosen-ring")).to_have_count(1)

    press(tree, "Home", "ArrowRight", "ArrowDown", "ArrowDown")
    expect(chosen(page)).to_have_value("(1, 1)")
    press(tree, "ArrowUp")
    expect(chosen(page)).to_have_value("(1, 0)")


def test_a_change_of_theme_recolours_texts_and_keeps_step_and_ring(page: Page, tree: Locator) -> None:
    label = tree.locator(".textpoint text").first
    press(tree, "Home", "ArrowRight", "ArrowDown")
    before = label.evaluate("text => getComputedStyle(text).fill")
    page.evaluate("document.body.classList.toggle('dark')")
    page.wait_for_function(
        "before => getComputedStyle(document.querySelector('#tree .textpoint text')).fill !== before", arg=before
    )
    expect(tree.locator(".count")).to_have_text("1 / 19")
    expect(tree.locator(".chosen-ring")).to_have_count(1)
    assert tree.locator(".layer-out").count() > 0


def test_the_current_step_can_be_saved(page: Page, tree: Locator) -> None:
    for button, ending in (("Save as SVG", "svg"), ("Save as PNG", "png")):
        with page.expect_download() as download:
            tree.get_by_role("button", name=button).click()
        assert download.value.suggested_filename == f"figure.{ending}"


def test_bars_follow_the_width_of_the_page(page: Page) -> None:
    page.get_by_role("tab", name="Map").click()
    drawn(page, "bars")
    expect(page.locator("#bars .main-svg").first).to_be_visible()
    page.set_viewport_size({"width": 600, "height": 900})
    page.wait_for_function("document.querySelector('#bars .main-svg').getBoundingClientRect().width < 600")


def test_a_view_waits_for_a_late_drawing_library(blank_page: Page, app: ServedApp) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    blank_page.route("**/plotly.min.js", hold)
    blank_page.goto(app.url, wait_until="commit")
    blank_page.get_by_role("tab", name="Tree").click()
    expect(blank_page.locator("#tree .message")).to_have_text(ENGLISH.tree.view.loading)
    for route in held:
        route.continue_()
    blank_page.locator("#tree .scatterlayer").first.wait_for()
    expect(blank_page.locator("#tree .message")).to_be_hidden()
