"""python -m tests.bench.class_load: a class arrives, and everybody presses "decode".

The app is started as the README says. Each client has a sentence of its own and sends it as raw HTTP, at an even pace
within the given seconds; one real browser is among them. Printed: how many were answered with the trace of their own
sentence, were told to try again, failed or hung, and the seconds they waited (median, 95th percentile, worst); of the
browser, what it showed and after how long.
"""

import json
import statistics
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import tyro
from playwright.sync_api import Browser, Page

from tests.bench.browser import PATIENCE_MS, PRESS, chromium
from tests.support.project import ROOT
from tests.support.served_app import free_port, served

BEGINNINGS: Final = ("I think that", "We know that", "Tom said that", "She hopes that", "They told me that")
MIDDLES: Final = ("the old man", "my sister", "the new teacher", "your friend", "our neighbour", "the doctor")
BROWSER_SENTENCE: Final = "My brother wants to buy a new house near the sea."
ENDS: Final = ("is at home.", "has a car.", "will come tomorrow.", "likes music.", "never sleeps.", "was ill.", "ran.")


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadOptions:
    """Who comes, and how fast."""

    clients: int = 30
    """raw HTTP clients"""
    within: float = 10.0
    """seconds over which they press the button"""
    beam_size: int = 5
    """of every client"""
    browser: bool = True
    """a real one comes when half of the others have"""
    patience: float = 60.0
    """seconds after which a client counts as hanging"""


@dataclass(slots=True)
class Visit:
    """What happened to one client."""

    sentence: str
    seconds: float = 0.0
    outcome: str = "hung"  # own result, busy, failed: ...


@dataclass(frozen=True, slots=True)
class Report:
    """All clients."""

    clients: int
    own_result: int
    busy: int
    others: list[str] = field(default_factory=list)
    median_s: float = 0.0
    p95_s: float = 0.0
    worst_s: float = 0.0
    slowest_busy_s: float = 0.0
    browser: str = "none"
    browser_s: float = 0.0


def main() -> None:
    """Print the report as one line of JSON."""
    options = tyro.cli(LoadOptions, description=__doc__)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        log_file = Path(folder, "app.log")
        with served([sys.executable, "app.py"], folder=ROOT, log_file=log_file, port=free_port()) as app:
            wait_for_model(app.url)
            page = opened(browser, app.url) if options.browser else None
            report = reported(*arrive(app.url, options, page))
    for name, value in asdict(report).items():
        print(f"{name:<16} {value}")
    print(json.dumps(asdict(report)))


def sentences(count: int) -> list[str]:
    """Different sentences."""
    made = [f"{one} {two} {three}" for one in BEGINNINGS for two in MIDDLES for three in ENDS]
    if count > len(made):
        raise SystemExit(f"clients must be at most {len(made)}, got {count}")
    return made[:: max(1, len(made) // count)][:count]


def arrive(url: str, options: LoadOptions, page: Page | None) -> tuple[list[Visit], Visit | None]:
    """Let all clients press the button, each in a thread of its own; the browser among them, where there is one."""
    visits = [Visit(sentence) for sentence in sentences(options.clients)]
    threads = []
    for number, visit in enumerate(visits):
        delay = options.within * number / max(1, len(visits) - 1)
        threads.append(threading.Thread(target=press, args=(url, visit, delay, options), daemon=True))
    for thread in threads:
        thread.start()
    seen = look(page, options.within / 2) if page else None
    for thread in threads:
        thread.join(options.within + options.patience + 5)
    return visits, seen and checked(url, seen, options)


def opened(browser: Browser, url: str) -> Page:
    """The page, ready for input."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en")
    page.goto(url)
    page.locator("#view-message [data-tone=hint]").wait_for(timeout=PATIENCE_MS)
    return page


def look(page: Page, delay: float) -> Visit:
    """One visitor with a browser, from the click to the painted tree."""
    visit = Visit(BROWSER_SENTENCE)
    page.locator("#sentence textarea").fill(visit.sentence)
    page.wait_for_timeout(1000 * delay)
    times = page.evaluate(PRESS)
    visit.seconds = times.get("painted", times.get("refused")) / 1000
    visit.outcome = times.get("said") or page.locator("#view-result .card").last.locator(".output").inner_text()
    return visit


def checked(url: str, seen: Visit, options: LoadOptions) -> Visit:
    """Whether the browser showed what the endpoint answers to its sentence."""
    answer = decode(url, settings(seen.sentence, options.beam_size), options.patience)
    shows_it = answer.get("hypotheses", [{}])[0].get("text") == seen.outcome
    seen.outcome = "own result" if shows_it else judged({"error": seen.outcome}, seen.sentence)
    return seen


def press(url: str, visit: Visit, delay: float, options: LoadOptions) -> None:
    """One client, from the click to the answer."""
    time.sleep(delay)
    begin = time.perf_counter()
    try:
        answer = decode(url, settings(visit.sentence, options.beam_size), options.patience)
        visit.outcome = judged(answer, visit.sentence)
    except (OSError, ValueError) as error:
        visit.outcome = f"failed: {error}"
    visit.seconds = time.perf_counter() - begin


def settings(sentence: str, beam_size: int) -> list[object]:
    """All arguments of the endpoint: raw HTTP knows no defaults."""
    return [sentence, beam_size, 0.7, 0, 0, "k_finished", "beam", "", 0, 1.0]


def judged(answer: Any, sentence: str) -> str:
    """Own result, or what came instead."""
    text = json.dumps(answer)
    if isinstance(answer, dict) and answer.get("source") == sentence:
        return "own result"
    return "busy" if "busy" in text.lower() or "full" in text.lower() else f"failed: {text[:120]}"


def decode(url: str, data: Sequence[object], patience: float) -> Any:
    """The answer of the public endpoint, asked for as any HTTP client would."""
    request = urllib.request.Request(
        f"{url}/gradio_api/call/decode",
        data=json.dumps({"data": list(data)}).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=patience) as response:
            event = json.load(response)["event_id"]
    except urllib.error.HTTPError as error:
        return {"error": error.read().decode(errors="replace")}
    with urllib.request.urlopen(f"{url}/gradio_api/call/decode/{event}", timeout=patience) as stream:
        kind = ""
        for line in stream:
            name, _, rest = line.decode().strip().partition(": ")
            if name == "event":
                kind = rest
            elif name == "data" and kind == "complete":
                return json.loads(rest)[0]
            elif name == "data" and kind == "error":
                return {"error": rest}
    return {"error": "the answer ended early"}


def wait_for_model(url: str) -> None:
    """Until the first sentence is answered."""
    answer = decode(url, settings("Hello.", 5), 120.0)
    if judged(answer, "Hello.") != "own result":
        raise SystemExit(f"the app must answer before the class comes, got {json.dumps(answer)[:200]}")


def reported(visits: Sequence[Visit], seen: Visit | None) -> Report:
    """The numbers of all visits."""
    own = sorted(visit.seconds for visit in visits if visit.outcome == "own result")
    busy = [visit.seconds for visit in visits if visit.outcome == "busy"]
    return Report(
        clients=len(visits),
        own_result=len(own),
        busy=len(busy),
        others=[visit.outcome for visit in visits if visit.outcome not in ("own result", "busy")][:20],
        median_s=statistics.median(own) if own else 0.0,
        p95_s=own[min(len(own) - 1, int(0.95 * len(own)))] if own else 0.0,
        worst_s=own[-1] if own else 0.0,
        slowest_busy_s=max(busy, default=0.0),
        browser=seen.outcome if seen else "none",
        browser_s=seen.seconds if seen else 0.0,
    )


if __name__ == "__main__":
    main()
