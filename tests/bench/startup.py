"""python -m tests.bench.startup: seconds from `python app.py` to a served page, beside a bare Gradio app.

Both are started in turn, several rounds; a first round, in which Python compiles what it has not compiled yet, is not
counted. Beside the seconds by the clock stand those of the processor, which other work on the machine changes little.
Of ours, also: the seconds of a first decode that is sent 3 s after the page is up, and the resident memory at rest, and
once every model has answered.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import tyro

from tests.bench.class_load import decode, judged, settings
from tests.support.project import ROOT
from tests.support.served_app import answers, free_port, stop

BARE: Final = """
import os
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
import gradio as gr
with gr.Blocks() as app:
    text = gr.Textbox()
    gr.Button("go").click(lambda value: value, text, text)
app.launch(server_port=int(os.environ["GRADIO_SERVER_PORT"]), ssr_mode=False, quiet=True)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class StartupOptions:
    """How often."""

    rounds: int = 5
    """rounds; one start of each app in each"""
    models: bool = False
    """also ask every model of the box once, and print the memory after it"""


@dataclass(slots=True)
class Side:
    """The starts of one app."""

    script: Path
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def median(self) -> tuple[float, float]:
        """Seconds by the clock, and of the processor."""
        return statistics.median(self.wall), statistics.median(self.processor)


def main() -> None:
    """Print medians, the ratios and the memory, and the same as one line of JSON."""
    options = tyro.cli(StartupOptions, description=__doc__)
    with tempfile.TemporaryDirectory() as folder:
        bare, ours = Side(Path(folder, "bare.py")), Side(ROOT / "app.py")
        bare.script.write_text(BARE, encoding="utf-8")
        first, memory = measured(bare, ours, options.rounds)
    (bare_wall, bare_processor), (wall, processor) = bare.median(), ours.median()
    report = {
        "ours_s": wall,
        "bare_s": bare_wall,
        "ratio": wall / bare_wall,
        "ours_processor_s": processor,
        "bare_processor_s": bare_processor,
        "ratio_processor": processor / bare_processor,
        "first_decode_s": statistics.median(first),
        "resident_mb_one_model": memory,
    }
    if options.models:
        report["resident_mb_all_models"] = memory_of_all()
    for name, value in report.items():
        print(f"{name:<24} {value:8.2f}")
    print(json.dumps(report))


def measured(bare: Side, ours: Side, rounds: int) -> tuple[list[float], float]:
    """Start both in turn; seconds of our first decodes, and megabytes resident after the last."""
    first, memory = [], 0.0
    for counts in (False, *(True,) * rounds):
        for side in (bare, ours):
            with started(side.script) as (seconds, url, process):
                used = processor_seconds(process.pid)
                if counts:
                    side.wall.append(seconds)
                    side.processor.append(used)
                if counts and side is ours:
                    first.append(first_decode(url))
                    memory = resident_mb(process.pid)
    return first, memory


def first_decode(url: str) -> float:
    """Seconds of a decode that is sent 3 s from now."""
    time.sleep(3)
    begin = time.perf_counter()
    if (outcome := judged(decode(url, settings("How are you?", 5), 60.0), "How are you?")) != "own result":
        raise SystemExit(f"the first decode must be answered, got {outcome}")
    return time.perf_counter() - begin


@contextmanager
def started(script: Path) -> Iterator[tuple[float, str, subprocess.Popen[bytes]]]:
    """An app, the seconds until its page was served, its address and its process."""
    port = free_port()
    compiled_once = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, str(script)],
        cwd=ROOT,
        env={**compiled_once, "GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_SERVER_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            while not answers(url):
                if process.poll() is not None or time.perf_counter() - begin > 120:
                    raise SystemExit(f"{script.name} must serve within 120 s")
                time.sleep(0.05)
            yield time.perf_counter() - begin, url, process
        finally:
            stop(process)


def memory_of_all() -> float:
    """Resident megabytes once every model has answered."""
    with started(ROOT / "app.py") as (_, url, process):
        for folder in sorted((ROOT / "assets/checkpoints").iterdir()):
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            text = next(iter(config.get("card", {}).get("suggestions", [])), "Hello.")
            arguments = settings(text, 5)
            arguments[7] = folder.name
            decode(url, arguments, 120.0)
        return resident_mb(process.pid)


def processor_seconds(process: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(process: int) -> float:
    """Resident memory of a process in megabytes."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
