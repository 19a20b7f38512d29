"""Where things are: one width before and after a result, parts side by side, nothing cut off, nothing overlapping."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.translate_page import SENTENCE, boxes, drawn, ready, set_beam_size, translate
from tests.support.page_guard import PageOptions

PHONE = PageOptions(width=390, height=844)
CONTROLS = ("#translate", "#sentence", "#beam-size", "#alpha")
HEADINGS = """() => Object.fromEntries([...document.querySelectorAll('.part-head h2')].map(
  (head) => [head.textContent.trim(), [head.getBoundingClientRect().x, head.getBoundingClientRect().y]]))"""

OVERLAPS = """() => {
  const seen = [...document.querySelectorAll('#tree .scatterlayer .trace:not(.layer-out) .textpoint text')]
    .filter((text) => text.textContent.trim());
  const boxes = seen.map((text) => [text.textContent, text.getBoundingClientRect()]);
  const found = [];
  boxes.forEach(([name, a], place) => boxes.slice(place + 1).forEach(([other, b]) => {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (across > 1 && down > 3) found.push([name, other, across, down]);
  }));
  return [boxes.length, found];
}"""

CUT_OFF = """() => [...document.querySelectorAll('#view-panel td, #view-panel dd')].filter((cell) => {
  const inside = document.querySelector('#view-panel').getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(cell);
  const text = range.getBoundingClientRect();
  return text.left < inside.left - 1 || text.right > inside.right + 1;
}).map((cell) => cell.textContent)"""

NEWEST = """() => {
  const frame = document.querySelector('#tree .frame').getBoundingClientRect();
  const groups = document.querySelectorAll('#tree .scatterlayer .trace:not(.layer-out)');
  const points = [...groups].flatMap((group) => [...group.querySelectorAll('path.point')]);
  const right = Math.max(...points.map((point) => point.getBoundingClientRect().right));
  return [right, frame.left, frame.right];
}"""


def translated(page: Page) -> None:
    """With a result in view, which is as wide as the page was without one."""
    ready(page)
    before = boxes(page, *CONTROLS)
    translate(page, SENTENCE)
    drawn(page)
    after = boxes(page, *CONTROLS)
    assert [(box["x"], box["width"]) for box in before] == [(box["x"], box["width"]) for box in after]


def expect_the_whole_ledger(page: Page) -> None:
    """Every row of it can be read."""
    panel = page.locator("#view-panel")
    length = int(panel.locator(".sums dd").first.inner_text())
    expect(panel.locator(".ledger tbody tr")).to_have_count(length)
    assert page.evaluate(CUT_OFF) == []
    assert panel.evaluate("panel => panel.scrollHeight <= panel.clientHeight + 1")
    table, sums = boxes(page, "#view-panel .ledger", "#view-panel .sums")
    assert sums["y"] >= table["y"] + table["height"]


def expect_the_newest_column_in_sight(page: Page) -> None:
    """At the opening, at every step, and when the screen is turned."""
    frame = page.locator("#tree .frame")
    expect(page.locator("#tree .chosen-ring")).to_have_count(1)
    ring, box = boxes(page, "#tree .chosen-ring", "#tree .frame")
    assert box["x"] <= ring["x"] <= box["x"] + box["width"]
    frame.focus()
    page.keyboard.press("Home")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        right, left, end = page.evaluate(NEWEST)
        assert left < right <= end
    page.set_viewport_size({"width": 420, "height": 844})
    page.wait_for_function(f"() => {{ const [right, left, end] = ({NEWEST})(); return left < right && right <= end; }}")


def test_a_wide_screen_shows_parts_beside_each_other_and_all_of_them(page: Page) -> None:
    sentence, beam_size, alpha, button = boxes(page, "#sentence", "#beam-size", "#alpha", "#translate")
    assert sentence["x"] < beam_size["x"] < alpha["x"] < button["x"]
    assert beam_size["y"] == alpha["y"]
    translated(page)
    places = page.evaluate(HEADINGS)
    for left, right in (("All finished outputs", "Attention"), ("The beam, step by step", "Selected node")):
        assert places[left][1] == places[right][1]
        assert places[left][0] < places[right][0]
    expect_the_whole_ledger(page)
    expect_the_newest_column_in_sight(page)


@pytest.mark.parametrize("page_options", [PHONE], ids=str)
def test_a_phone_shows_one_part_below_the_other_and_all_of_them(page: Page) -> None:
    beam_size, alpha, button = boxes(page, "#beam-size", "#alpha", "#translate")
    assert beam_size["x"] == alpha["x"]
    assert beam_size["y"] < alpha["y"] < button["y"]
    translated(page)
    names = ["Result", "All finished outputs", "Attention", "The beam, step by step", "Selected node"]
    places = page.evaluate(HEADINGS)
    heights = [places[name][1] for name in names]
    assert heights == sorted(heights)
    assert len({places[name][0] for name in names}) == 1
    expect_the_whole_ledger(page)
    expect_the_newest_column_in_sight(page)


@pytest.mark.parametrize("page_options", [PageOptions(width=1100, height=800)], ids=str)
def test_every_row_of_the_ledger_can_be_read_where_the_panel_is_narrow(page: Page) -> None:
    translate(page, SENTENCE)
    expect_the_whole_ledger(page)


def test_labels_of_a_wide_beam_do_not_overlap(page: Page) -> None:
    ready(page)
    set_beam_size(page, 10)
    translate(page, SENTENCE)
    drawn(page)
    page.locator("#tree .frame").focus()
    for key, times in (("End", 1), ("Home", 1), ("ArrowRight", 3), ("ArrowRight", 4), ("ArrowRight", 7)):
        for _ in range(times):
            page.keyboard.press(key)
        shown, overlaps = page.evaluate(OVERLAPS)
        assert shown > 0
        assert overlaps == []
