"""Every answer carries the headers; a page's own scripts carry its nonce, and nothing else of it is changed."""

import asyncio
import re
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from demo.headers import HEADERS, SafeHeaders, policy

PAGE = b"<html><head><script>1</script></head><body>" + b"x" * 300 + b"<script src=a.js></script></body></html>"


def answered(kind: str, *pieces: bytes, scope: Scope | None = None) -> tuple[dict[str, str], bytes, int]:
    """What arrives of an app's answer in so many pieces: headers, body, messages."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", kind.encode()), (b"content-length", str(sum(map(len, pieces))).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(SafeHeaders(app)(scope or {"type": "http"}, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return headers, b"".join(message.get("body", b"") for message in sent[1:]), len(sent)


def directives(text: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in text.split(";"))}


def test_a_pages_scripts_carry_the_nonce_of_this_answer() -> None:
    headers, body, _ = answered("text/html; charset=utf-8", PAGE[:20], PAGE[20:])
    (nonce,) = re.findall(r"'nonce-([^']{22,})'", headers["content-security-policy"])
    assert body.replace(b' nonce="%s"' % nonce.encode(), b"") == PAGE
    assert body.count(b'<script nonce="') == PAGE.count(b"<script")
    assert headers["content-length"] == str(len(body))
    assert nonce not in answered("text/html", PAGE)[0]["content-security-policy"]


def test_what_is_no_page_passes_unchanged_and_at_once() -> None:
    headers, body, messages = answered("text/event-stream", b"data: <script>\n\n", b"data: 2\n\n")
    assert body == b"data: <script>\n\ndata: 2\n\n"
    assert messages == 4
    assert headers["content-security-policy"] == policy()
    assert headers.items() >= {name.lower(): value for name, value in HEADERS.items()}.items()


def test_the_policy_lets_nothing_in_from_elsewhere_and_runs_nothing_inline() -> None:
    found = directives(policy("n0nce"))
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == ["'self'", "'unsafe-eval'", "'nonce-n0nce'"]
    outside = {value for name, values in found.items() for value in values if name != "frame-ancestors"}
    assert not any("*" in value or "//" in value or value in ("https:", "http:") for value in outside)
    assert "'unsafe-inline'" not in found["script-src"]


def test_the_page_may_stand_in_a_space_and_nowhere_else() -> None:
    assert directives(policy())["frame-ancestors"] == ["'self'", "https://huggingface.co", "https://*.hf.space"]
    assert "X-Frame-Options" not in HEADERS  # it knows no list, and would forbid the Space


def test_what_is_not_http_passes() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(send)

    async def nothing(*_: Any) -> Any:
        return None

    asyncio.run(SafeHeaders(app)({"type": "lifespan"}, nothing, nothing))
    assert seen == [nothing]
