"""The real page in a real browser: one app and one Chromium for all tests here, a fresh visitor for each.

    def test_something(page): ...                              the app is open and ready
    @pytest.mark.parametrize("page_options", [PageOptions(locale="zh-CN", color_scheme="dark")], ids=str)
    def test_something_else(page, screenshot): screenshot("decoded")

A test fails at its end if its page asked any host but the app's for anything, or reported an error to the console.
Nothing here is skipped: without a browser the tests fail and say what to do.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import NO_BROWSER, find_chromium
from tests.support.page_guard import PageGuard, PageOptions
from tests.support.project import ROOT
from tests.support.rivals import write_rivals
from tests.support.served_app import HOST, ServedApp, free_port, served
from tests.support.tiny_models import write_models

HERE: Final = Path(__file__).parent
READY_IN_MS: Final = 60_000
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",  # a request that should not be never leaves the machine
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    """app.py, started as a user does, with small models behind those in the box."""
    folder = tmp_path_factory.mktemp("app")
    log_file, models = folder / "log.txt", write_models(folder / "models")
    write_rivals(models, folder / "runs")
    command = [sys.executable, "app.py"]
    settings = {"GRADIO_SERVER_NAME": HOST, "SEQ2SEQ_MODELS": str(models)}
    with served(command, folder=ROOT, log_file=log_file, port=free_port(), settings=settings) as app:
        yield app


@pytest.fixture(scope="package")
def chromium_path() -> str:
    path = find_chromium()
    if path is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    return path


@pytest.fixture(scope="package")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page_options() -> PageOptions:
    return PageOptions()


@pytest.fixture
def guard(app: ServedApp) -> Iterator[PageGuard]:
    guard = PageGuard(app.url)
    yield guard
    assert not guard.problems, "\n".join(guard.problems)


@pytest.fixture
def blank_page(browser: Browser, guard: PageGuard, page_options: PageOptions) -> Iterator[Page]:
    """A guarded page that has not gone anywhere yet."""
    with browser.new_context(
        locale=page_options.locale,
        color_scheme=page_options.color_scheme,
        reduced_motion=page_options.reduced_motion,
        viewport={"width": page_options.width, "height": page_options.height},
    ) as context:
        context.on("page", guard.watch)
        yield context.new_page()


@pytest.fixture
def page(blank_page: Page, app: ServedApp) -> Page:
    """The app, opened and ready for input."""
    blank_page.goto(app.url)
    blank_page.locator(".gradio-container").first.wait_for(timeout=READY_IN_MS)
    blank_page.get_by_role("tab").first.wait_for(timeout=READY_IN_MS)
    return blank_page


@pytest.fixture
def screenshot(page: Page, page_options: PageOptions, request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keeps a picture of the whole page where SCREENSHOTS names a folder; does nothing otherwise."""

    def take(name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            test = re.sub(r"\W+", "-", request.node.originalname)
            page.screenshot(path=Path(folder) / f"{test}-{name}-{page_options}.png", full_page=True)

    return take
