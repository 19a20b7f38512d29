"""What leaves the app compressed: pages and streams, piece by piece, and nothing that is compressed already."""

import asyncio
import gzip
import zlib
from collections.abc import Sequence

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from demo.compressed import Compressed

EVENT = b'data: {"figure": "' + b"x" * 2000 + b'"}\n\n'


def answered(kind: str, *pieces: bytes, accepts: str = "gzip, br", method: str = "GET", **more: str) -> list[Message]:
    """What the client gets of an answer in pieces."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in more.items()]
        headers += [(b"content-type", kind.encode()), (b"content-length", str(sum(map(len, pieces))).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for place, piece in enumerate(pieces, start=1):
            await send({"type": "http.response.body", "body": piece, "more_body": place < len(pieces)})

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "headers": [(b"accept-encoding", accepts.encode())]}
    asyncio.run(Compressed(app)(scope, receive, send))
    return sent


def headers_of(sent: Sequence[Message]) -> Headers:
    return Headers(raw=sent[0]["headers"])


def test_a_page_comes_out_of_gzip_as_it_went_in() -> None:
    sent = answered("text/html; charset=utf-8", b"<p>" * 1000, b"</p>")
    assert headers_of(sent)["content-encoding"] == "gzip"
    assert "content-length" not in headers_of(sent)
    assert "accept-encoding" in headers_of(sent)["vary"].lower()
    assert gzip.decompress(b"".join(message["body"] for message in sent[1:])) == b"<p>" * 1000 + b"</p>"


def test_every_event_of_a_stream_can_be_read_when_it_has_come() -> None:
    first, second, end = answered("text/event-stream", EVENT, EVENT, b"")[1:]
    client = zlib.decompressobj(wbits=31)
    assert [client.decompress(message["body"]) for message in (first, second, end)] == [EVENT, EVENT, b""]
    assert client.eof
    assert len(first["body"]) < 200


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("text/event-stream", {"accepts": "br"}),
        ("text/event-stream", {"accepts": ""}),
        ("application/json", {"content_encoding": "br"}),
        ("image/png", {}),
        ("text/html", {"method": "HEAD"}),
    ],
)
def test_what_the_client_does_not_take_or_is_small_already_stays_as_it_is(kind: str, more: dict[str, str]) -> None:
    sent = answered(kind, EVENT, EVENT, **more)
    assert headers_of(sent).get("content-encoding") == more.get("content_encoding")
    assert headers_of(sent)["content-length"] == str(2 * len(EVENT))
    assert [message["body"] for message in sent[1:]] == [EVENT, EVENT]
