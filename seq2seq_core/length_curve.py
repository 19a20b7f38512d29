"""python -m seq2seq_core.length_curve: quality against source length, written into a model's card.

    python -m seq2seq_core.length_curve --test data/tatoeba-en-fr/test.tsv --models runs/one/best runs/two/best

A corpus of short sentences has too few long ones, so neighbouring test pairs are also joined by twos, threes and fours.
All are pooled and sorted into buckets by the words of their source; a bucket of fewer than 30 is left out. The interval
is the bootstrap's, 95 %: 1,000 resamples of the bucket's sentences.
"""

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import tyro

from seq2seq_core.checkpoint import save_checkpoint
from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.evaluation import bleu_with_interval
from seq2seq_core.options import BeamOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tasks.joining import joined_by
from seq2seq_core.tasks.parallel import ParallelText, read_parallel

# words of the source, both ends included
BUCKETS: Final = ((1, 4), (5, 7), (8, 11), (12, 15), (16, 20), (21, 26), (27, 34), (35, 60))
SMALLEST_BUCKET: Final = 30
MEASURE: Final = "BLEU, beam 5, single reference"


@dataclass(frozen=True, kw_only=True, slots=True)
class CurveOptions:
    """Measure how quality depends on the length of the source."""

    test: str
    """test pairs: a TSV file, or SOURCE_FILE,TARGET_FILE"""
    models: tuple[Path, ...]
    """checkpoint folders; each gets the curve in its config.json and model card"""
    join: int = 4
    """test pairs are joined by twos to so many"""


@dataclass(frozen=True, slots=True)
class LengthPoint:
    """Quality of the sources of one bucket; `low` and `high` bound the 95 % interval."""

    length_from: int
    length_to: int
    n: int
    value: float
    low: float
    high: float


def main() -> int:
    """The command line; a user's mistake is one line on standard error and exit status 2."""
    options = tyro.cli(CurveOptions, prog="python -m seq2seq_core.length_curve", description=__doc__)
    try:
        text = pooled(read_parallel(options.test), options.join)
        for folder in options.models:
            _measure(folder, text)
    except Seq2SeqError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def pooled(text: ParallelText, most: int) -> list[tuple[str, str]]:
    """The pairs alone, and joined by twos to `most`s."""
    parts = [joined_by(text, size) for size in range(1, most + 1)]
    return [pair for part in parts for pair in zip(part.sources, part.targets, strict=True)]


def buckets(pairs: list[tuple[str, str]]) -> Iterator[tuple[tuple[int, int], list[int]]]:
    """The buckets that are full enough, with the numbers of their pairs."""
    lengths = [len(source.split()) for source, _ in pairs]
    for low, high in BUCKETS:
        members = [number for number, length in enumerate(lengths) if low <= length <= high]
        if len(members) >= SMALLEST_BUCKET:
            yield (low, high), members


def length_curve(pipeline: Pipeline, pairs: list[tuple[str, str]]) -> list[LengthPoint]:
    """Quality of the model's outputs, bucket by bucket."""
    outputs = pipeline.translate([source for source, _ in pairs], BeamOptions(beam_size=5))
    points = []
    for (low, high), members in buckets(pairs):
        measured = bleu_with_interval([outputs[i] for i in members], [pairs[i][1] for i in members])
        points.append(LengthPoint(low, high, len(members), *(round(value, 2) for value in measured)))
    return points


def _measure(folder: Path, pairs: list[tuple[str, str]]) -> None:
    pipeline = Pipeline.load(folder)
    points = length_curve(pipeline, pairs)
    for point in points:
        interval = f"{point.low:.1f} to {point.high:.1f}"
        print(f"{folder}: {point.length_from}-{point.length_to} words, n {point.n}: {point.value:.1f} ({interval})")
    curve = {"measure": MEASURE, "points": [asdict(point) for point in points]}
    checkpoint = pipeline.checkpoint
    save_checkpoint(folder, replace(checkpoint, card={**checkpoint.card, "length_curve": curve}), half=True)


if __name__ == "__main__":
    sys.exit(main())
