"""python -m tests.bench.soak: mixed use at a steady pace for a long time; does memory grow, do files or threads stay?

The app is started as the README says. Visitors come one after the other: decodes of every model with sentences, sizes
and penalties of their own (some asked again, some nonsense), comparisons, answers that nobody fetches, the page itself;
every half minute one with a real browser, who decodes, opens the tabs, steps through a tree and leaves. The process and
its children are looked at every ten seconds. Printed: what came of the requests, and resident memory, open files and
threads in each quarter of the time (medians), with the growth from the second quarter to the last: the first warms up.
"""

import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import tyro
from playwright.sync_api import Browser

from tests.bench.browser import PATIENCE_MS, chromium
from tests.bench.class_load import decode, judged, sentences, settings
from tests.support.project import ROOT
from tests.support.served_app import free_port, served

LOOK_S: Final = 10.0
BROWSER_S: Final = 30.0
QUARTERS: Final = 4
NONSENSE: Final = ("", " ", "\x00", "<script>alert(1)</script>", "ß" * 399, "a " * 200, "东京的天气很好。")


@dataclass(frozen=True, kw_only=True, slots=True)
class SoakOptions:
    """How long, and how fast."""

    minutes: float = 30.0
    """of use"""
    pace: float = 1.5
    """seconds from one request to the next"""
    seed: int = 1
    """of what is asked"""


@dataclass(frozen=True, slots=True)
class Look:
    """The app and its children at one moment."""

    resident_mb: float
    files: int
    threads: int


@dataclass(slots=True)
class Use:
    """What visitors do until the time is over."""

    url: str
    options: SoakOptions
    outcomes: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def requests(self, models: Sequence[str]) -> None:
        """One request after the other."""
        chance, texts = random.Random(self.options.seed), [*sentences(200), *NONSENSE]
        while not self.over.wait(self.options.pace):
            begin = chance.random()
            try:
                if begin < 0.1:
                    self._leave(chance.choice(texts))
                elif begin < 0.2:
                    urllib.request.urlopen(self.url, timeout=60).read()
                    self.outcomes["page"] += 1
                else:
                    self._decode(chance.choice(texts), chance.choice(models), chance)
            except (OSError, ValueError) as error:
                self.outcomes[f"failed: {type(error).__name__}"] += 1

    def _decode(self, text: str, model: str, chance: random.Random) -> None:
        asked = settings(text, chance.choice((1, 2, 5, 10)))
        asked[2], asked[7] = chance.choice((0.0, 0.7, 1.0)), model
        answer = decode(self.url, asked, 60.0)
        said = judged(answer, text)
        self.outcomes[said if said in {"own result", "busy"} else "a sentence"] += 1

    def _leave(self, text: str) -> None:
        """Ask, and never come for the answer."""
        body = json.dumps({"data": settings(text, 5)}).encode()
        request = urllib.request.Request(
            f"{self.url}/gradio_api/call/decode", data=body, headers={"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=60).read()
        self.outcomes["left"] += 1


def main() -> None:
    """Print the quarters and the growth, and the same as one line of JSON."""
    options = tyro.cli(SoakOptions, description=__doc__)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        log_file = Path(folder, "app.log")
        with served([sys.executable, "app.py"], folder=ROOT, log_file=log_file, port=free_port()) as app:
            use = Use(app.url, options)
            looks = used(use, app_process(), browser)
    report(looks, use.outcomes)


def used(use: Use, process: int, browser: Browser) -> list[Look]:
    """Let them come, and look on."""
    visitor = threading.Thread(target=use.requests, args=(model_names(),), daemon=True)
    visitor.start()
    looks: list[Look] = []
    end, next_look, next_browser = time.monotonic() + 60 * use.options.minutes, 0.0, time.monotonic()
    while time.monotonic() < end:
        if time.monotonic() >= next_look:
            looks.append(look_at(process))
            next_look = time.monotonic() + LOOK_S
        if time.monotonic() >= next_browser:
            use.outcomes[visit(browser, use.url)] += 1
            next_browser = time.monotonic() + BROWSER_S
        time.sleep(0.5)
    use.over.set()
    visitor.join(90)
    return looks


def visit(browser: Browser, url: str) -> str:
    """One visitor with a browser; what came of it."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        page.locator("#view-message [data-tone=hint]").wait_for(timeout=PATIENCE_MS)
        page.locator("#sentence textarea").fill(random.Random(time.time_ns()).choice(sentences(200)))
        page.locator("#sentence textarea").press("Enter")
        page.locator(".view-result .card").first.wait_for(timeout=PATIENCE_MS)
        for tab in ("decoders", "compare", "lab"):
            page.locator(f"#tab-{tab}-button").click()
            page.wait_for_timeout(500)
    return "browser"


def model_names() -> list[str]:
    """Every model of the box that reads text."""
    folders = sorted((ROOT / "assets" / "checkpoints").iterdir())
    return [folder.name for folder in folders if (folder / "config.json").is_file()]


def app_process() -> int:
    """The app that this bench has started."""
    return next(child for child in children(os.getpid()) if b"app.py" in Path(f"/proc/{child}/cmdline").read_bytes())


def children(parent: int) -> list[int]:
    """The processes that a process has started, and those that these have started."""
    tasks = Path(f"/proc/{parent}/task").glob("*/children")
    found = [int(child) for task in tasks for child in task.read_text().split()]
    return found + [grandchild for child in found for grandchild in children(child)]


def look_at(process: int) -> Look:
    """Sums over the process and its children; what ends meanwhile is not counted."""
    looks = [look for each in (process, *children(process)) if (look := _look_at_one(each))]
    return Look(*(sum(getattr(look, name) for look in looks) for name in ("resident_mb", "files", "threads")))


def _look_at_one(process: int) -> Look | None:
    place = Path(f"/proc/{process}")
    try:
        pages = int((place / "statm").read_text().split()[1])
        files, threads = len(os.listdir(place / "fd")), len(os.listdir(place / "task"))
    except OSError:
        return None
    return Look(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, files, threads)


def report(looks: Sequence[Look], outcomes: Counter[str]) -> None:
    """The table, and one line of JSON."""
    size = len(looks) // QUARTERS
    quarters = [middle(looks[size * number : size * (number + 1)]) for number in range(QUARTERS)]
    print("| | quarter 1 | 2 | 3 | 4 | growth from 2 to 4 |\n|---|---|---|---|---|---|")
    for name in ("resident_mb", "files", "threads"):
        values = [getattr(each, name) for each in quarters]
        growth = f"{100 * (values[-1] / values[1] - 1):+.1f} %"
        print(f"| {name} | " + " | ".join(f"{value:.0f}" for value in values) + f" | {growth} |")
    print(", ".join(f"{name}: {count}" for name, count in sorted(outcomes.items())))
    print(json.dumps({"quarters": [asdict(each) for each in quarters], "outcomes": outcomes}))


def middle(looks: Sequence[Look]) -> Look:
    """The medians."""
    return Look(
        statistics.median(each.resident_mb for each in looks),
        round(statistics.median(each.files for each in looks)),
        round(statistics.median(each.threads for each in looks)),
    )


if __name__ == "__main__":
    main()
