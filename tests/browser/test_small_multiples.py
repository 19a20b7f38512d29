"""Little maps on a page: fewer in a line on a narrow screen, chosen by a click anywhere on one of them."""


import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.translate_page import drawn, still
from tests.support.served_app import ServedApp

TITLES = """() => document.querySelectorAll('#heads .annotation').length"""
WIDTH = """() => document.querySelector('#heads .plot').layout.width"""
PANEL_CENTRE = """(place) => {
  const plot = document.querySelector('#heads .plot');
  const pane = plot.data.filter(({ customdata }) => Array.isArray(customdata?.[0]?.[0]))[place];
  const box = plot.getBoundingClientRect();
  return [box.x + pane.x0, box.y + pane.y0];
}"""


@pytest.fixture(scope="module")
def app(figures_app: ServedApp) -> ServedApp:
    """The page of figures, in place of the whole app."""
    return figures_app


@pytest.fixture
def heads(page: Page) -> Locator:
    page.get_by_role("tab", name="Heads").click()
    view = page.locator("#heads")
    view.locator(".heatmaplayer image").first.wait_for()
    drawn(page, "heads")
    return view


def click_panel(page: Page, place: int) -> None:
    still(page, "#heads .plot")
    page.mouse.click(*page.evaluate(PANEL_CENTRE, place))


def test_a_click_on_a_little_map_chooses_its_head(page: Page, heads: Locator) -> None:
    click_panel(page, 10)  # the third head of the second layer of eight
    expect(page.get_by_label("Head", exact=True)).to_have_value("Head(layer=1, head=2)")
    expect(heads.locator(".chosen-ring")).to_have_count(1)


def test_a_screen_that_becomes_narrow_gets_the_narrow_figure_and_keeps_the_ring(page: Page, heads: Locator) -> None:
    wide = page.evaluate(WIDTH)
    click_panel(page, 3)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"wide => ({WIDTH})() < wide", arg=wide)
    expect(heads.locator(".chosen-ring")).to_have_count(1)
    assert page.evaluate(TITLES) == 16
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(WIDTH) <= heads.locator(".frame").evaluate("frame => frame.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_function(f"wide => ({WIDTH})() === wide", arg=wide)
    expect(heads.locator(".chosen-ring")).to_have_count(1)
