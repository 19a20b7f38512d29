"""Whatever is sent to a running app: an answer or a sentence, and the next visitor is served as before."""

import json
import re
from typing import Any

import pytest

from tests.support.hostile import AWKWARD
from tests.support.lab import Lab, Reply

REFUSED = re.compile(rb'event: error\ndata: \{"error": "[^"]')
ODD: dict[str, Any] = {
    "beam_size": [0, -1, 2.5, 10**30, True, None, "5", [], {}, float("nan"), float("inf")],
    "alpha": [-1, 1e308, True, None, "1", float("nan"), -float("inf"), 10**300],
    "max_length": [-1, 121, False, None, "0", float("nan"), 2**63],
    "min_length": [-1, 61, None, [0]],
    "stop_rule": ["", "shrinking", None, 5, ["k_finished"], "\ud800"],
    "algorithm": ["", "sampling", None, 5, [], {"beam": 1}],
    "model": ["nobody", "../lure", None, 5, [], {}, "\ud800", "x" * 100_000],
    "seed": [-1, 10**6, True, None, 0.5],
    "temperature": [0, -1, 10**30, None, float("nan")],
}


FORGED: tuple[Any, ...] = ({"customdata": [10**30, -1]}, {"text": "[" * 100}, float("nan"), [[]], None)


def is_answer_or_sentence(reply: Reply) -> bool:
    if reply.status != 200:
        return reply.status in (400, 413, 422)
    return b"event: complete" in reply.body or REFUSED.search(reply.body) is not None


def test_awkward_texts_get_an_answer_or_a_sentence(lab: Lab) -> None:
    for text in (*AWKWARD, 5, None, True, ["x"], {"text": "x"}, {"path": "/etc/passwd"}, "x" * 2_000_000):
        reply = lab.decode(text, beam_size=1)
        assert is_answer_or_sentence(reply), (str(text)[:40], reply.body[:300])
    assert lab.still_answers()


@pytest.mark.parametrize("setting", ODD)
def test_odd_settings_get_an_answer_or_a_sentence(lab: Lab, setting: str) -> None:
    for value in ODD[setting]:
        reply = lab.decode("a b", **{setting: value})
        assert is_answer_or_sentence(reply), (value, reply.body[:300])
    assert lab.still_answers()


BODIES = (
    b"",
    b"null",
    b"[]",
    b'{"data": 5}',
    b'{"data": []}',
    b'{"data": ["x"], "more": 1}',
    b'{"data": [' + b"1," * 5_000 + b"1]}",
    b'{"data": ' + b"[" * 100_000,
    b'{"data": ["' + b"\xff" * 10 + b'"]}',
    b'{"data": [' + b"9" * 10_000 + b"]}",
    b'{"fn_index": 99999, "session_hash": "s", "data": [], "trigger_id": -1}',
    b'{"fn_index": "x", "session_hash": {}, "data": {}}',
    b'{"fn_index": 3, "session_hash": null, "event_data": [[[]]], "data": [1, 2, 3]}',
)


ROUTES = ("queue/join", "call/decode", "call/compare", "call/nobody", "upload", "cancel", "reset")


@pytest.mark.parametrize("route", ROUTES)
def test_odd_bodies_are_refused_and_break_nothing(lab: Lab, route: str) -> None:
    for body in BODIES:
        reply = lab.post(f"/gradio_api/{route}", body)
        assert reply.status < 500 or reply.body == b"something went wrong with this request", body[:80]
    assert lab.still_answers()
    assert "Traceback" not in lab.app.log()


def test_forged_events_of_the_page_change_nothing_for_others(lab: Lab) -> None:
    """Every event that the page has, called as its browser would, with nonsense for inputs."""
    config = json.loads(lab.get("/config").body)
    for event in config["dependencies"]:
        forged = {"fn_index": event["id"], "session_hash": "forger", "data": [None] * len(event["inputs"])}
        data = FORGED[event["id"] % len(FORGED)]
        body = json.dumps(forged | {"event_data": data, "trigger_id": 0}).encode()
        assert lab.post("/gradio_api/queue/join", body).status < 500, event["id"]
    assert lab.still_answers()
    assert "Traceback" not in lab.app.log()
