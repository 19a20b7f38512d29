"""python -m tests.bench.startup: seconds from `python app.py` to a served page, beside a bare Gradio app.

Both are started in turn, several rounds. Of ours, also: the seconds of a first decode that is sent 3 s after the page
is up, and the resident memory at rest, and once every model has answered.
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
from dataclasses import dataclass
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


def main() -> None:
    """Print medians, the ratio and the memory as one line of JSON."""
    options = tyro.cli(StartupOptions, description=__doc__)
    folder = Path(tempfile.mkdtemp())
    (folder / "bare.py").write_text(BARE, encoding="utf-8")
    ours, bare, first = [], [], []
    memory = 0.0
    for _ in range(options.rounds):
        with started(folder / "bare.py") as (seconds, _, _):
            bare.append(seconds)
        with started(ROOT / "app.py") as (seconds, url, process):
            ours.append(seconds)
            time.sleep(3)
            begin = time.perf_counter()
            if (outcome := judged(decode(url, settings("How are you?", 5), 60.0), "How are you?")) != "own result":
                raise SystemExit(f"the first decode must be answered, got {outcome}")
            first.append(time.perf_counter() - begin)
            memory = resident_mb(process.pid)
    report = {
        "ours_s": statistics.median(ours),
        "bare_s": statistics.median(bare),
        "ratio": statistics.median(ours) / statistics.median(bare),
        "first_decode_s": statistics.median(first),
        "resident_mb_one_model": memory,
    }
    if options.models:
        report["resident_mb_all_models"] = memory_of_all()
    print(json.dumps(report))


@contextmanager
def started(script: Path) -> Iterator[tuple[float, str, subprocess.Popen[bytes]]]:
    """An app, the seconds until its page was served, its address and its process."""
    port = free_port()
    begin = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, str(script)],
        cwd=ROOT,
        env={**os.environ, "GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_SERVER_PORT": str(port)},
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


def resident_mb(process: int) -> float:
    """Resident memory of a process in megabytes."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
