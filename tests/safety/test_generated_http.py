"""A running app, asked by generated requests: an answer or a sentence each time, and nothing of it in the log.

`still_answers` after each property: no worker stays broken.
"""

import json
from http.client import HTTPException
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.safety.test_generated_page import events, or_nonsense
from tests.safety.test_requests_over_http import is_answer_or_sentence
from tests.support.hostile import AWKWARD, generated, texts, values
from tests.support.lab import SETTINGS, Lab, Reply

STARTS_TRAININGS = ("lab-start", "lab-go-on")  # each would take minutes; see test_generated_lab
PLAIN = b"something went wrong with this request"
TYPES = ("application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "x\u0131/", "")


def json_of(value: Any) -> bytes:
    """As Python writes it: NaN, and surrogates by their numbers."""
    return json.dumps(value, default=repr).encode()


@pytest.fixture(scope="module")
def page_events(lab: Lab) -> list[dict[str, Any]]:
    """What the page can be asked, by the server's own account, except for trainings."""
    config = json.loads(lab.get("/config").body)
    names = {each["id"]: each["props"].get("elem_id") for each in config["components"]}

    def starts_one(event: dict[str, Any]) -> bool:
        return any(names.get(place) in STARTS_TRAININGS for place, _ in event["targets"])

    return [event for event in config["dependencies"] if event["backend_fn"] and not starts_one(event)]


@pytest.fixture(autouse=True)
def goes_on(lab: Lab) -> Any:
    """The app, after all that was asked of it."""
    yield
    assert lab.still_answers()
    assert "Traceback" not in lab.app.log()


def files() -> st.SearchStrategy[Any]:
    """What Gradio takes for a file."""
    places = st.one_of(st.sampled_from(["/etc/passwd", "http://127.0.0.1:9/x.tsv", "x.tsv", ""]), texts(10))
    kinds = or_nonsense("gradio.FileData")
    return st.builds(lambda place, kind: {"path": place, "meta": {"_type": kind}}, places, kinds)


@given(data=st.data(), text=st.one_of(texts(), values(), files()))
@generated(60)
def test_the_decode_endpoint_answers_or_refuses_in_a_sentence(lab: Lab, data: st.DataObject, text: Any) -> None:
    names = st.sampled_from([*SETTINGS, "surprise"])
    changes = data.draw(st.dictionaries(names, or_nonsense(1, 2, 0, "beam", "greedy", "other"), max_size=3))
    body = json_of(list(({"text": text} | SETTINGS | changes).values()))
    reply = lab.call("decode", body)
    assert is_answer_or_sentence(reply), (body[:200], reply)


@given(arguments=st.one_of(st.lists(values(), max_size=6), values()), name=st.sampled_from(["compare", "decode"]))
@generated(40)
def test_endpoints_with_other_arguments_answer_or_refuse(lab: Lab, arguments: Any, name: str) -> None:
    reply = lab.call(name, json_of(arguments))
    assert is_answer_or_sentence(reply) or reply.body == PLAIN, (arguments, reply)


@given(data=st.data())
@generated(100)
def test_every_event_of_the_page_ends_whatever_it_is_sent(
    lab: Lab, page_events: list[dict[str, Any]], data: st.DataObject
) -> None:
    event = data.draw(st.sampled_from(page_events))
    count = len(event["inputs"])
    value = st.one_of(or_nonsense(1, "en", "x y", "lure", "greedy\nbeam"), files())
    sent = data.draw(st.one_of(st.lists(value, min_size=count, max_size=count), st.lists(value, max_size=3)))
    reply = lab.send_bytes(json_of(lab.event(event["id"], sent, "forger", data.draw(events()))), "forger")
    assert ended(reply), (event["targets"], sent, reply)


def ended(reply: Reply) -> bool:
    """Refused at once; or it went its way: outputs, or a sentence."""
    if reply.status != 200:
        return reply.status in (400, 413, 422) or reply.body == PLAIN
    messages = [json.loads(line[6:]) for line in reply.body.decode().split("\n") if line.startswith("data: ")]
    done = [each for each in messages if each["msg"] == "process_completed"]
    return len(done) == 1 and (done[0]["success"] or bool(done[0]["output"]["error"]))


@given(
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]),
    begin=st.sampled_from(["/", "/gradio_api/", "/gradio_api/file=", "/gradio_api/call/decode/", "/assets/", "//", ""]),
    rest=st.one_of(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40), texts(20)),
    body=st.one_of(st.binary(max_size=60), values().map(json_of)),
    kind=st.sampled_from(TYPES),
)
@generated(100)
def test_any_route_is_answered_and_none_fails(
    lab: Lab, method: str, begin: str, rest: str, body: bytes, kind: str
) -> None:
    path = begin + "".join(c for c in rest if 32 < ord(c) < 127)
    reply = lab.ask(method, path or "/", body, {"Content-Length": str(len(body)), "Content-Type": as_header(kind)})
    assert reply.status < 500 or reply.body == PLAIN, (method, path, reply)
    if reply.status != 400:  # what is no HTTP is refused before any of ours sees it
        assert reply.headers.get("x-content-type-options") == "nosniff", (method, path, reply)


def as_header(text: str) -> str:
    return text.encode("utf-8").decode("latin-1")


@given(
    content=st.one_of(st.binary(max_size=100), texts().map(lambda text: text.encode("utf-8", "surrogatepass"))),
    name=st.one_of(texts(20), st.sampled_from(AWKWARD)),
    mark=st.sampled_from(["x", "-" * 70, "a b", ""]),
    whole=st.booleans(),
)
@generated(60)
def test_an_upload_of_any_shape_is_taken_or_refused(
    lab: Lab, content: bytes, name: str, mark: str, whole: bool
) -> None:
    head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    end = f"\r\n--{mark}--\r\n" if whole else ""
    body = head.encode("utf-8", "surrogatepass") + content + end.encode()
    try:
        reply = lab.post("/gradio_api/upload", body, f"multipart/form-data; boundary={mark}")
    except HTTPException:
        raise AssertionError("cut off") from None
    assert reply.status < 500 or reply.body == PLAIN, reply
    for file in [path for path in lab.uploads.rglob("*") if path.is_file()]:
        file.unlink()  # there is room for two thousand
        if file.parent.parent.parent == lab.uploads and not any(file.parent.iterdir()):
            file.parent.rmdir()
    outside = [path for path in lab.uploads.parent.iterdir() if path.name not in ("uploads", "log.txt")]
    assert not outside
