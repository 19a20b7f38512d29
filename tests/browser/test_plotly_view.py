"""Figures on a page: stepped by keys, followed by clicks, in the page's colours, after any number of updates."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from demo.wording.figures import ENGLISH
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
    view = page.locator("#tree")
    view.locator(".scatterlayer").first.wait_for()
    return view


def show(page: Page, name: str) -> Locator:
    page.get_by_role("tab", name="Input").click()
    page.get_by_role("radio", name=name).check()
    page.wait_for_timeout(300)  # the update reaches a view in a closed tab: it must wait to be seen
    return open_tree(page)


def press(view: Locator, *keys: str) -> None:
    frame = view.locator(".frame")
    frame.focus()
    for key in keys:
        frame.press(key)


def point_at(page: Page, step: int, index: int) -> None:
    page.mouse.move(*page.evaluate(NODE_CENTRE, [step, index]))


def chosen(page: Page) -> Locator:
    return page.get_by_label("Chosen")


@pytest.mark.parametrize(
    "page_options",
    [
        PageOptions(),
        PageOptions(color_scheme="dark"),
        PageOptions(width=390, height=844),
        PageOptions(color_scheme="dark", width=390, height=844),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["small", "long", "dots"])
def test_a_search_is_drawn(page: Page, screenshot: Callable[[str], None], name: str) -> None:
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


def test_keys_step_through_the_search(tree: Locator) -> None:
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
    expect(tree.locator(".count")).to_have_text("2 / 19")
    press(tree, "ArrowLeft")
    expect(play).to_have_text(ENGLISH.tree.stepper.play)


def test_groups_and_samples_are_told_apart_by_shapes_that_the_legend_has_too(page: Page) -> None:
    for name, shown in (("groups", ("group 1", "group 2", "group 3")), ("samples", ("drawn", "not drawn"))):
        view = show(page, name)
        legend = view.locator(".legend li")
        for text in shown:
            symbol = legend.filter(has_text=text).first.locator("svg polygon, svg circle, svg path")
            expect(symbol.first).to_be_attached()
        expect(view.locator(".scatterlayer path.point").first).to_be_attached()
        page.get_by_role("tab", name="Input").click()


def test_stepping_through_a_long_search_draws_nothing_anew(page: Page) -> None:
    """That is why a step takes milliseconds; tests/bench/page_step.py times it."""
    show(page, "long")
    seen = page.evaluate(STEP_ALL)
    assert len(set(seen["shown"])) == len(seen["shown"]) == 82
    assert seen["redrawn"] == []


def test_pointing_at_a_loser_shows_its_ledger(page: Page, tree: Locator) -> None:
    press(tree, "Home", *["ArrowRight"] * 5)
    point_at(page, 3, 6)
    hover = tree.locator(".hoverlayer .hovertext")
    expect(hover).to_contain_text(re.compile(r"below the cut by \d+\.\d{3} nats"))
    expect(hover).not_to_contain_text("%{")


def test_a_click_reaches_python_and_leaves_a_ring(page: Page, tree: Locator) -> None:
    press(tree, "Home", *["ArrowRight"] * 5)
    point_at(page, 3, 6)
    page.mouse.down()
    page.mouse.up()
    expect(chosen(page)).to_have_value("(3, 6)")
    expect(tree.locator(".chosen-ring")).to_have_count(1)


def test_arrows_choose_candidates_without_a_mouse(page: Page, tree: Locator) -> None:
    press(tree, "Home", "ArrowRight", "ArrowDown", "ArrowDown")
    expect(chosen(page)).to_have_value("(1, 1)")
    press(tree, "ArrowUp")
    expect(chosen(page)).to_have_value("(1, 0)")


def test_what_is_still_to_come_does_not_answer_the_pointer(page: Page, tree: Locator) -> None:
    press(tree, "Home", *["ArrowRight"] * 3)
    point_at(page, 5, 0)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_timeout(400)
    expect(tree.locator(".hoverlayer .hovertext")).to_have_count(0)
    expect(chosen(page)).to_have_value("")


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


def test_many_updates_leave_one_plot_and_one_listener_each(page: Page, tree: Locator) -> None:
    plot = tree.locator(".plot").element_handle()
    for _ in range(3):
        show(page, "crossing")
        show(page, "small")
    expect(tree.locator(".count")).to_have_text("19 / 19")
    assert page.evaluate("plot => plot === document.querySelector('#tree .plot')", plot)
    assert page.evaluate(LISTENERS) == [1, 1, 1]


def test_tokens_that_look_like_markup_are_read_as_written(page: Page) -> None:
    tree = show(page, "crossing")
    expect(tree.locator(".textpoint text").filter(has_text="⏎")).to_have_count(1)
    assert {"<s>", "</s>", "a␣b"} <= set(tree.locator(".textpoint text").all_text_contents())
    expect(tree.locator(".caption")).to_contain_text("“<b>”")
    assert page.evaluate("document.querySelectorAll('#tree .caption b, #tree s').length") == 0


def test_the_figure_is_told_in_words(tree: Locator) -> None:
    account = tree.locator(".plot[role=img]").get_attribute("aria-label")
    assert account is not None
    assert "Columns are steps" in account
    expect(tree.get_by_role("slider", name=ENGLISH.tree.stepper.slider)).to_be_visible()
    for name in (ENGLISH.tree.stepper.back, ENGLISH.tree.stepper.forward):
        expect(tree.get_by_role("button", name=name, exact=True)).to_be_visible()


def test_bars_follow_the_width_of_the_page(page: Page, tree: Locator) -> None:
    page.get_by_role("tab", name="Map").click()
    drawing = page.locator("#bars .main-svg").first
    expect(drawing).to_be_visible()
    page.set_viewport_size({"width": 600, "height": 900})
    page.wait_for_function("document.querySelector('#bars .main-svg').getBoundingClientRect().width < 600")


@pytest.mark.parametrize(("button", "ending"), [("Save as SVG", "svg"), ("Save as PNG", "png")])
def test_the_current_step_can_be_saved(page: Page, tree: Locator, button: str, ending: str) -> None:
    with page.expect_download() as download:
        tree.get_by_role("button", name=button).click()
    assert download.value.suggested_filename == f"figure.{ending}"


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
