"""Two processes behind nginx, as demo/serving has it: a page keeps to its process, and goes on with the other."""

import json
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.support.lab import Lab, Reply
from tests.support.project import ROOT
from tests.support.proxy import COOKIE, NO_NGINX, behind_proxy, find_nginx
from tests.support.served_app import HOST, Serving, free_port, serving

pytestmark = pytest.mark.skipif(find_nginx() is None, reason=NO_NGINX)
NAMES = ("a", "b")


@dataclass(frozen=True, slots=True)
class Pair:
    """The address that visitors know, and the processes behind it."""

    lab: Lab
    processes: dict[str, Serving]

    def page(self, keeps: str = "") -> Reply:
        """The page, for a new visitor or one with a cookie."""
        return self.lab.ask("GET", "/", None, {"Cookie": f"{COOKIE}={keeps}"} if keeps else {})

    def post(self, path: str, body: bytes, keeps: str) -> Reply:
        headers = {"Content-Type": "application/json", "Cookie": f"{COOKIE}={keeps}"}
        return self.lab.ask("POST", path, body, headers)


def kept(reply: Reply) -> str:
    """Whose page it is, by its cookie."""
    found = re.fullmatch(rf"{COOKIE}=(\w); Path=/; HttpOnly; SameSite=Lax", reply.headers.get("set-cookie", ""))
    assert found, reply.headers
    return found[1]


def pair_of(folder: Path, stack: ExitStack) -> Pair:
    command, processes = [sys.executable, "-m", "tests.support.lab_app"], {}
    for name in NAMES:
        settings = {"GRADIO_SERVER_NAME": HOST, "GRADIO_TEMP_DIR": str(folder / name)}
        app = serving(command, folder=ROOT, log_file=folder / f"{name}.txt", port=free_port(), settings=settings)
        processes[name] = stack.enter_context(app)
    port = stack.enter_context(behind_proxy(folder / "proxy", [each.port for each in processes.values()]))
    return Pair(Lab(HOST, port, processes["a"].app, folder / "a"), processes)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Both live as long as these tests."""
    with ExitStack() as stack:
        yield pair_of(tmp_path_factory.mktemp("pair"), stack)


def test_new_pages_are_spread_and_keep_to_their_process(pair: Pair) -> None:
    assert {kept(pair.page()) for _ in range(40)} == set(NAMES)
    for name in NAMES:
        assert {kept(pair.page(name)) for _ in range(5)} == {name}
    assert kept(pair.page("nobody")) in NAMES


def test_the_apps_headers_and_its_closed_routes_hold(pair: Pair) -> None:
    page = pair.page("a")
    (nonce,) = re.findall(r"'nonce-([^']+)'", page.headers["content-security-policy"])
    assert page.body.count(f'<script nonce="{nonce}"'.encode()) == page.body.count(b"<script") > 0
    assert page.headers["x-content-type-options"] == "nosniff"
    assert json.loads(pair.lab.get("/config").body)["root"] == f"http://{HOST}:{pair.lab.port}"
    for path in ("/docs", "/gradio_api/proxy=http://x/", "/.git/config", "/monitoring", "/gradio_api/runs"):
        assert pair.lab.get(path).status in (403, 404)
    for path in ("/etc/passwd", f"{ROOT}/app.py", "..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "//etc/passwd"):
        reply = pair.lab.get(f"/gradio_api/file={path}")
        assert reply.status in (400, 403, 404) and b"root:" not in reply.body
    assert pair.lab.upload(b"x" * 1_100_000).status == 413
    assert pair.lab.ask("POST", "/gradio_api/queue/join", None, {"Content-Length": str(10**12)}).status == 413


def test_programs_without_cookies_find_their_answers(pair: Pair) -> None:
    assert all(pair.lab.still_answers() for _ in range(10))


def test_what_an_event_says_arrives_while_it_goes_on(pair: Pair) -> None:
    """The model of "slow" sleeps for three seconds; that it began is told before."""
    begun = pair.lab.post("/gradio_api/call/decode", json.dumps({"data": slow()}).encode())
    connection = HTTPConnection(HOST, pair.lab.port, timeout=60)
    connection.request("GET", f"/gradio_api/queue/data?session_hash={json.loads(begun.body)['event_id']}")
    stream = connection.getresponse()
    heard: dict[str, float] = {}
    for line in stream:
        if line.startswith(b"data: "):
            heard.setdefault(json.loads(line[6:])["msg"], time.monotonic())
    connection.close()
    assert heard["process_completed"] - heard["process_starts"] > 2


def slow() -> list[object]:
    return [f"slow {time.monotonic_ns()}", 2, 0.7, 0, 0, "k_finished", "beam", "", 0, 1.0]


@pytest.mark.slow  # every day the same is seen in a browser
def test_when_a_process_dies_its_pages_say_so_and_go_on_with_the_other_when_loaded_again(tmp_path: Path) -> None:
    with ExitStack() as stack:
        pair = pair_of(tmp_path, stack)
        join = json.dumps({"fn_index": 0, "session_hash": "s", "data": [], "trigger_id": 0}).encode()
        assert all(pair.post("/gradio_api/queue/join", join, name).status == 200 for name in NAMES)
        pair.processes["a"].end(signal.SIGKILL)
        refused = pair.post("/gradio_api/queue/join", join, "a")
        assert refused.status == 502 and "Load the page again" in json.loads(refused.body)["detail"]
        assert pair.post("/gradio_api/queue/join", join, "b").status == 200
        assert [kept(pair.page("a")) for _ in range(10)] == ["b"] * 10
        assert [kept(pair.page()) for _ in range(10)] == ["b"] * 10
        assert pair.lab.still_answers()
        pair.processes["b"].end(signal.SIGKILL)
        closed = pair.page("b")
        assert closed.status == 502 and "not running at the moment" in closed.body.decode()
        assert "应用目前没有运行" in closed.body.decode()
