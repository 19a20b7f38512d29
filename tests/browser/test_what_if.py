"""What if, and a trace file: a search is changed from the page, compared and taken back; a kept one is opened."""

import re
from collections.abc import Callable
from functools import cache
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from seq2seq_core.options import BeamOptions, Constraints, Pin, SearchOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.trace import Trace, to_json
from tests.browser.translate_page import drawn, still, translate
from tests.support.page_guard import PageOptions
from tests.support.project import ROOT
from tests.support.tables import golden_table, trace_of

SENTENCE: Final = "I want to go home."
PHONE: Final = PageOptions(width=390, height=844, locale="zh-CN", color_scheme="dark")
CELL: Final = """([row, column]) => {
  const plot = document.querySelector('#heatmap .plot'), box = plot.getBoundingClientRect();
  const { xaxis, yaxis } = plot._fullLayout;
  return [box.x + xaxis._offset + xaxis.l2p(column), box.y + yaxis._offset + yaxis.l2p(row)];
}"""
DROP: Final = """text => {
  const data = new DataTransfer();
  data.items.add(new File([text], 'search.json', { type: 'application/json' }));
  for (const kind of ['dragover', 'drop']) {
    document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


@cache
def model() -> Pipeline:
    return Pipeline.load(ROOT / "assets" / "checkpoints" / "tatoeba-en-fr")


def searched(**settings: object) -> Trace:
    options: SearchOptions = BeamOptions(beam_size=5, **settings)  # type: ignore[arg-type]
    return model().trace(SENTENCE, options)


def strip(page: Page) -> Locator:
    return page.locator("#view-whatif .strip")


def expect_totals(page: Page, own: Trace, changed: Trace) -> None:
    """Both winners' log-prob sums and scores, correctly rounded, and their differences."""
    old, new = own.hypotheses[0], changed.hypotheses[0]
    sums, scores = strip(page).locator("td.log-prob-sum"), strip(page).locator("td.score")
    difference = new.log_prob_sum - old.log_prob_sum
    expect(sums).to_have_text(
        [f"{old.log_prob_sum:.3f}", f"{new.log_prob_sum:.3f}", f"{difference:+.3f}"]
    )
    expect(scores).to_have_text([f"{old.score:.3f}", f"{new.score:.3f}", f"{new.score - old.score:+.3f}"])
    expect(strip(page).locator("td.output").nth(1)).to_have_text(new.text)


def first_step(page: Page) -> None:
    """Choose the best candidate of step 1, by keyboard."""
    drawn(page).focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#view-panel .node-title")).to_contain_text(re.compile("step 1,|第 1 步"))
    expect(page.locator("#view-next li").first).to_be_visible()


@pytest.mark.parametrize("page_options", [PageOptions(), PHONE], ids=str)
def test_a_search_is_changed_compared_and_taken_back(page: Page, screenshot: Callable[[str], None]) -> None:
    own = searched()
    first = own.hypotheses[0].tokens[0]
    translate(page, SENTENCE)
    expect(strip(page)).to_have_count(0)
    first_step(page)
    # another token after the first one, chosen by keyboard
    other = int(own.steps[1].next_token_EP[0, 1])
    page.locator("#view-next li button.act").nth(1).focus()
    page.keyboard.press("Enter")
    changed = searched(constraints=Constraints(forced_prefix=(first, other)))
    expect_totals(page, own, changed)
    expect(strip(page)).to_be_in_viewport()
    expect(page.locator("#view-result .card .output").nth(1)).to_have_text(changed.hypotheses[0].text)
    expect(page.locator("#tree .legend li")).not_to_have_count(0)
    screenshot("forced")
    # and the first token banned: newer than what contradicts it
    first_step(page)
    page.locator("#view-next .acts button").nth(1).click()
    expect(strip(page).locator(".changes li")).to_have_count(2)
    expect_totals(page, own, searched(constraints=Constraints(banned_after=((first,),))))
    screenshot("banned")
    strip(page).locator("button.undo").click()
    expect_totals(page, own, changed)
    strip(page).locator("button.own").click()
    expect(strip(page)).to_have_count(0)
    expect(page.locator("#view-result .card .output").nth(1)).to_have_text(own.hypotheses[0].text)


def test_attention_is_set_by_a_click_on_a_cell_and_said_to_be_an_intervention(
    page: Page, screenshot: Callable[[str], None]
) -> None:
    own = searched()
    translate(page, SENTENCE)
    drawn(page, "heatmap")
    page.locator("#heatmap .heatmaplayer image").first.scroll_into_view_if_needed()
    still(page, "#heatmap .plot")
    page.mouse.click(*page.evaluate(CELL, [1, 3]))
    pin = page.locator("#view-pin")
    expect(pin.locator(".label")).to_contain_text("Step 2")
    expect(pin.locator("select")).to_have_value("3")
    pin.locator("button.pin").click()
    expect_totals(page, own, searched(pins=(Pin(step=2, position=3),)))
    expect(strip(page).locator(".title")).to_contain_text("not its own behaviour")
    expect(page.locator("#view-caption .how-to")).to_contain_text("Set from outside: step 2 on")
    drawn(page, "heatmap")
    row = page.evaluate("() => [...document.querySelector('#heatmap .plot').data[0].z[1]]")
    assert row == [float(place == 3) for place in range(len(row))]
    screenshot("pinned")


def test_a_trace_file_is_opened_without_a_model(page: Page, screenshot: Callable[[str], None]) -> None:
    trace = trace_of(golden_table("M3"), BeamOptions(beam_size=2))
    expect(page.locator("#view-gallery .unfold")).to_be_visible()  # the scripts are there
    page.evaluate(DROP, to_json(trace))
    scores = page.locator("#view-tracefacts td.score")
    expect(scores).to_have_text([f"{each.score:.3f}" for each in trace.hypotheses])
    expect(page.locator("#trace-tree .plot .scatterlayer").first).to_be_visible()
    page.locator("#view-tracefacts tbody tr").nth(1).click()
    second = trace.hypotheses[1]
    expect(page.locator("#trace-panel .node-title")).to_contain_text(f"step {second.step},")
    assert repr(second.score) in page.locator("#trace-panel .sums").inner_text()
    screenshot("opened")
    bad = to_json(trace).replace('"score":', '"scorn":', 1)
    files = [{"name": "bad.json", "mimeType": "application/json", "buffer": bad.encode()}]
    page.locator("#view-tracefile input[type=file]").set_input_files(files)  # type: ignore[arg-type]
    message = page.locator("#trace-message .tone-problem")
    expect(message).to_contain_text("must have a field 'score'")
    expect(scores).to_have_count(len(trace.hypotheses))  # what was open stays
