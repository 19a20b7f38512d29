"""Watches one browser page: whom it talks to, and what it complains about."""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request, WebSocket


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """The visitor's browser: a test asks for another one by parametrising `page_options`."""

    locale: str = "en-US"
    color_scheme: Literal["light", "dark"] = "light"
    reduced_motion: Literal["reduce", "no-preference"] = "no-preference"
    width: int = 1280
    height: int = 900

    def __str__(self) -> str:
        return f"{self.locale}-{self.color_scheme}-{self.width}"


@dataclass  # no slots: Playwright notes its wrapper of a bound method on the object
class PageGuard:
    """Every address a page asked for, and everything that should not have happened."""

    home: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        strangers = [f"request to another host: {url}" for url in self.requests if not self.is_at_home(url)]
        return strangers + self.complaints

    def is_at_home(self, url: str) -> bool:
        """Same host and port; `data:` and `blob:` addresses never leave the browser."""
        address = urlsplit(url)
        return address.scheme in {"data", "blob", "about"} or address.netloc == urlsplit(self.home).netloc

    def watch(self, page: Page) -> None:
        page.on("request", self.on_request)
        page.on("websocket", self.on_websocket)
        page.on("console", self.on_console)
        page.on("pageerror", self.on_page_error)

    def on_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def on_websocket(self, websocket: WebSocket) -> None:
        self.requests.append(websocket.url)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console error: {message.text}")

    def on_page_error(self, error: Error) -> None:
        self.complaints.append(f"uncaught error: {error}")
