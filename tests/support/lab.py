"""Raw HTTP to an app that runs: nothing is quoted, normalised or followed on the way."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import Any, Final

from tests.support.served_app import ServedApp

PATIENCE: Final = 120.0  # seconds without a word
SETTINGS: Final = {
    "beam_size": 5,
    "alpha": 0.7,
    "max_length": 0,
    "min_length": 0,
    "stop_rule": "k_finished",
    "algorithm": "beam",
    "model": "",
    "seed": 0,
    "temperature": 1.0,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    headers: Mapping[str, str]  # names in small letters
    body: bytes


@dataclass(frozen=True, slots=True)
class Lab:
    """An app that answers, its log, and the folder of its uploads."""

    host: str
    port: int
    app: ServedApp
    uploads: Path

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """One request, its path sent as it is."""
        connection = HTTPConnection(self.host, self.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host=False)
            for name, value in {"Content-Length": str(len(body or b"")), **(headers or {})}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, named, _all_of(answer))
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        return self.ask("GET", path)

    def post(self, path: str, body: bytes, kind: str = "application/json") -> Reply:
        return self.ask("POST", path, body, {"Content-Type": kind})

    def call(self, name: str, data: bytes) -> Reply:
        """A public endpoint with the JSON of its arguments: the last event, or the refusal of the call."""
        begun = self.post(f"/gradio_api/call/{name}", b'{"data": %s}' % data)
        if begun.status != 200:
            return begun
        return self.get(f"/gradio_api/call/{name}/{json.loads(begun.body)['event_id']}")

    def decode(self, text: Any, **changes: Any) -> Reply:
        """One source with the usual settings, or others; NaN and the like are sent as Python writes them."""
        return self.call("decode", json.dumps(list({"text": text, **SETTINGS, **changes}.values())).encode())

    def event(self, number: int, data: list[Any], session: str, event_data: Any = None) -> dict[str, Any]:
        """One of the page's own events, as a browser sends it."""
        return {
            "fn_index": number,
            "session_hash": session,
            "data": data,
            "event_data": event_data,
            "trigger_id": 0,
        }

    def send(self, event: int, data: list[Any], session: str = "visitor", event_data: Any = None) -> Reply:
        """All that comes of an event, or its refusal."""
        return self.send_bytes(json.dumps(self.event(event, data, session, event_data)).encode(), session)

    def send_bytes(self, body: bytes, session: str) -> Reply:
        """The same, of an event as it is written."""
        begun = self.post("/gradio_api/queue/join", body)
        if begun.status != 200:
            return begun
        return self.get(f"/gradio_api/queue/data?session_hash={session}")

    def press(self, button: str, session: str = "visitor", values: Mapping[str, Any] | None = None) -> Reply:
        """A button of the page, with the values that the page begins with, or others by their components' ids."""
        page = json.loads(self.get("/config").body)
        components = {each["id"]: each for each in page["components"]}
        ids = {number: each["props"].get("elem_id") for number, each in components.items()}
        event = next(
            each for each in page["dependencies"] if any(ids.get(place) == button for place, _ in each["targets"])
        )
        begun = {each: components[each]["props"].get("value") for each in event["inputs"]}
        return self.send(event["id"], [(values or {}).get(ids[each], begun[each]) for each in begun], session)

    def upload(self, content: bytes, name: str = "pairs.tsv") -> Reply:
        """A file, as the page sends one."""
        mark = secrets.token_hex(8)
        head = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        body = head.encode("utf-8", "surrogatepass") + content + f"\r\n--{mark}--\r\n".encode()
        return self.post("/gradio_api/upload", body, f"multipart/form-data; boundary={mark}")

    def still_answers(self) -> bool:
        """Whether a sentence that nobody sent before is decoded."""
        reply = self.decode(f"still {secrets.token_hex(4)}")
        return reply.status == 200 and b"event: complete" in reply.body and b"seq2seq-trace/1" in reply.body


def _all_of(answer: HTTPResponse) -> bytes:
    """What came, also where the app broke off."""
    try:
        return answer.read()
    except IncompleteRead as error:
        return error.partial
