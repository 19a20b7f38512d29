"""The process behind a page dies: the page says so in its language, waits for nothing, and goes on when reloaded."""

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import ARGUMENTS, PATIENCE_MS
from tests.browser.translate_page import ready, translate
from tests.support.page_guard import PageGuard
from tests.support.project import ROOT
from tests.support.proxy import COOKIE, NO_NGINX, behind_proxy, find_nginx
from tests.support.served_app import HOST, Serving, free_port, serving

LOST = {"en-US": "The connection to the server is lost", "zh-CN": "与服务器的连接已断开"}
EXPECTED = re.compile(
    "Failed to load resource|network error|Connection errored out|Failed to fetch|not valid JSON|: Response$"
)


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    """With visitors of its own for each process."""
    browser = playwright.chromium.launch(executable_path=chromium_path, args=list(ARGUMENTS))
    yield browser
    browser.close()


def lab_app(stack: ExitStack, folder: Path, port: int) -> Serving:
    """Models of two tables: "slow" takes three seconds."""
    command = [sys.executable, "-m", "tests.support.lab_app"]
    settings = {"GRADIO_SERVER_NAME": HOST, "GRADIO_TEMP_DIR": str(folder / str(port))}
    log = folder / f"{port}-{len(list(folder.iterdir()))}.txt"
    return stack.enter_context(serving(command, folder=ROOT, log_file=log, port=port, settings=settings))


def visitor(stack: ExitStack, browser: Browser, address: str, locale: str) -> tuple[Page, PageGuard]:
    """A page that is ready; it may complain about the connection alone."""
    context = stack.enter_context(browser.new_context(locale=locale, viewport={"width": 1280, "height": 900}))
    guard, page = PageGuard(address), context.new_page()
    guard.watch(page)
    page.goto(address)
    page.get_by_role("tab").first.wait_for(timeout=PATIENCE_MS)
    ready(page)
    return page, guard


def begin_something_slow(page: Page) -> None:
    box = page.locator("#sentence textarea")
    box.fill("slow a b")
    with page.expect_response(re.compile("queue/join")):
        box.press("Enter")
    expect(page.locator(".desk.is-busy")).to_have_count(1)


def expect_lost(page: Page, locale: str) -> None:
    """Our sentence and no other, and no waiting state."""
    expect(page.get_by_role("alert").filter(has_text=LOST[locale])).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".desk.is-busy")).to_have_count(0)
    expect(page.locator(".toast-body").filter(visible=True)).to_have_count(0)


def expect_nothing_else_was_wrong(guard: PageGuard) -> None:
    assert not [problem for problem in guard.problems if not EXPECTED.search(problem)]


def test_a_page_whose_process_dies_says_so_and_is_back_with_it(browser: Browser, tmp_path: Path) -> None:
    port, locale = free_port(), "en-US"  # the other one in Chinese
    with ExitStack() as stack:
        first = lab_app(stack, tmp_path, port)
        page, guard = visitor(stack, browser, first.app.url, locale)
        expect(page.get_by_text(LOST[locale])).to_be_hidden()
        begin_something_slow(page)
        first.end(signal.SIGKILL)
        expect_lost(page, locale)
        with page.expect_navigation(timeout=4 * PATIENCE_MS):  # Gradio loads the page again when its address answers
            lab_app(stack, tmp_path, port)
        expect(page.get_by_text(LOST[locale])).to_be_hidden(timeout=PATIENCE_MS)
        translate(page, "a b")
        expect(page.locator("#view-result .card").first).to_be_visible()
        expect_nothing_else_was_wrong(guard)


@pytest.mark.skipif(find_nginx() is None, reason=NO_NGINX)
def test_behind_a_proxy_a_page_goes_on_with_the_process_that_lives(browser: Browser, tmp_path: Path) -> None:
    with ExitStack() as stack:
        apps = {name: lab_app(stack, tmp_path, free_port()) for name in "ab"}
        port = stack.enter_context(behind_proxy(tmp_path / "proxy", [app.port for app in apps.values()]))
        page, guard = visitor(stack, browser, f"http://{HOST}:{port}", "zh-CN")
        translate(page, "a b")
        (home,) = [cookie.get("value", "") for cookie in page.context.cookies() if cookie.get("name") == COOKIE]
        apps[home].end(signal.SIGKILL)
        page.locator("#sentence textarea").press("Enter")  # an idle page notices when it asks for something
        expect_lost(page, "zh-CN")
        page.get_by_role("button", name="刷新页面").click()
        expect(page.get_by_text(LOST["zh-CN"])).to_be_hidden(timeout=PATIENCE_MS)
        translate(page, "a b")
        expect(page.locator("#view-result .card").first).to_be_visible()
        (other,) = [cookie.get("value", "") for cookie in page.context.cookies() if cookie.get("name") == COOKIE]
        assert {home, other} == {"a", "b"}
        expect_nothing_else_was_wrong(guard)
