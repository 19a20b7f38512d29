"""Training, validation and test parts of a generated task that never share a source.

A text decides itself where it belongs, by its SHA-256: of ten parts eight are for training, one for validation, one for
testing. So the parts are disjoint for all counts, seeds, difficulties and lengths at once: what was trained at one
difficulty is not tested at another.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import islice
from typing import Final

from seq2seq_core.errors import OptionError
from seq2seq_core.tasks.task import Pair, Side

PATIENCE: Final = 20_000  # useless draws in a row after which a task counts as exhausted


class Split(StrEnum):
    """The parts of a data set."""

    TRAIN = "train"
    VALID = "valid"
    TEST = "test"


_TENTHS: Final = (Split.VALID, Split.TEST, *[Split.TRAIN] * 8)


def split_of(text: str) -> Split:
    """The split to which a text belongs, whatever it is drawn for."""
    return _TENTHS[int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % len(_TENTHS)]


def distinct_pairs(
    draw: Callable[[random.Random], Pair], rng: random.Random, split: Split, side: Side, count: int
) -> list[Pair]:
    """The first `count` pairs drawn that belong to the split and differ in the given side.

    Raises:
        OptionError: `PATIENCE` draws in a row gave nothing new; the message says how many pairs were found.
    """
    pairs = list(islice(_distinct(draw, rng, split, side), count))
    if len(pairs) < count:
        raise OptionError(f"count must not exceed the distinct {side}s of {split}, got {count} for {len(pairs)} found")
    return pairs


def _distinct(draw: Callable[[random.Random], Pair], rng: random.Random, split: Split, side: Side) -> Iterator[Pair]:
    """Pairs of the split until `PATIENCE` draws in a row gave nothing new."""
    seen: set[str] = set()
    useless = 0
    while useless < PATIENCE:
        pair = draw(rng)
        text = pair[0] if side is Side.SOURCE else pair[1]
        useless += 1
        if text not in seen and split_of(text) is split:
            seen.add(text)
            useless = 0
            yield pair
