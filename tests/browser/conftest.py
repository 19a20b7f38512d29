"""The real page in a real browser: one app and one Chromium for each language, a fresh visitor for each test.

A visitor finds the page's scripts in the browser's cache, compiled, as one who comes back does: that is most of what
opening the page costs. Nothing else is left of the visitor before. Who needs an empty cache opens a context of its own.

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
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.tabs import opened
from tests.support.browser import NO_BROWSER, find_chromium
from tests.support.page_guard import PageGuard, PageOptions
from tests.support.project import ROOT
from tests.support.rivals import write_rivals
from tests.support.served_app import HOST, ServedApp, free_port, served
from tests.support.tiny_models import write_models

HERE: Final = Path(__file__).parent
PATIENCE_MS: Final = 60_000  # of everything that waits: the machine may be slow, and nothing is timed here
LEFT_BEHIND: Final = "cookies,local_storage,indexeddb"
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
def figures_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    """The page with nothing but figures: a module of tests that is about them makes it its `app`."""
    log_file = tmp_path_factory.mktemp("figures") / "log.txt"
    command, settings = [sys.executable, "-m", "tests.browser.figure_page"], {"GRADIO_SERVER_NAME": HOST}
    with served(command, folder=ROOT, log_file=log_file, port=free_port(), settings=settings) as app:
        yield app


@pytest.fixture(scope="package")
def chromium_path() -> str:
    path = find_chromium()
    if path is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    return path


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browsers(
    playwright: Playwright, chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], BrowserContext]]:
    """A Chromium for each language, started when it is first asked for.

    With a profile on the disk, since without one Chromium keeps no compiled scripts.
    """
    with ExitStack() as open_ones:

        @cache
        def browser(locale: str) -> BrowserContext:
            context = playwright.chromium.launch_persistent_context(
                tmp_path_factory.mktemp("profile"), executable_path=chromium_path, args=list(ARGUMENTS), locale=locale
            )
            open_ones.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            return context

        yield browser


@pytest.fixture
def page_options() -> PageOptions:
    return PageOptions()


@pytest.fixture
def guard(app: ServedApp) -> Iterator[PageGuard]:
    guard = PageGuard(app.url)
    yield guard
    assert not guard.problems, "\n".join(guard.problems)


@pytest.fixture
def context(
    browsers: Callable[[str], BrowserContext], guard: PageGuard, page_options: PageOptions
) -> Iterator[BrowserContext]:
    """A guarded browser without a page; what its pages leave behind goes with them."""
    context = browsers(page_options.locale)
    (blank,) = context.pages  # without any page the browser would end
    context.on("page", guard.watch)
    yield context
    for page in context.pages:
        if page is not blank:
            page.close()
    context.remove_listener("page", guard.watch)
    session = context.new_cdp_session(blank)
    session.send("Storage.clearDataForOrigin", {"origin": guard.home, "storageTypes": LEFT_BEHIND})
    session.detach()


@pytest.fixture
def blank_page(context: BrowserContext, page_options: PageOptions) -> Page:
    """A guarded page that has not gone anywhere yet."""
    page = context.new_page()
    page.set_viewport_size({"width": page_options.width, "height": page_options.height})
    page.emulate_media(color_scheme=page_options.color_scheme, reduced_motion=page_options.reduced_motion)
    return page


@pytest.fixture
def page(blank_page: Page, app: ServedApp) -> Page:
    """The app, opened and ready for input."""
    return opened(blank_page, app)


@pytest.fixture
def screenshot(page: Page, page_options: PageOptions, request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keeps a picture of the whole page where SCREENSHOTS names a folder; does nothing otherwise."""

    def take(name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            test = re.sub(r"\W+", "-", request.node.originalname)
            page.screenshot(path=Path(folder) / f"{test}-{name}-{page_options}.png", full_page=True)

    return take
