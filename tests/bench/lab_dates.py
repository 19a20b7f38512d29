"""python -m tests.bench.lab_dates: seconds until a lesson on dates has an exact match of 99 %, for several seeds.

Each lesson is the process that the page starts: one thread, low priority, greedy decoding of the held-out pairs at
every look. The clock runs from the start of the process, so that loading, learning, looking and decoding all count.
On a busy machine the processor's seconds say what the clock would on an idle one, waiting for the disk apart.
"""

import json
import os
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import tyro

from demo.service.lab.process import Process
from seq2seq_core.lesson.frames import LINES, OPTIONS, Frame, read_lines
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
    processor_seconds: float
    tokens: int


def main() -> None:
    """Print a line for each seed, then the median as one line of JSON."""
    options = tyro.cli(BenchOptions, description=__doc__)
    results = []
    for seed in range(1, options.seeds + 1):
        results.append(found := measured(LessonOptions(difficulty=options.difficulty, seed=seed), options.exact))
        reached = "never" if found.seconds is None else f"{found.seconds:.1f} s"
        told = f"{found.processor_seconds:.1f} s of the processor, {found.tokens:,} tokens"
        print(f"seed {seed}: {reached}, {told}; load {os.getloadavg()[0]:.1f}", flush=True)
    seconds = [found.seconds for found in results if found.seconds is not None]
    median = statistics.median(seconds) if len(seconds) == len(results) else None
    processor = statistics.median(found.processor_seconds for found in results)
    medians = {"median_s": median, "median_processor_s": processor, "seeds": len(results), "processors": os.cpu_count()}
    print(json.dumps(medians))


def measured(lesson: LessonOptions, exact: float) -> Result:
    """One lesson, ended as soon as it is good enough."""
    with tempfile.TemporaryDirectory() as name:
        folder, offset, tokens, reached = Path(name), 0, 0, False
        (folder / OPTIONS).write_text(lesson.to_json(), encoding="utf-8")
        began, used = time.monotonic(), _used()
        process = Process(folder)
        try:
            while not reached and process.status is None:
                time.sleep(BETWEEN_LOOKS)
                lines, offset = read_lines(folder / LINES, offset)
                frames = [line for line in lines if isinstance(line, Frame)]
                tokens = frames[-1].tokens if frames else tokens
                reached = any(frame.exact >= exact for frame in frames)
            seconds = time.monotonic() - began if reached else None
        finally:
            process.end()
        return Result(lesson.seed, seconds, _used() - used, tokens)


def _used() -> float:
    """Seconds of the processor that ended children have used."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
