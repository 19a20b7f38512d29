"""The tabs of the page: side by side, or in a menu where there is no room for all."""

from typing import Final

from playwright.sync_api import Page, expect

from tests.browser.translate_page import PATIENCE_MS

LANGUAGE: Final = "#language"


def open_tab(page: Page, name: str) -> None:
    """The tab of that id."""
    page.locator(LANGUAGE).wait_for()
    page.locator(f"#tab-{name}-button").click(timeout=PATIENCE_MS)
    expect(page.locator(f"#tab-{name}")).to_be_visible(timeout=PATIENCE_MS)
