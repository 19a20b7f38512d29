"""What the server takes and gives: the routes of Gradio that the page and the endpoint need, within limits.

Gradio brings more than that (it fetches addresses of other hosts for whoever asks, records screens, serves uploads to
all who know their name, reads request bodies of any size): all of it is closed here.
"""

import errno
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.failures import log_failure
from demo.uploads import has_room, uploads_folder

LARGEST_BODY: Final = 16_000_000  # bytes; a trace file of four million characters, each written as up to four
FILE_ROUTE: Final = "/gradio_api/file="
UPLOAD_ROUTE: Final = "/gradio_api/upload"
_OPEN: Final = frozenset(
    {
        "/",
        "/config",
        "/favicon.ico",
        "/manifest.json",
        "/robots.txt",
        "/theme.css",
        "/gradio_api/app_id",
        "/gradio_api/cancel",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/queue/data",
        "/gradio_api/queue/join",
        "/gradio_api/queue/status",
        "/gradio_api/reset",
        "/gradio_api/startup-events",
        "/gradio_api/theme.css",
        UPLOAD_ROUTE,
        "/gradio_api/upload_progress",
        "/login_check",  # a client asks it first; nobody logs in here
        "/gradio_api/login_check",
    }
)
_OPEN_BELOW: Final = ("/assets/", "/static/", "/pwa_icon", "/gradio_api/call/", "/gradio_api/heartbeat/")


class Gate:
    """An ASGI middleware: closed routes are not found, files beyond `files` are refused, large bodies too.

    Args:
        files: files and folders that may be read by `file=`.
    """

    def __init__(self, app: ASGIApp, files: Iterable[Path]) -> None:
        self.app = app
        self.files = tuple(path.resolve() for path in files)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif refusal := self._refusal(scope):
            await refusal(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What fails on the way is logged without a visitor's words, and answered where it still can be."""
        begun, body = False, _Bounded(receive)

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, body.receive, watched)
        except Exception as error:
            log_failure("a request", error)
            if not begun:
                await (_too_large() if body.is_too_long else _failed(error, scope))(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path.startswith(FILE_ROUTE):
            if not self._is_served(path.removeprefix(FILE_ROUTE)):
                return PlainTextResponse("this file is not served", 403)
        elif path not in _OPEN and path.rstrip("/") not in _OPEN and not path.startswith(_OPEN_BELOW):
            return PlainTextResponse("not found", 404)
        if _declared(scope) > LARGEST_BODY:
            return _too_large()
        if path.rstrip("/") == UPLOAD_ROUTE and not has_room(uploads_folder()):
            return PlainTextResponse("too many uploads at the moment: try again in some minutes", 507)
        return None

    def _is_served(self, name: str) -> bool:
        try:
            path = Path(name).resolve()
        except (OSError, RuntimeError, ValueError):  # too long, a loop of links, a NUL
            return False
        return any(path.is_relative_to(served) for served in self.files)


def _too_large() -> Response:
    return PlainTextResponse(f"at most {LARGEST_BODY} bytes are taken", 413)


def _failed(error: Exception, scope: Scope) -> Response:
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return PlainTextResponse("not found", 404)
    if isinstance(error, OSError) and scope["path"].rstrip("/").endswith(UPLOAD_ROUTE):
        return PlainTextResponse("this cannot be kept here", 507)  # the folder of uploads is full, or not to be written
    return PlainTextResponse("something went wrong with this request", 500)


def _declared(scope: Mapping[str, object]) -> int:
    """The length that a request states; 0 where it states none."""
    length = Headers(scope=dict(scope)).get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 20 else 0


class _Bounded:
    """A body that states no length ends where it has become too long; the app sees a client that has gone."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._bytes = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_too_long else message

    @property
    def is_too_long(self) -> bool:
        return self._bytes > LARGEST_BODY
