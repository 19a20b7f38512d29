"""python -m tests.bench.page_paint: from the click to the painted tree, in Chromium, with beam 10 x 40 tokens.

The app is started as the README says and drives the shipped model. Each round has a sentence of its own, so that the
search is worked out and not remembered; the same sentences again show what the memory is worth. Painted
means: the tree's drawing is in the page and the frame that shows it has been handed to the screen. Also timed: steps
through the tree, the slider of alpha at the table, and the bytes that one answer brings.
"""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import tyro
from playwright.sync_api import Browser, CDPSession, Page

from tests.bench.browser import PATIENCE_MS, PRESS, chromium
from tests.bench.class_load import wait_for_model
from tests.bench.startup import processor_seconds, started
from tests.support.project import ROOT

SENTENCE: Final = "I think that the old man told my sister {number} times not to play in the street in winter."
SETTINGS: Final = {"beam-size": 10, "max-length": 40, "min-length": 39}

# Keeps what the server sends while `keepsAnswers` is set: the body of a stream cannot be asked for afterwards.
LISTEN: Final = """
const own = window.fetch;
window.answer = '';
async function keep(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) window.answer += part.value;
}
window.fetch = async (...asked) => {
  const response = await own(...asked);
  if (window.keepsAnswers && String(asked[0]?.url ?? asked[0]).includes('/queue/data'))
    keep(response.clone().body).catch(() => {});
  return response;
};
"""
STEPS: Final = """async (count) => {
  const frame = document.querySelector('#tree .frame');
  const script = [], painted = [];
  for (const key of ['Home', ...Array(count).fill('ArrowRight')]) {
    const start = performance.now();
    frame.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    frame.getBoundingClientRect();
    script.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    painted.push(performance.now() - start);
  }
  return { script, painted };
}"""
ALPHAS: Final = """async () => {
  const slider = document.querySelector('.view-nbest input[type=range]');
  const table = document.querySelector('.view-nbest tbody');
  const painted = [];
  for (let place = 0; place <= 40; place++) {
    const start = performance.now();
    slider.value = place / 20;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    table.getBoundingClientRect();
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    painted.push(performance.now() - start);
  }
  slider.dispatchEvent(new Event('change', { bubbles: true }));
  return painted;
}"""


@dataclass(frozen=True, kw_only=True, slots=True)
class PaintOptions:
    """How often."""

    rounds: int = 6
    """sentences; one more goes ahead of them and is not counted"""
    steps: int = 40
    """half-steps through the tree"""
    locale: str = "en"
    """of the browser: the page follows it, and does more in Chinese, which it becomes when it is there"""


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds, or bytes."""

    median: float
    worst: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), max(values))


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer brings: characters of its messages, and of the figures in them."""

    messages: int
    whole: int
    figures: int


@dataclass(frozen=True, slots=True)
class Work:
    """What the processor does for a page: other work on the machine changes it little."""

    server: int  # process
    session: CDPSession

    def __post_init__(self) -> None:
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def so_far(self) -> dict[str, float]:
        """Milliseconds of the server, and of the thread in the browser that scripts and draws."""
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        tasks = next(each["value"] for each in metrics if each["name"] == "TaskDuration")
        return {"server": 1000 * processor_seconds(self.server), "browser": 1000 * tasks}


def main() -> None:
    """Print a table, and the same as one line of JSON."""
    options = tyro.cli(PaintOptions, description=__doc__)
    with chromium() as browser, started(ROOT / "app.py") as (_, url, process):
        wait_for_model(url)
        found = measured(browser, url, process.pid, options)
    for name, spread in found.items():
        print(f"{name:<28} median {spread.median:10.1f}   worst {spread.worst:10.1f}")
    print(json.dumps({name: asdict(spread) for name, spread in found.items()}))


def measured(browser: Browser, url: str, server: int, options: PaintOptions) -> dict[str, Spread]:
    """All that is measured, by name."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale=options.locale)
    page.add_init_script(LISTEN)
    page.goto(url)
    prepare(page)
    work = Work(server, page.context.new_cdp_session(page))
    pressed = [press(page, number, work) for number in range(options.rounds + 1)][1:]
    again = [press(page, number, work) for number in range(options.rounds)]
    page.evaluate("window.keepsAnswers = true")
    received: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.dataReceived", lambda part: received.append(part["encodedDataLength"]))
    press(page, options.rounds + 1, work)
    answer = answer_of(page.evaluate("window.answer"))
    steps = page.evaluate(STEPS, options.steps)
    return {
        "click to drawn ms": Spread.of([each["drawn"] for each in pressed]),
        "click to painted ms": Spread.of([each["painted"] for each in pressed]),
        "  server, processor ms": Spread.of([each["server"] for each in pressed]),
        "  browser, processor ms": Spread.of([each["browser"] for each in pressed]),
        "again, remembered ms": Spread.of([each["painted"] for each in again]),
        "  server again, processor ms": Spread.of([each["server"] for each in again]),
        "marks in the tree": Spread.of([each["marks"] for each in pressed]),
        "step, script ms": Spread.of(steps["script"]),
        "step, painted ms": Spread.of(steps["painted"]),
        "alpha, painted ms": Spread.of(page.evaluate(ALPHAS)),
        "messages of an answer": Spread.of([answer.messages]),
        "characters of an answer": Spread.of([answer.whole]),
        "characters of its figures": Spread.of([answer.figures]),
        "bytes that travelled": Spread.of([sum(received)]),
    }


def prepare(page: Page) -> None:
    """The settings of every round."""
    page.locator("#more").get_by_role("button").first.click(timeout=PATIENCE_MS)
    for name, value in SETTINGS.items():
        field = page.locator(f"#{name} input[type=number]")
        field.fill(str(value), timeout=PATIENCE_MS)
        field.blur()
    page.wait_for_timeout(1000)


def press(page: Page, number: int, work: Work) -> dict[str, float]:
    """Milliseconds of one press, with the sentence of that number; the page has come to rest afterwards."""
    page.locator("#sentence textarea").fill(SENTENCE.format(number=number + 2))
    before = work.so_far()
    times: dict[str, float] = page.evaluate(PRESS)
    spent = {name: after - before[name] for name, after in work.so_far().items()}
    page.wait_for_timeout(1500)
    return times | spent


def answer_of(text: str) -> Answer:
    """The sizes of what came since the press."""
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    figures = sum(len(value) for line in lines for value in texts_in(json.loads(line)) if value.startswith('{"figure"'))
    return Answer(len(lines), len(text), figures)


def texts_in(message: Mapping[str, Any]) -> list[str]:
    """The texts among the outputs that a message carries."""
    data = (message.get("output") or {}).get("data") or []
    return [value for value in data if isinstance(value, str)]


if __name__ == "__main__":
    main()
