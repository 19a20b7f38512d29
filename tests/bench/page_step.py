"""python -m tests.bench.page_step: milliseconds of one step of the beam tree in the browser, beam 10 x 40 tokens.

Timed in Chromium on the page of figures that the browser tests use: the script's own time until the layout is settled,
and the time until the next frame is painted.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from tests.support.browser import find_chromium
from tests.support.project import ROOT
from tests.support.served_app import HOST, free_port, served

STEP_ALL: Final = """async () => {
  const frame = document.querySelector('#tree .frame');
  const script = [], painted = [];
  for (const key of ['Home', ...Array(81).fill('ArrowRight')]) {
    const start = performance.now();
    frame.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    frame.getBoundingClientRect();
    script.push(performance.now() - start);
    await new Promise(requestAnimationFrame);
    painted.push(performance.now() - start);
  }
  return { script, painted };
}"""


def main() -> None:
    """Print median and worst of both times, and the same as one line of JSON."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.browser.figure_page"]
        settings = {"GRADIO_SERVER_NAME": HOST}
        log_file = Path(folder) / "log.txt"
        with served(command, folder=ROOT, log_file=log_file, port=free_port(), settings=settings) as app:
            times = step_times(app.url)
    found = {name: {"median": statistics.median(spent), "worst": max(spent)} for name, spent in times.items()}
    for name, spent in found.items():
        print(f"{name:<8} median {spent['median']:6.1f} ms, worst {spent['worst']:6.1f} ms")
    print(json.dumps(found))


def step_times(url: str) -> dict[str, list[float]]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(url)
        page.get_by_role("radio", name="long").check()
        page.wait_for_timeout(2000)
        page.get_by_role("tab", name="Tree").click()
        page.locator("#tree .scatterlayer").first.wait_for()
        times: dict[str, list[float]] = page.evaluate(STEP_ALL)
        browser.close()
    return times


if __name__ == "__main__":
    main()
