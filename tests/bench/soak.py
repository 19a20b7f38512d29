"""python -m tests.bench.soak: mixed use at steady load for half an hour, and whether memory, files or threads grow.

The app is started as the README says. Raw clients decode and compare with several models, some of them leave before
they are answered; meanwhile one visitor after the other comes with a browser, uses one tab, and goes, now and then in
the middle of it. Every ten seconds the memory of the app and of its children, its open files and its threads are noted.
Growth is the median of the last third of what follows the warm-up, against that of its first third.
"""

import json
import random
import statistics
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import tyro
from playwright.sync_api import Browser, Error, Page

from tests.bench.browser import chromium
from tests.bench.class_load import decode, sentences, settings, wait_for_model
from tests.bench.startup import resident_mb, started
from tests.browser.tabs import open_tab
from tests.browser.test_compare import compare
from tests.browser.test_decoders import decode as decode_ways
from tests.browser.test_lab import expect_stage
from tests.browser.translate_page import translate
from tests.support.project import ROOT

SAMPLE_EVERY: Final = 10.0  # seconds
MODELS: Final = ("tatoeba-en-fr", "en-fr-transformer", "en-fr-bahdanau", "en-fr-convolutional", "tatoeba-en-zh")
MOST_GROWTH: Final = 5.0  # per cent of memory


@dataclass(frozen=True, kw_only=True, slots=True)
class SoakOptions:
    """How long, and how dense."""

    minutes: float = 30.0
    pause: float = 2.0
    """seconds between two requests of raw clients"""
    trainings: float = 5.0
    """minutes between two trainings"""
    warm_up: float = 12.0
    """minutes that do not count: what closed pages had stays for ten (demo/visitors.py), so that it grows until then"""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """The app at one moment."""

    resident_mb: float
    children_mb: float
    children: int
    files: int
    threads: int


@dataclass(slots=True)
class Soak:
    """What went on."""

    url: str
    process: int
    options: SoakOptions
    done: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, browser: Browser) -> None:
        """Everybody comes, until the time is over."""
        threads = [threading.Thread(target=each, daemon=True) for each in (self.sample, self.raw_clients, self.leavers)]
        for thread in threads:
            thread.start()
        self.visitors(browser)
        self.stopped.set()
        for thread in threads:
            thread.join(60)

    def sample(self) -> None:
        """Note the state of the app, again and again."""
        while not self.stopped.wait(SAMPLE_EVERY):
            self.samples.append(sample_of(self.process))

    def raw_clients(self) -> None:
        """Decodes and comparisons by HTTP."""
        chance = random.Random(self.options.seed)
        texts = sentences(200)
        while not self.stopped.wait(self.options.pause):
            arguments = settings(chance.choice(texts), chance.randint(1, 10))
            arguments[6] = chance.choice(("beam", "beam", "greedy"))
            arguments[7] = chance.choice(MODELS)
            answer = decode(self.url, arguments, 60.0)
            self.done["decode" if "source" in answer else "decode refused"] += 1

    def leavers(self) -> None:
        """Ask for a long search, and are gone before it is there."""
        chance = random.Random(self.options.seed + 1)
        texts = sentences(200)
        while not self.stopped.wait(5 * self.options.pause):
            data = json.dumps({"data": settings(chance.choice(texts) + " Really.", 10)}).encode()
            call = f"{self.url}/gradio_api/call/decode"
            request = urllib.request.Request(call, data=data, headers={"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=60) as response:
                event = json.load(response)["event_id"]
            with urllib.request.urlopen(f"{call}/{event}", timeout=60):
                self.done["left"] += 1

    def visitors(self, browser: Browser) -> None:
        """One after the other, each with a browser of their own."""
        chance = random.Random(self.options.seed + 2)
        begin = time.monotonic()
        next_training = begin + 60
        for number in range(1_000_000):
            if time.monotonic() > begin + 60 * self.options.minutes:
                return
            act = VISITS[number % len(VISITS)]
            if time.monotonic() > next_training:
                act, next_training = train, next_training + 60 * self.options.trainings
            self.done[visit(browser, self.url, act, chance)] += 1


def visit(browser: Browser, url: str, act: Callable[[Page, random.Random], None], chance: random.Random) -> str:
    """One visitor; what they did, and whether it failed."""
    name = act.__name__
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale=chance.choice(("en", "zh-CN"))) as context:
        page = context.new_page()
        try:
            page.goto(url)
            act(page, chance)
        except (AssertionError, Error) as error:
            return f"{name} failed: {str(error).splitlines()[0][:100]} {waiting(page)}"
    return name


def waiting(page: Page) -> str:
    """What a page still waits for that its visitor has given up."""
    message = page.locator("#view-message").inner_text() if page.locator("#view-message").count() else "no message"
    busy = page.locator(".is-busy").evaluate_all("parts => parts.map(({ id }) => id)")
    return f"(message: {message!r}, busy: {busy})"


def look_at_a_search(page: Page, chance: random.Random) -> None:
    """Translate, choose rows, forbid what came next, take it back."""
    translate(page, chance.choice(sentences(200)))
    page.locator("#view-nbest tbody tr").nth(1).click()
    page.wait_for_timeout(1000)
    page.locator("#view-next button").first.click()
    page.wait_for_timeout(2000)
    page.locator("#language input").nth(chance.randint(0, 1)).check()
    page.wait_for_timeout(1000)


def leave_in_the_middle(page: Page, chance: random.Random) -> None:
    """Ask for something and close the page."""
    page.locator("#sentence textarea").fill(chance.choice(sentences(200)))
    page.locator("#translate").click()
    page.wait_for_timeout(chance.randint(0, 300))


def compare_models(page: Page, chance: random.Random) -> None:
    """Several models beside each other."""
    open_tab(page, "compare")
    compare(page, chance.choice(sentences(200)))


def try_decoders(page: Page, chance: random.Random) -> None:
    """Several ways to search, then a file of sentences."""
    open_tab(page, "decoders")
    page.locator("#decoders-sentence textarea").fill(chance.choice(sentences(200)))
    decode_ways(page)
    pairs = "".join(f"{text}\tMerci.\n" for text in chance.sample(sentences(200), 5))
    page.locator("#decoders-file button").first.click()
    page.locator("#decoders-file input[type=file]").set_input_files(
        {"name": "pairs.tsv", "mimeType": "text/plain", "buffer": pairs.encode()}
    )
    page.locator("#decoders-file-table tbody tr").first.wait_for(timeout=60_000)


def open_a_trace(page: Page, chance: random.Random) -> None:
    """A trace from a file; the endpoint of the same app has written it."""
    trace = decode(page.url.rstrip("/"), settings(chance.choice(sentences(200)), 8), 60.0)
    open_tab(page, "trace")
    page.locator("#view-tracefile input[type=file]").set_input_files(
        {"name": "search.json", "mimeType": "application/json", "buffer": json.dumps(trace).encode()}
    )
    page.locator("#trace-tree .plot .scatterlayer").first.wait_for(timeout=60_000)


def train(page: Page, chance: random.Random) -> None:
    """A short training, stopped or left alone."""
    open_tab(page, "lab")
    page.locator("#lab-start").click()
    expect_stage(page, "running")
    page.wait_for_timeout(15_000)
    if chance.random() < 0.5:
        page.locator("#lab-stop").click()
        expect_stage(page, "stopped")


VISITS: Final = (look_at_a_search, leave_in_the_middle, compare_models, try_decoders, leave_in_the_middle, open_a_trace)


def sample_of(process: int) -> Sample:
    """The app and its children now."""
    children = below(process)
    return Sample(
        resident_mb(process),
        sum(map(resident_or_nothing, children)),
        len(children),
        len(list(Path(f"/proc/{process}/fd").iterdir())),
        len(list(Path(f"/proc/{process}/task").iterdir())),
    )


def below(process: int) -> list[int]:
    """Children and theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        try:
            children = [int(child) for child in (task / "children").read_text().split()]
        except OSError:  # the thread has ended
            continue
        for child in children:
            found += [child, *(below(child) if Path(f"/proc/{child}/task").exists() else ())]
    return found


def resident_or_nothing(process: int) -> float:
    """Of a process that may have ended."""
    try:
        return resident_mb(process)
    except (OSError, StopIteration):
        return 0.0


@dataclass(frozen=True, slots=True)
class Growth:
    """One quantity: medians of the first and of the last third."""

    first: float
    last: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Growth":
        third = max(1, len(values) // 3)
        return cls(statistics.median(values[:third]), statistics.median(values[-third:]))

    @property
    def per_cent(self) -> float:
        return 100 * (self.last - self.first) / self.first if self.first else 0.0


def main() -> None:
    """Print what was done, the growth of each quantity and the verdicts, and the same as one line of JSON."""
    options = tyro.cli(SoakOptions, description=__doc__)
    if options.minutes <= options.warm_up:
        raise SystemExit(f"--minutes must be more than --warm-up ({options.warm_up}), got {options.minutes}")
    with started(ROOT / "app.py") as (_, url, process), chromium() as browser:
        wait_for_model(url)
        soak = Soak(url, process.pid, options)
        soak.run(browser)
    names = ("resident_mb", "files", "threads")
    counted = soak.samples[int(60 * options.warm_up / SAMPLE_EVERY) :]
    growth = {name: Growth.of([getattr(sample, name) for sample in counted]) for name in names}
    for name, count in sorted(soak.done.items()):
        print(f"{count:6} {name}")
    for name, found in growth.items():
        print(f"{name:<12} first third {found.first:8.1f}   last third {found.last:8.1f}   {found.per_cent:+6.1f} %")
    verdict = {
        "memory_under_5_per_cent": growth["resident_mb"].per_cent < MOST_GROWTH,
        "no_more_files": growth["files"].per_cent <= 0,
        "no_more_threads": growth["threads"].per_cent <= 0,
        "no_children_left": soak.samples[-1].children <= min(sample.children for sample in soak.samples),
    }
    report = {name: asdict(found) | {"per_cent": found.per_cent} for name, found in growth.items()}
    print(json.dumps({**report, **verdict, "done": soak.done, "samples": [asdict(each) for each in soak.samples]}))


if __name__ == "__main__":
    main()
