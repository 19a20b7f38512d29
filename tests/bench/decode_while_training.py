"""python -m tests.bench.decode_while_training: what a decode costs others while the training lab is full.

The app is started as the README says; every decode is the page's own (greedy, and a beam of 5) through its API, each of
another sentence, so that none is answered from the cache. First with no training, then with two on dates, as many as
the page allows at once.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import tyro

from demo.service import Service
from demo.service.lab import Lab, LessonOptions, Stage
from tests.bench.class_load import decode, judged, sentences, settings, wait_for_model
from tests.support.project import ROOT
from tests.support.served_app import free_port, served

TRAININGS: Final = 2
PATIENCE: Final = 120.0  # seconds until both trainings learn, or a decode is answered
BEAM_SIZE: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchOptions:
    """How often, and how fast."""

    decodes: int = 40
    """of each case"""
    pause: float = 0.5
    """seconds between two of them"""


def main() -> None:
    """Print both cases, then the same as one line of JSON."""
    options = tyro.cli(BenchOptions, description=__doc__)
    port, folder = free_port(), Path(tempfile.mkdtemp())
    texts = iter(sentences(2 * options.decodes))
    with served([sys.executable, "app.py"], folder=ROOT, log_file=folder / "app.log", port=port) as app:
        wait_for_model(app.url)
        alone = timed(app.url, list(islice(texts, options.decodes)), options.pause)
        with trainings():
            beside = timed(app.url, list(islice(texts, options.decodes)), options.pause)
    cases = {"no training": alone, "two trainings": beside}
    found = {
        name: {"median_s": statistics.median(each), "p95_s": p95(each), "worst_s": max(each)}
        for name, each in cases.items()
    }
    for name, each in found.items():
        print(f"{name:<15}" + "".join(f"{figure:>10} {value:.2f}" for figure, value in each.items()))
    print(json.dumps(found))
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")


@contextmanager
def trainings() -> Iterator[None]:
    """Two lessons that learn: the same processes that the page starts, from a desk of their own."""
    lab = Lab(Service(()))
    try:
        lab.start("bench", [LessonOptions(seed=seed + 1) for seed in range(TRAININGS)])
        deadline = time.monotonic() + PATIENCE
        while not all(run.stage is Stage.RUNNING for run in lab.runs("bench")):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the trainings must learn within {PATIENCE} s")
            time.sleep(0.1)
        yield
        stages = [run.stage for run in lab.runs("bench")]
        if stages != [Stage.RUNNING] * TRAININGS:
            raise RuntimeError(f"the trainings must learn until the last decode, got {stages}")
    finally:
        lab.close()


def timed(url: str, texts: list[str], pause: float) -> list[float]:
    """Seconds of each decode, one after the other."""
    seconds = []
    for text in texts:
        began = time.monotonic()
        outcome = judged(decode(url, settings(text, BEAM_SIZE), PATIENCE), text)
        seconds.append(time.monotonic() - began)
        if outcome != "own result":
            raise SystemExit(f"every decode must be answered, got {outcome}")
        time.sleep(pause)
    return seconds


def p95(seconds: list[float]) -> float:
    """The 95th percentile, by the next higher of the measured ones."""
    return sorted(seconds)[min(len(seconds) - 1, int(0.95 * len(seconds)))]


if __name__ == "__main__":
    main()
