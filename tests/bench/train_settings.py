"""python -m tests.bench.train_settings: what the allocator and kernel settings of `make train` buy on the processor.

Trains the shipped model's sizes on made-up pairs, with and without the settings, in interleaved rounds, each side in a
process of its own; prints target tokens per second (medians of the second half of each training) and their ratio.
"""

import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import tyro

from tests.support.project import ROOT

PAIRS: Final = 20_000
VALID_PAIRS: Final = 200
VOCABULARY: Final = 3_000


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchOptions:
    """How long to train."""

    tokens: int = 500_000
    """target tokens of each training, enough for three lines of progress in its log (one every 100 updates)"""
    rounds: int = 3
    """trainings of each side, interleaved"""
    precision: str = "bf16"
    """fp32 or bf16"""


def make_settings() -> dict[str, str]:
    """The settings as the Makefile gives them, so that the bench measures what users get."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r"^train: export (\w+) \?= (\S+)$", text, flags=re.MULTILINE))


def write_pairs(path: Path, count: int) -> str:
    """Sentences of made-up words with lengths like those of short real ones."""
    dice = random.Random(count)
    words = ["".join(dice.choices("abcdefghijklmnop", k=dice.randint(2, 8))) for _ in range(VOCABULARY)]
    weights = [1 / (rank + 1) for rank in range(VOCABULARY)]
    with path.open("w", encoding="utf-8") as file:
        for _ in range(count):
            sides = [" ".join(dice.choices(words, weights, k=max(1, round(dice.gauss(7, 3))))) for _ in range(2)]
            file.write("\t".join(sides) + "\n")
    return str(path)


def tokens_per_second(pairs: Sequence[str], folder: Path, settings: dict[str, str], options: BenchOptions) -> float:
    command = [sys.executable, "-m", "seq2seq_core.train", "--train", pairs[0], "--valid", pairs[1]]
    command += ["--output", str(folder), "--max-tokens", str(options.tokens), "--precision", options.precision]
    command += ["--validate-every", str(10 * options.tokens), "--threads", "1", "--device", "cpu"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **settings}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    events = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    updates = [event for event in events if event["event"] == "update"]
    first, last = updates[len(updates) // 2 - 1], updates[-1]
    return float((last["tokens"] - first["tokens"]) / (last["seconds"] - first["seconds"]))


def main() -> None:
    """Print both medians, the ratio, and the same as one line of JSON."""
    options, settings = tyro.cli(BenchOptions, description=__doc__), make_settings()
    rates: dict[str, list[float]] = {"without": [], "with": []}
    with tempfile.TemporaryDirectory() as folder:
        pairs = [write_pairs(Path(folder) / f"{count}.tsv", count) for count in (PAIRS, VALID_PAIRS)]
        for number in range(options.rounds):
            for side, chosen in (("without", {}), ("with", settings)):
                run = Path(folder) / f"{side}-{number}"
                rates[side].append(tokens_per_second(pairs, run, chosen, options))
    medians = {side: statistics.median(found) for side, found in rates.items()}
    for side, median in medians.items():
        print(f"{side:<8} the settings: {median:8.0f} target tokens per second")
    print(f"ratio {medians['with'] / medians['without']:.2f}")
    print(json.dumps({"settings": settings, "rates": rates}))


if __name__ == "__main__":
    main()
