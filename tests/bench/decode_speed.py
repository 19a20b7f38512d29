"""python -m tests.bench.decode_speed --models assets/checkpoints/en-fr-*: how fast models decode, side by side.

Each model decodes the same sources on one thread, greedily and with a beam of 5, in interleaved rounds. Printed are the
processor's seconds, which other work on the machine moves less than the clock's (medians over the rounds), the rate in
sources a second, and the ratio to the first model.
"""

import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
import tyro

from seq2seq_core.options import BeamOptions, GreedyOptions, SearchOptions
from seq2seq_core.pipeline import Pipeline

SEARCHES: Final[dict[str, SearchOptions]] = {"greedy": GreedyOptions(), "beam 5": BeamOptions()}
SENTENCE: Final = "I think that Tom should not have told you what we were going to do after the lesson today"


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchOptions:
    """What to decode."""

    models: tuple[Path, ...]
    """checkpoint folders of models that read the same language"""
    sources: str = ""
    """a TSV file whose first column is decoded; beginnings of one English sentence where there is none"""
    count: int = 96
    """how many sources"""
    rounds: int = 3
    """rounds of all models"""
    batch_size: int = 32
    """sources decoded together"""


def sources_of(options: BenchOptions) -> list[str]:
    if options.sources:
        lines = Path(options.sources).read_text(encoding="utf-8").splitlines()
        return [line.partition("\t")[0] for line in lines[: options.count]]
    words = SENTENCE.split()
    return [" ".join(words[: 3 + at % (len(words) - 2)]) + "." for at in range(options.count)]


def main() -> None:
    options = tyro.cli(BenchOptions, description=__doc__)
    torch.set_num_threads(1)
    texts, pipelines = sources_of(options), [Pipeline.load(folder) for folder in options.models]
    seconds: dict[tuple[str, str], list[float]] = {}
    for turn in range(options.rounds + 1):
        for pipeline in pipelines:
            for search, settings in SEARCHES.items():
                begin = time.process_time()
                pipeline.translate(texts, settings, batch_size=options.batch_size)
                if turn:  # the first round warms up
                    seconds.setdefault((pipeline.name, search), []).append(time.process_time() - begin)
    report = []
    for search in SEARCHES:
        first = statistics.median(seconds[pipelines[0].name, search])
        for pipeline in pipelines:
            taken = statistics.median(seconds[pipeline.name, search])
            rate, ratio = len(texts) / taken, first / taken
            print(f"{search:7} {pipeline.name:24} {taken:7.2f} s  {rate:7.1f} sources/s  {ratio:5.2f} x the first")
            report.append({"search": search, "model": pipeline.name, "seconds": taken, "rate": rate, "ratio": ratio})
    print(json.dumps(report))


if __name__ == "__main__":
    main()
