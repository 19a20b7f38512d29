"""python -m seq2seq_core.task_curve: how models of one generated task do on longer and longer sources.

    python -m seq2seq_core.task_curve --task reverse --models runs/reverse-attention/best runs/reverse-vector/best \\
        --output assets/curves/reverse.json

A task whose length can be chosen shows the bottleneck of one vector better than a corpus: every bucket has as many
sources, and what makes them harder is their length alone. Percent of outputs without a mistake, by greedy search; the
interval is the bootstrap's, 95 %: 1,000 resamples of the bucket's sources. The file holds what was measured and the
models' settings; the models themselves are not needed to draw it.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import tyro

from seq2seq_core.checkpoint import count_parameters
from seq2seq_core.errors import OptionError, Seq2SeqError
from seq2seq_core.files import write_file
from seq2seq_core.length_curve import SMALLEST_BUCKET, LengthPoint
from seq2seq_core.options import GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tasks import ParallelText, generate_of_length

CURVES_FORMAT: Final = "seq2seq-curves/1"
MEASURE: Final = "exact match %, greedy, single reference"
RESAMPLES: Final = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskCurveOptions:
    """Measure how models of a generated task do by the length of the source."""

    task: str
    """a task whose lengths can be chosen: copy, reverse, sort"""
    models: tuple[Path, ...]
    """checkpoint folders"""
    output: Path
    """the JSON file to write"""
    longest: int = 40
    """length of the longest sources"""
    step: int = 4
    """lengths in a bucket"""
    sources: int = 200
    """sources in a bucket"""
    seed: int = 1
    """seed of the sources"""


def main() -> int:
    """The command line; a user's mistake is one line on standard error and exit status 2."""
    options = tyro.cli(TaskCurveOptions, prog="python -m seq2seq_core.task_curve", description=__doc__)
    try:
        runs = [_measured(folder, options) for folder in options.models]
        record = {"format": CURVES_FORMAT, "task": options.task, "measure": MEASURE, "runs": runs}
        write_file(options.output, (json.dumps(record, indent=2) + "\n").encode())
    except Seq2SeqError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def buckets(longest: int, step: int) -> list[range]:
    """The lengths of each bucket; the last one is whole.

    Raises:
        OptionError: no whole bucket fits.
    """
    found = [range(first, first + step) for first in range(1, longest - step + 2, step)] if step > 0 else []
    if not found:
        raise OptionError(f"step must be from 1 to longest, got step {step} and longest {longest}")
    return found


def task_curve(pipeline: Pipeline, options: TaskCurveOptions) -> list[LengthPoint]:
    """Percent of right outputs, bucket by bucket.

    Raises:
        OptionError: fewer than 30 sources in a bucket, no whole bucket, or a task without lengths.
    """
    if options.sources < SMALLEST_BUCKET:
        raise OptionError(f"sources must be {SMALLEST_BUCKET} or more, got {options.sources}")
    found = buckets(options.longest, options.step)
    return [_point(pipeline, lengths, _questions(options, lengths)) for lengths in found]


def share_with_interval(right: Sequence[bool]) -> tuple[float, float, float]:
    """Percent of right ones and its 95 % bootstrap interval (Efron 1979, percentiles), always the same resamples."""
    rng = np.random.default_rng(0)
    shares = 100 * rng.choice(np.array(right, dtype=float), size=(RESAMPLES, len(right))).mean(axis=1)
    low, high = np.percentile(shares, (2.5, 97.5))
    return 100 * sum(right) / len(right), float(low), float(high)


def _questions(options: TaskCurveOptions, lengths: range) -> ParallelText:
    return generate_of_length(options.task, "test", options.sources, lengths=lengths, seed=options.seed)


def _point(pipeline: Pipeline, lengths: range, text: ParallelText) -> LengthPoint:
    outputs = pipeline.translate(text.sources, GreedyOptions())
    right = [output == target for output, target in zip(outputs, text.targets, strict=True)]
    measured = (round(value, 2) for value in share_with_interval(right))
    return LengthPoint(lengths[0], lengths[-1], len(right), *measured)


def _measured(folder: Path, options: TaskCurveOptions) -> dict[str, Any]:
    pipeline = Pipeline.load(folder)
    points = task_curve(pipeline, options)
    for point in points:
        interval = f"{point.low:.1f} to {point.high:.1f}"
        print(f"{folder}: {point.length_from}-{point.length_to}, n {point.n}: {point.value:.1f} % ({interval})")
    checkpoint = pipeline.checkpoint
    return {
        "model": {"family": checkpoint.model.family, **asdict(checkpoint.model.config)},
        "parameters": count_parameters(checkpoint.model),
        "command": checkpoint.training.get("command", ""),
        "points": [asdict(point) for point in points],
    }


if __name__ == "__main__":
    sys.exit(main())
