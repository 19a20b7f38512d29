"""What the benches of training strategies share: runs of the command line that are not made twice, and their scores."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from seq2seq_core.evaluation import SEARCHES, bleu_with_interval, room_for
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tasks.parallel import ParallelText
from tests.bench.train_settings import make_settings
from tests.support.project import ROOT


@dataclass(frozen=True, slots=True)
class Score:
    """BLEU of a test set, and the ends of its 95 % bootstrap interval."""

    bleu: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.bleu:.1f} ({self.low:.1f} to {self.high:.1f})"


def train_once(words: Sequence[str], folder: Path) -> list[dict[str, Any]]:
    """The events of a training; one that was broken off goes on, one that has ended is not made again."""
    log = folder / "log.jsonl"
    if "end" not in {event["event"] for event in _events(log)}:
        resume = ["--resume"] if (folder / "last").exists() else []
        command = [sys.executable, "-m", "seq2seq_core.train", *words, "--output", str(folder), *resume]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", **make_settings()}
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return _events(log)


def outputs_of(pipeline: Pipeline, test: ParallelText) -> dict[str, list[str]]:
    """By the name of the search."""
    room = room_for(pipeline, test.sources, {"": [[target] for target in test.targets]})
    return {name: pipeline.translate(test.sources, replace(search, room=room)) for name, search in SEARCHES.items()}


def score_of(outputs: Sequence[str], targets: Sequence[str]) -> Score:
    return Score(*bleu_with_interval(outputs, targets))


def difference(one: Sequence[str], other: Sequence[str], targets: Sequence[str], resamples: int = 1_000) -> Score:
    """BLEU of `other` less that of `one`, with its 95 % interval by paired bootstrap resamples (Koehn 2004)."""
    from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415 - optional packages are imported where they are used

    bleu, dice = BLEU(), np.random.default_rng(1)

    def gain(chosen: Sequence[int]) -> float:
        references = [[targets[at] for at in chosen]]
        scores = [bleu.corpus_score([outputs[at] for at in chosen], references).score for outputs in (one, other)]
        return float(scores[1] - scores[0])

    gains = [gain(dice.integers(0, len(targets), len(targets)).tolist()) for _ in range(resamples)]
    low, high = np.percentile(gains, [2.5, 97.5])
    return Score(gain(range(len(targets))), float(low), float(high))


def _events(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []
