"""What every answer of the app says about itself, so that a browser does no more with it than it must.

The policy allows scripts from the app itself and those of the page that carry the answer's own nonce; nothing inline
besides, so that markup which somebody smuggled in (`<img onerror=...>`, `<script>`) does not run. What Gradio needs and
a stricter policy would forbid: `unsafe-eval` (it compiles the scripts of events and of `gr.HTML`) and inline styles.
Hugging Face Spaces may show the page in a frame, others may not.
"""

import secrets
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FRAMES: Final = "'self' https://huggingface.co https://*.hf.space"
_PICTURES: Final = "'self' data: blob:"  # a figure is saved by way of a blob
_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": _PICTURES,
    "font-src": "'self' data:",  # the equations' letters come inside Gradio's own style sheet
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": _FRAMES,
}
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def policy(nonce: str = "") -> str:
    """The content security policy; scripts of the page itself carry the nonce, where there is one."""
    scripts = _POLICY["script-src"] + (f" 'nonce-{nonce}'" if nonce else "")
    return "; ".join(f"{name} {value}" for name, value in (_POLICY | {"script-src": scripts}).items())


class SafeHeaders:
    """An ASGI middleware that adds the headers, and to the scripts of a page its nonce.

    A page of Gradio holds no text of a visitor or of a model: every script that stands in it is Gradio's own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.app(scope, receive, _Answer(send).pass_on)
        else:
            await self.app(scope, receive, send)


class _Answer:
    """One answer on its way out. A page is held back until it is whole, all else passes piece by piece."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.page: Message | None = None
        self.body = b""

    async def pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] == "http.response.body" and self.page is not None:
            await self._collect(self.page, message)
        else:
            await self.send(message)

    async def _begin(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        headers.update(HEADERS)
        headers["Content-Security-Policy"] = policy()
        if headers.get("content-type", "").startswith("text/html"):
            self.page = message
        else:
            await self.send(message)

    async def _collect(self, page: Message, message: Message) -> None:
        self.body += message.get("body", b"")
        if message.get("more_body", False):
            return
        nonce = secrets.token_urlsafe(16)
        body = self.body.replace(b"<script", b'<script nonce="%s"' % nonce.encode())
        headers = MutableHeaders(scope=page)
        headers["Content-Security-Policy"] = policy(nonce)
        if self.body:  # the answer to HEAD tells the length of a body that it does not have
            headers["Content-Length"] = str(len(body))
        await self.send(page)
        await self.send({"type": "http.response.body", "body": body})
