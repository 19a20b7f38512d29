"""The page opens for every visitor, asks nobody else for anything, and the guard that says so can say otherwise."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.tabs import opened
from tests.browser.translate_page import translate
from tests.support.page_guard import PageGuard, PageOptions
from tests.support.served_app import ServedApp

VISITORS = [
    PageOptions(),
    PageOptions(color_scheme="dark"),
    PageOptions(locale="zh-CN"),
    PageOptions(locale="zh-CN", color_scheme="dark"),
    PageOptions(width=390, height=844),
]


@pytest.mark.parametrize("page_options", VISITORS, ids=str)
def test_the_page_opens(page: Page, screenshot: Callable[[str], None]) -> None:
    expect(page.get_by_role("tab", selected=True).first).to_be_visible()
    screenshot("open")


def test_what_the_page_asks_shows_its_progress_nowhere_since_looking_for_that_place_would_take_long(page: Page) -> None:
    events = page.evaluate("""window.gradio_config.dependencies
        .filter(({ api_visibility, backend_fn }) => api_visibility === 'private' && backend_fn)
        .filter(({ outputs }) => outputs.length > 0)
        .map(({ show_progress_on }) => show_progress_on)""")
    assert len(events) > 50
    assert all(places == [] for places in events)


def test_the_app_prints_its_address(app: ServedApp) -> None:
    assert app.url in app.log()


@pytest.fixture
def suspect(browsers: Callable[[str], BrowserContext], app: ServedApp) -> Iterator[tuple[Page, PageGuard]]:
    """A page of somebody who was never here, whose guard may find what the guard of other tests must not."""
    browser = browsers(PageOptions().locale).browser
    assert browser is not None
    guard = PageGuard(app.url)
    with browser.new_context() as context:
        context.on("page", guard.watch)
        yield opened(context.new_page(), app), guard


def test_the_guard_reports_what_should_not_be_and_nothing_else(suspect: tuple[Page, PageGuard]) -> None:
    page, guard = suspect
    page.locator("#view-gallery .unfold").wait_for()
    assert guard.problems == []
    for script, problem in (
        # The page's policy stops these before they are made, and says so.
        ("fetch('http://example.invalid/x').catch(() => {})", "http://example.invalid/x"),
        ("new Image().src = 'https://example.invalid/y.png'", "https://example.invalid/y.png"),
        ("void new WebSocket('wss://example.invalid/z')", "wss://example.invalid/z"),
        ("console.error('it broke')", "console error: it broke"),
        ("void setTimeout(() => { throw new Error('nobody caught me') })", "uncaught error: nobody caught me"),
    ):
        assert not any(problem in found for found in guard.problems)
        page.evaluate(script)
        for _ in range(100):
            if any(problem in found for found in guard.problems):
                break
            page.wait_for_timeout(50)
        assert any(problem in found for found in guard.problems)


RULES = r"""() => {
  const rules = (owner) => [...(owner.cssRules ?? [])].flatMap((rule) => [rule.selectorText ?? '', ...rules(rule)]);
  return [...document.styleSheets].flatMap(rules);
}"""


def test_no_rule_makes_the_browser_look_at_all_marks_when_a_class_changes(page: Page) -> None:
    translate(page, "Hello.")  # by then every style sheet of the page is there
    rules = page.evaluate(RULES)
    assert any("::selection" in rule or "[class" in rule for rule in rules)
    assert not [rule for rule in rules if re.search(r"\[class[^\]]*\][^,]*::selection", rule)]
