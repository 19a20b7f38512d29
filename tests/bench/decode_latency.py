"""python -m tests.bench.decode_latency --model CHECKPOINT: milliseconds a sentence, tracing on against off.

Interleaved rounds in one process, medians; the ratios are what counts, since clocks drift.
"""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import tyro

from seq2seq_core.options import BeamOptions, GreedyOptions, SearchOptions
from seq2seq_core.pipeline import Pipeline

SENTENCES = {
    "short": "How are you today?",
    "long": "I know how to solve the problem, but I have been asked not to tell you before everybody else is here.",
}
SEARCHES: dict[str, SearchOptions] = {
    "greedy": GreedyOptions(),
    "beam 5": BeamOptions(beam_size=5),
    "beam 10": BeamOptions(beam_size=10),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchOptions:
    """What to time and how often."""

    model: Path = Path("assets/checkpoints/tatoeba-en-fr")
    """checkpoint folder"""
    rounds: int = 15
    """timed repetitions of each case, interleaved"""
    threads: int = 1
    """processor threads"""


def milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - started)


def main() -> None:
    """Print a table, then the same as one line of JSON."""
    options = tyro.cli(BenchOptions, description=__doc__)
    torch.set_num_threads(options.threads)
    pipeline = Pipeline.load(options.model)
    cases = {
        (name, search, traced): work_of(pipeline, sentence, chosen, traced=traced)
        for name, sentence in SENTENCES.items()
        for search, chosen in SEARCHES.items()
        for traced in (False, True)
    }
    for work in cases.values():
        work()
    times: dict[tuple[str, str, bool], list[float]] = {case: [] for case in cases}
    for _ in range(options.rounds):
        for case, work in cases.items():
            times[case].append(milliseconds(work))
    report({case: statistics.median(found) for case, found in times.items()})


def work_of(pipeline: Pipeline, sentence: str, options: SearchOptions, *, traced: bool) -> Callable[[], object]:
    if traced:
        return lambda: pipeline.trace(sentence, options)
    return lambda: pipeline.hypotheses([sentence], options)


def report(medians: dict[tuple[str, str, bool], float]) -> None:
    print(f"{'source':<8}{'search':<10}{'untraced ms':>12}{'traced ms':>12}{'ratio':>8}")
    rows = []
    for name, search in dict.fromkeys((name, search) for name, search, _ in medians):
        plain, traced = medians[name, search, False], medians[name, search, True]
        rows.append({"source": name, "search": search, "untraced_ms": plain, "traced_ms": traced})
        print(f"{name:<8}{search:<10}{plain:>12.1f}{traced:>12.1f}{traced / plain:>8.2f}")
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
