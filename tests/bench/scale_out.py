"""python -m tests.bench.scale_out: one process against two behind nginx, and what visitors see when one of them dies.

Needs nginx (Debian: apt-get install nginx-light); the configuration is that of demo/serving, with other ports. Clients
are raw HTTP: each loads the page once for its cookie, then asks for one sentence after another, none of them twice.

Throughput: rounds of equal length, in turn with all clients on one process and with half of them on each; answers per
second, the median of the rounds, and their ratio. Death: all clients are at work when one process is killed. Counted:
answers, refusals that say what to do, streams that broke off, and anything else; a client that was refused or cut off
loads the page again, as its visitor would, and goes on.
"""

import json
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Final

import tyro

from tests.bench.class_load import BEGINNINGS, ENDS, MIDDLES, settings
from tests.support.project import ROOT
from tests.support.proxy import COOKIE, NO_NGINX, behind_proxy, find_nginx
from tests.support.served_app import HOST, Serving, free_port, serving

NAMES: Final = ("a", "b")
ANSWER, REFUSED, CUT_OFF = "own result", "told to load the page again", "cut off"
SIGNS: Final = {502: REFUSED, 503: "busy, try again"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleOptions:
    """Who asks, and for how long."""

    clients: int = 8
    """at the same time; each waits for its answer before it asks again"""
    rounds: int = 3
    """with one process, and as many with two"""
    seconds: float = 15.0
    """of a round, and before and after the death"""
    beam_size: int = 5
    """of every request"""


@dataclass(slots=True)
class Client:
    """A visitor's browser, as far as a server sees one."""

    port: int
    number: int
    beam_size: int
    cookie: str = ""
    seen: Counter[str] = field(default_factory=Counter)
    pages: list[str] = field(default_factory=list)  # whose page it had
    first_after: float = 0.0  # seconds from the first trouble to the next answer
    trouble: float = 0.0

    def load(self) -> bool:
        """The page, and the cookie that comes with it; whether there was one."""
        try:
            answer, _ = self.ask("GET", "/")
        except (OSError, HTTPException):
            return False
        found = (answer.getheader("Set-Cookie") or "").partition(";")[0].partition("=")
        if answer.status != 200 or found[0] != COOKIE:
            return False
        self.cookie = found[2]
        self.pages.append(self.cookie)
        return True

    def decode(self, text: str) -> str:
        """What came of one request."""
        try:
            begun, body = self.ask("POST", "/gradio_api/call/decode", {"data": settings(text, self.beam_size)})
            if begun.status != 200:
                return SIGNS.get(begun.status, f"status {begun.status}")
            answer, body = self.ask("GET", f"/gradio_api/call/decode/{json.loads(body)['event_id']}")
        except (OSError, HTTPException):
            return CUT_OFF
        if answer.status != 200:
            return SIGNS.get(answer.status, f"status {answer.status}")
        if f'"source": {json.dumps(text)}'.encode() in body:
            return ANSWER
        return CUT_OFF if b"event: complete" not in body and b"event: error" not in body else body.decode()[:100]

    def ask(self, method: str, path: str, body: object = None) -> tuple[HTTPResponse, bytes]:
        """One request with the cookie, and all of its answer."""
        connection = HTTPConnection(HOST, self.port, timeout=60)
        headers = {"Content-Type": "application/json", "Cookie": f"{COOKIE}={self.cookie}" if self.cookie else ""}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def work(self, stop: threading.Event) -> None:
        """One sentence after another; after a trouble the page is loaded again."""
        while not stop.is_set():
            outcome = self.decode(sentence())
            self.seen[outcome] += 1
            if outcome == ANSWER:
                if self.trouble and not self.first_after:
                    self.first_after = time.monotonic() - self.trouble
                continue
            self.trouble = self.trouble or time.monotonic()
            time.sleep(0.5)  # to read what the page says
            while not stop.is_set() and not self.load():
                self.seen["no page"] += 1
                time.sleep(0.5)


@dataclass(frozen=True, slots=True)
class Death:
    """What was seen when a process was killed."""

    killed: str
    of_the_dead: int  # clients whose page it had made
    seen: dict[str, int]
    seen_by_others: dict[str, int]
    went_on: int  # of the clients of the dead
    slowest_s: float  # from the first trouble to the next answer


@dataclass(frozen=True, slots=True)
class Report:
    """Of one run."""

    clients: int
    one_process: list[float]  # answers per second, of each round
    two_processes: list[float]
    ratio: float
    death: Death


def main() -> None:
    """Print the report as one line of JSON."""
    options = tyro.cli(ScaleOptions, description=__doc__)
    if find_nginx() is None:
        raise SystemExit(f"scale_out: {NO_NGINX}")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        apps = {name: _app(stack, Path(folder), name) for name in NAMES}
        port = stack.enter_context(behind_proxy(Path(folder) / "proxy", [app.port for app in apps.values()]))
        for name in NAMES:
            _warm(Client(port, 0, options.beam_size, cookie=name))
        rates: dict[int, list[float]] = {1: [], 2: []}
        for turn in range(2 * options.rounds):
            used = 1 + turn % 2
            homes = NAMES[turn // 2 % 2 :][:1] if used == 1 else NAMES  # the one is now this one, now that one
            rates[used].append(_rate(_clients(port, options, homes), options.seconds))
            print(f"{used} process{'es' if used > 1 else ''}: {rates[used][-1]:.2f} answers/s", file=sys.stderr)
        one, two = (statistics.median(rates[used]) for used in (1, 2))
        death = _death(apps["b"], _clients(port, options, NAMES), options.seconds)
        print(json.dumps(asdict(Report(options.clients, rates[1], rates[2], two / one, death))))


def sentence() -> str:
    """One that nobody asked before, as good as certainly: the app keeps answers."""
    number = random.randrange(10**6)
    words = (random.choice(each) for each in (BEGINNINGS, MIDDLES, ENDS))
    return f"{number}: {' '.join(words)}"


def _app(stack: ExitStack, folder: Path, name: str) -> Serving:
    settings_ = {"GRADIO_SERVER_NAME": HOST, "GRADIO_TEMP_DIR": str(folder / name)}
    log = folder / f"{name}.txt"
    command = [sys.executable, "app.py"]
    return stack.enter_context(serving(command, folder=ROOT, log_file=log, port=free_port(), settings=settings_))


def _warm(client: Client) -> None:
    """Until the model of a process is there."""
    for _ in range(5):
        if client.decode(sentence()) == ANSWER:
            return
    raise SystemExit("scale_out: a process must answer before it is measured")


def _clients(port: int, options: ScaleOptions, homes: Sequence[str]) -> list[Client]:
    """Equally many of each process."""
    return [
        Client(port, number, options.beam_size, cookie=homes[number % len(homes)])
        for number in range(options.clients)
    ]


def _rate(clients: Sequence[Client], seconds: float) -> float:
    stop = threading.Event()
    threads = _at_work(clients, stop)
    time.sleep(seconds)
    answers = sum(client.seen[ANSWER] for client in clients)
    stop.set()
    _join(threads)
    strange = sum((client.seen for client in clients), Counter[str]())
    if set(strange) != {ANSWER}:
        raise SystemExit(f"scale_out: every request must be answered, got {dict(strange)}")
    return answers / seconds


def _death(victim: Serving, clients: Sequence[Client], seconds: float) -> Death:
    stop = threading.Event()
    threads = _at_work(clients, stop)
    time.sleep(seconds)
    victim.end(signal.SIGKILL)
    time.sleep(seconds)
    stop.set()
    _join(threads)
    theirs = [client for client in clients if client.number % len(NAMES) == NAMES.index("b")]
    others = [client for client in clients if client not in theirs]
    return Death(
        killed="b",
        of_the_dead=len(theirs),
        seen=dict(sum((client.seen for client in theirs), Counter[str]())),
        seen_by_others=dict(sum((client.seen for client in others), Counter[str]())),
        went_on=sum(bool(client.first_after) and client.cookie == "a" for client in theirs),
        slowest_s=round(max((client.first_after for client in theirs), default=0.0), 2),
    )


def _at_work(clients: Sequence[Client], stop: threading.Event) -> list[threading.Thread]:
    threads = [threading.Thread(target=client.work, args=(stop,), daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    return threads


def _join(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.join(90)


if __name__ == "__main__":
    main()
