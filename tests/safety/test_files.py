"""No route gives a file that is not one of the page's; uploads are small, private and short-lived."""

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from demo.plotly_view import static_paths
from demo.tabs.page_view import ASSETS
from demo.uploads import MOST_BYTES
from tests.support.lab import Lab
from tests.support.project import ROOT

SECRETS = (Path("/etc/passwd"), ROOT / "app.py")
ROUTES = ("/gradio_api/file=", "/file=", "/gradio_api/file/", "/assets/", "/static/", "/", "/gradio_api/proxy=")
NAMES = {
    "up": "../../outside.tsv",
    "absolute": "/etc/outside.tsv",
    "dots": "..",
    "none": "",
    "nul": "a\x00b.tsv",
    "long": "x" * 5_000,
    "surrogate": "\ud800.tsv",
}


def spellings(path: Path) -> list[str]:
    """The same file, as attackers write it."""
    up = "/".join([".."] * 20)
    whole = str(path)
    through = f"{ASSETS}/../../..{'/..' * 20}{whole}"
    plain = [whole, whole.lstrip("/"), f"{up}{whole}", through, f"//{whole}", f"file://{whole}", f"\\{whole}"]
    once = [quote(each, safe="") for each in plain]
    twice = [quote(each, safe="") for each in once]
    dotted = [each.replace("..", "%2e%2e") for each in plain] + [each.replace("../", "..%c0%af") for each in plain]
    ended = [f"{each}%00.js" for each in once[:3]] + [f"{whole}/.", f"{whole}?x", f"{whole};.js"]
    return [*plain, *once, *twice, *dotted, *ended]


@pytest.mark.parametrize("secret", SECRETS, ids=lambda path: path.name)
def test_no_spelling_of_a_path_gives_a_file_that_is_not_served(lab: Lab, secret: Path) -> None:
    content = secret.read_bytes()
    for route in ROUTES:
        for name in spellings(secret):
            reply = lab.get((route + name).replace(" ", "%20"))
            assert content[:40] not in reply.body, route + name
            assert reply.status in (400, 403, 404), (reply.status, route + name)


def test_what_the_page_needs_is_served_with_its_type(lab: Lab) -> None:
    script, style = ASSETS / "main.js", ASSETS / "page.css"
    for path, kind in ((script, "javascript"), (style, "text/css"), (static_paths()[0], "javascript")):
        reply = lab.get(f"/gradio_api/file={path}")
        assert reply.status == 200
        assert reply.body == path.read_bytes()
        assert kind in reply.headers["content-type"]
        assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://127.0.0.1:1/",
        "/gradio_api/file=https://example.org/",
        "/gradio_api/file=http:/example.org/",
        "/gradio_api/proxy=https://example.hf.space/",
        "/gradio_api/custom_component/x/client/y/z",
        "/gradio_api/runs",
        "/gradio_api/vibe-code/",
        "/gradio_api/deep_link?session_hash=x",
        "/gradio_api/stream/a/b/c/playlist.m3u8",
        "/monitoring",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/.git/config",
        "/gradio_api/dev/reload",
        f"/assets/{'a' * 1_000}",
        f"/static/{'a' * 1_000}.js",
    ],
)
def test_routes_that_the_page_does_not_need_are_closed(lab: Lab, path: str) -> None:
    assert lab.get(path).status in (403, 404)


def test_a_link_inside_the_served_folder_leads_nowhere_else(lab: Lab) -> None:
    link = ASSETS / "link-of-a-test.js"
    link.symlink_to("/etc/passwd")
    try:
        assert lab.get(f"/gradio_api/file={link}").status == 403
    finally:
        link.unlink()


def test_an_upload_is_private_even_to_those_who_know_its_name(lab: Lab) -> None:
    reply = lab.upload(b"a secret\tein Geheimnis\n")
    assert reply.status == 200
    (path,) = [Path(each) for each in json.loads(reply.body)]
    assert path.is_relative_to(lab.uploads)
    assert path.read_bytes() == b"a secret\tein Geheimnis\n"
    for route in ("/gradio_api/file=", "/file="):
        again = lab.get(f"{route}{path}")
        assert again.status in (403, 404)
        assert b"secret" not in again.body


@pytest.mark.parametrize("kind", NAMES)
def test_an_upload_stays_in_its_folder_whatever_it_is_called(lab: Lab, kind: str) -> None:
    name, before = NAMES[kind], set(lab.uploads.parent.iterdir())
    reply = lab.upload(b"a\tb\n", name)
    assert reply.status < 500, reply.body
    assert set(lab.uploads.parent.iterdir()) == before
    assert not Path("/etc/outside.tsv").exists()
    assert lab.still_answers()


def test_a_large_upload_is_refused_and_leaves_nothing(lab: Lab) -> None:
    def files() -> set[Path]:
        return {path for path in lab.uploads.rglob("*") if path.is_file()}

    before = files()
    assert lab.upload(b"x" * 1_100_000).status == 413
    assert files() == before


def test_a_body_without_end_is_refused(lab: Lab) -> None:
    declared = lab.ask("POST", "/gradio_api/queue/join", None, {"Content-Length": str(10**12)})
    assert declared.status == 413
    assert lab.still_answers()


def forged(path: str) -> dict[str, Any]:
    """A file, as Gradio takes it."""
    return {"path": path, "orig_name": "pairs.tsv", "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize("button", ["lab-upload", "decoders-upload"])
@pytest.mark.parametrize("folder", ["served", "other"])
def test_an_event_deletes_no_file_that_was_not_uploaded(lab: Lab, tmp_path: Path, button: str, folder: str) -> None:
    """Handlers delete what they were given; a visitor could name any text file that the page serves."""
    victim = (ASSETS if folder == "served" else tmp_path) / "of-a-test.tsv"
    victim.write_text("a\tb\n")
    try:
        reply = lab.press(button, values={button: forged(str(victim))})
        assert b'"success":false' in reply.body and victim.exists()
        assert str(victim).encode() not in reply.body
    finally:
        victim.unlink(missing_ok=True)


def test_no_event_makes_the_app_ask_another_host(lab: Lab) -> None:
    """Gradio would fetch an address in the place of a file, for whatever input."""
    with socket.create_server((lab.host, 0)) as server:
        server.settimeout(0.5)
        address = f"http://{lab.host}:{server.getsockname()[1]}/x.tsv"
        for name in ("", "http://example.org/x.tsv"):
            for reply in (
                lab.press("lab-upload", values={"lab-upload": forged(name or address)}),
                lab.decode(forged(name or address)),
                lab.decode([{"deep": forged(name or address)}]),
            ):
                assert b"omething went wrong" in reply.body
        with pytest.raises(TimeoutError):
            server.accept()
    assert "async_ssrf_protected" not in lab.app.log()


def test_an_uploaded_file_is_read_for_all_who_sent_the_same_and_is_gone(lab: Lab) -> None:
    """What a class uploads is one file to Gradio: the first one's event deletes it before the second one's comes."""
    content = b"".join(b"a%d\tb%d\n" % (number, number) for number in range(30))
    paths = [json.loads(lab.upload(content).body)[0] for _ in range(2)]
    assert paths[0] == paths[1]
    for visitor in ("ada", "bob"):
        assert b"30 pairs" in lab.press("lab-upload", visitor, values={"lab-upload": forged(paths[0])}).body
        assert not Path(paths[0]).exists()


def test_what_is_refused_by_gradio_itself_leaves_no_stack_trace(lab: Lab) -> None:
    (path,) = json.loads(lab.upload(b"a\tb\n", "pairs.exe").body)
    assert b'"success":false' in lab.press("lab-upload", values={"lab-upload": forged(path)}).body
    assert "Traceback" not in lab.app.log()


def test_nobody_fills_the_disk_with_uploads(lab: Lab) -> None:
    filler = next(lab.uploads.glob("seq2seq-lab-*")) / "filler"
    with filler.open("wb") as file:
        file.truncate(MOST_BYTES + 1)  # takes no room on the disk
    try:
        assert lab.upload(b"a\tb\n").status == 507
    finally:
        filler.unlink()
    assert lab.upload(b"a\tb\n").status == 200
