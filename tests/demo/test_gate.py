"""The gate in front of Gradio: closed routes, files of the page alone, bodies that end."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from demo.gate import LARGEST_BODY, Gate

SECRET = "Xanthippe-4711"


def asked(path: str, *pieces: bytes, files: Sequence[Path] = (), fails: Exception | None = None, **more: Any) -> int:
    """The status of one request whose body comes in pieces; an app behind the gate reads all of it, then says 200."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError("the client has gone")
            if not message.get("more_body"):
                break
        if fails:
            raise fails
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    waiting.append({"type": "http.request", "body": b""})
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(name.replace("_", "-").encode(), str(value).encode()) for name, value in more.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
    asyncio.run(Gate(app, files)(scope, receive, send))
    status: int = sent[0]["status"]
    return status


OPEN = ("/", "/config", "/config/", "/assets/a.js", "/gradio_api/queue/join", "/gradio_api/call/decode")
CLOSED = ("/docs", "//config", "/gradio_api/", "/gradio_api/runs", "/gradio_api/proxy=x", "", "x")


@pytest.mark.parametrize("path", OPEN)
def test_what_the_page_needs_is_open(path: str) -> None:
    assert asked(path) == 200


@pytest.mark.parametrize("path", CLOSED)
def test_everything_else_is_not_found(path: str) -> None:
    assert asked(path) == 404


def test_only_the_named_files_and_what_lies_below_the_named_folders_are_read(tmp_path: Path) -> None:
    folder, file = tmp_path / "page", tmp_path / "plot.js"
    (folder / "sub").mkdir(parents=True)
    (folder / "link").symlink_to("/etc")
    for path in (folder, folder / "a.js", folder / "sub" / "b.js", file, folder / "sub" / ".." / "a.js"):
        assert asked(f"/gradio_api/file={path}", files=[folder, file]) == 200
    outside = tmp_path / "other.js", folder / ".." / "other.js", folder / "link" / "passwd"
    for path in (*outside, Path("/"), Path("a\x00b")):
        assert asked(f"/gradio_api/file={path}", files=[folder, file]) == 403
    for address in ("https://example.org/", "http:/x", "", "~", "x" * 100_000, f"{file}x", "\ud800"):
        assert asked(f"/gradio_api/file={address}", files=[folder, file]) == 403


def test_a_declared_length_is_judged_before_the_body_is_read() -> None:
    assert asked("/gradio_api/upload", content_length=LARGEST_BODY) == 200
    assert asked("/gradio_api/upload", content_length=LARGEST_BODY + 1) == 413
    for strange in ("9" * 30, "-1", "x", "٣", ""):
        assert asked("/gradio_api/upload", content_length=strange.encode("ascii", "replace").decode()) == 200


def test_a_body_of_no_declared_length_ends_where_it_is_too_long() -> None:
    half = b"x" * (LARGEST_BODY // 2)
    assert asked("/gradio_api/upload", half, half) == 200
    assert asked("/gradio_api/upload", half, half, b"x") == 413


@pytest.mark.parametrize(
    ("path", "error", "status"),
    [
        ("/gradio_api/upload", RuntimeError(SECRET), 500),
        ("/gradio_api/upload", OSError(28, SECRET), 507),
        ("/assets/a.js", OSError(28, SECRET), 500),
    ],
)
def test_a_failure_is_answered_and_logged_without_its_words(
    path: str, error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert asked(path, fails=error) == status
    (record,) = caplog.records
    reason = " (No space left on device)" if isinstance(error, OSError) else ""
    assert f"a request failed: {type(error).__name__}{reason}, " in record.message
    assert "test_gate.py" in record.message and SECRET not in caplog.text
