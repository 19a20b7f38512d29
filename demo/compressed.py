"""Pages and streams of events go out compressed, where the client takes that.

Gradio compresses files by the ending of their names: the page itself (360 KB) and the answers (340 KB for a wide, long
search) have none.
"""

import zlib
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEVEL: Final = 4  # of 9: nearly as small as the last ones, at a third of their time
KINDS: Final = ("text/html", "text/event-stream", "application/json")
_GZIP: Final = 31  # what zlib calls a window of 32 KB and a header of gzip


class Compressed:
    """An ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        takes = scope["type"] == "http" and "gzip" in Headers(scope=scope).get("accept-encoding", "")
        if takes and scope.get("method") != "HEAD":
            send = _Answer(send).pass_on
        await self.app(scope, receive, send)


class _Answer:
    """One answer on its way out. Each piece leaves at once: a stream may say nothing more for long."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.gzip = zlib.compressobj(LEVEL, wbits=_GZIP)
        self.compresses = False

    async def pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begin(message)
        elif message["type"] == "http.response.body" and self.compresses:
            end = zlib.Z_SYNC_FLUSH if message.get("more_body", False) else zlib.Z_FINISH
            message = {**message, "body": self.gzip.compress(message.get("body", b"")) + self.gzip.flush(end)}
        await self.send(message)

    def _begin(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        kind = headers.get("content-type", "")
        self.compresses = kind.startswith(KINDS) and "content-encoding" not in headers
        if self.compresses:
            headers["Content-Encoding"] = "gzip"
            headers.add_vary_header("Accept-Encoding")
            del headers["Content-Length"]
