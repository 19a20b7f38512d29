"""The stream of answers may be behind the rest of the connection: nothing that a visitor asks for is lost for that."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.tabs import opened
from tests.browser.translate_page import SENTENCE, settled, translate
from tests.support.served_app import ServedApp

# What comes on the stream comes late; before the scripts of the page begin.
LATE = """
const fetchAtOnce = window.fetch;
window.fetch = async (...request) => {
  const response = await fetchAtOnce(...request);
  if (!String(request[0]?.url ?? request[0]).includes('queue/data')) return response;
  const late = new TransformStream({
    async transform(part, stream) {
      await new Promise((done) => setTimeout(done, 150));
      stream.enqueue(part);
    },
  });
  return new Response(response.body.pipeThrough(late), { status: response.status, headers: response.headers });
};
"""


@pytest.fixture
def late(context: BrowserContext, app: ServedApp) -> Page:
    """A page with a result."""
    page = context.new_page()
    page.add_init_script(LATE)
    opened(page, app)
    translate(page, SENTENCE)
    return page


def test_choices_made_one_after_the_other_are_all_answered(late: Page) -> None:
    rows = late.locator("#view-nbest tbody tr")
    for number in range(12):
        row = rows.nth(number % 4)
        row.click()
        expect(row).to_have_attribute("aria-selected", "true")
        late.wait_for_timeout(40 * (number % 5))  # as the news of the end of the stream is on its way


def test_of_choices_made_in_quick_turn_the_last_one_stands(late: Page) -> None:
    rows = late.locator("#view-nbest tbody tr")
    for number in (1, 3, 2):
        rows.nth(number).dispatch_event("click")
    expect(rows.nth(2)).to_have_attribute("aria-selected", "true")
    settled(late)
    expect(rows.nth(2)).to_have_attribute("aria-selected", "true")
    (score,) = re.findall(r"score = sum / T\^0\.7\s*(-\d\.\d+)", late.locator("#view-panel").inner_text())
    assert f"{float(score):.3f}" == rows.nth(2).locator("td.score").inner_text()
