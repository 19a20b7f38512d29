"""Opening the page, and one of its tabs: side by side, or in a menu where there is no room for all."""

from typing import Final

from playwright.sync_api import Page, expect

from demo.wording import WORDS, Language, language_of
from tests.support.served_app import ServedApp

LANGUAGE: Final = "#language"


def opened(page: Page, app: ServedApp) -> Page:
    """The app on a page that was elsewhere, ready for input; a Chinese visitor's has become Chinese by then."""
    page.goto(app.url)
    page.locator(".gradio-container").first.wait_for()
    page.get_by_role("tab").first.wait_for()
    if language_of(page.evaluate("navigator.language")) is Language.CHINESE:
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        expect(page.get_by_role("tab").first).to_have_text(WORDS[Language.CHINESE].page.translate)
    return page


def open_tab(page: Page, name: str) -> None:
    """The tab of that id."""
    page.locator(LANGUAGE).wait_for()
    page.locator(f"#tab-{name}-button").click()
    expect(page.locator(f"#tab-{name}")).to_be_visible()
