"""python -m tests.bench.lab_dates: seconds until a lesson on dates has an exact match of 99 %, for several seeds.

Each lesson is the process that the page starts: one thread, low priority, greedy decoding of the held-out pairs at
every look. The clock runs from the start of the process, so that loading, learning, looking and decoding all count.
"""

import json
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import tyro

from demo.service.lab.process import Process
from seq2seq_core.lesson.frames import LINES, OPTIONS, Ended, read_lines
from seq2seq_core.lesson.options import LessonOptions

BETWEEN_LOOKS = 0.1  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchOptions:
    """What to learn, and how often."""

    seeds: int = 5
    """lessons, one after the other, with the seeds from 1 on"""
    difficulty: int = 1
    """of the dates"""
    exact: float = 0.99
    """share of held-out pairs that must be right"""


@dataclass(frozen=True, slots=True)
class Result:
    """One lesson; None where it ended before it was good enough."""

    seed: int
    seconds: float | None
    tokens: int
    held_out: int


def main() -> None:
    """Print a line for each seed, then the median as one line of JSON."""
    options = tyro.cli(BenchOptions, description=__doc__)
    results = []
    for seed in range(1, options.seeds + 1):
        results.append(found := measured(LessonOptions(difficulty=options.difficulty, seed=seed), options.exact))
        reached = "never" if found.seconds is None else f"{found.seconds:.1f} s"
        load = os.getloadavg()[0]
        print(f"seed {seed}: {reached}, {found.tokens:,} tokens; load {load:.1f}", flush=True)
    seconds = [found.seconds for found in results if found.seconds is not None]
    median = statistics.median(seconds) if len(seconds) == len(results) else None
    print(json.dumps({"median_s": median, "seeds": len(results), "processors": os.cpu_count()}))


def measured(lesson: LessonOptions, exact: float) -> Result:
    """One lesson, ended as soon as it is good enough."""
    with tempfile.TemporaryDirectory() as name:
        folder, offset, tokens, held_out = Path(name), 0, 0, 0
        (folder / OPTIONS).write_text(lesson.to_json(), encoding="utf-8")
        began = time.monotonic()
        process = Process(folder)
        try:
            while True:
                lines, offset = read_lines(folder / LINES, offset)
                for line in lines:
                    if isinstance(line, Ended):
                        return Result(lesson.seed, None, tokens, held_out)
                    tokens, held_out = line.tokens, line.held_out
                    if line.exact >= exact:
                        return Result(lesson.seed, time.monotonic() - began, tokens, held_out)
                time.sleep(BETWEEN_LOOKS)
        finally:
            process.end()


if __name__ == "__main__":
    main()
