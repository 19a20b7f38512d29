"""Made-up sentence pairs for throughput: lengths and word frequencies like those of short real sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from seq2seq_core.training.batches import Batch, TokenPairs, collate, epoch_order

MEAN: Final = 12  # tokens of a sentence without its end token
SPREAD: Final = 0.35  # of the logarithm of a length: 64 random sentences pad to about twice their tokens
SPECIAL: Final = 4


@dataclass(frozen=True, slots=True)
class Pair:
    """Ids without special tokens."""

    source: list[int]
    target: list[int]


def corpus(count: int, *, vocabulary: int, seed: int) -> list[Pair]:
    """Pairs whose target is about as long as the source; words by Zipf's law."""
    dice = np.random.default_rng(seed)
    chances = 1 / np.arange(1, vocabulary - SPECIAL + 1)
    chances /= chances.sum()
    sources = MEAN * np.exp(dice.normal(-(SPREAD**2) / 2, SPREAD, count))
    targets = sources * np.exp(dice.normal(0, 0.15, count))

    def words(length: float) -> list[int]:
        return [int(word) for word in SPECIAL + dice.choice(len(chances), max(1, round(length)), p=chances)]

    return [Pair(words(source), words(target)) for source, target in zip(sources, targets, strict=True)]


def random_batches(pairs: Sequence[Pair], *, size: int, seed: int) -> list[Batch]:
    """`size` pairs each, as they come."""
    held, order = _held(pairs), np.random.default_rng(seed).permutation(len(pairs))
    return [collate(held, order[begin : begin + size].tolist()) for begin in range(0, len(pairs) - size + 1, size)]


def bucketed_batches(pairs: Sequence[Pair], *, tokens: int, seed: int) -> list[Batch]:
    """As our training makes them: at most `tokens` target tokens each, padding included."""
    held = _held(pairs)
    return [collate(held, indices) for indices in epoch_order(held, tokens, seed, epoch=0)]


def _held(pairs: Sequence[Pair]) -> TokenPairs:
    return TokenPairs([pair.source for pair in pairs], [pair.target for pair in pairs], skipped=0)
