"""What is asked for while an answer is on its way comes after it: no older answer takes the place of a newer one."""

import re
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.test_connection import begin_something_slow, browser, lab_app, visitor
from tests.browser.translate_page import translate
from tests.support.served_app import free_port

__all__ = ["browser"]  # the fixture
SLOW_MS = 3000  # of the app's slow search
def test_a_choice_and_another_language_wait_for_the_search_that_was_asked_for_before(
    browser: Browser, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        page, guard = visitor(stack, browser, lab_app(stack, tmp_path, free_port()).app.url, "en-US")
        translate(page, "a b")
        begin_something_slow(page)
        page.locator("#view-nbest tbody tr").nth(1).click()
        page.locator("#language label").nth(1).click()
        expect(page.locator("#translate")).to_have_text("翻译")
        expect(page.locator(".desk.is-busy")).to_have_count(1)
        expect(page.locator(".desk.is-busy")).to_have_count(0)
        # The slow search is shown, in the language chosen meanwhile, and the choice is one of its outputs.
        milliseconds = page.locator("#view-result .card").first.get_by_text("毫秒").inner_text()
        assert int(re.sub("[^0-9]", "", milliseconds)) >= SLOW_MS
        chosen = page.locator("#view-nbest tbody tr").nth(1)
        expect(chosen).to_have_attribute("aria-selected", "true")
        panel = page.locator("#view-panel").inner_text()
        (score,) = re.findall(r"得分 = 累计和 / T\^0\.7\s*(-\d\.\d+)", panel)
        assert f"{float(score):.3f}" == chosen.locator("td.score").inner_text()
        assert not guard.problems


def test_a_sentence_that_is_sent_while_another_is_searched_is_searched_next(browser: Browser, tmp_path: Path) -> None:
    with ExitStack() as stack:
        page, guard = visitor(stack, browser, lab_app(stack, tmp_path, free_port()).app.url, "en-US")
        begin_something_slow(page)
        box = page.locator("#sentence textarea")
        box.fill("a b")
        box.press("Enter")
        # The slow one is there for a moment.
        expect(page.locator("#view-result .card").first).to_contain_text(re.compile(r"time\d{1,3} ms"))
        expect(page.locator(".desk.is-busy")).to_have_count(0)
        assert not guard.problems
