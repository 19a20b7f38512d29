"""Longer pairs from short ones: several pairs joined into one source and one target.

A corpus of short sentences cannot show what becomes of long ones; joined pairs are long and their targets known.
"""

import random
from collections.abc import Iterator, Sequence

from seq2seq_core.tasks.parallel import ParallelText, from_pairs


def with_joined(text: ParallelText, most: int, seed: int) -> ParallelText:
    """The pairs, and after them once more, shuffled by the seed and joined by twos to `most`s, sizes drawn evenly."""
    rng = random.Random(seed)
    order = list(range(len(text)))
    rng.shuffle(order)
    pairs = list(zip(text.sources, text.targets, strict=True))
    return from_pairs([*pairs, *(_join([pairs[i] for i in group]) for group in _groups(order, most, rng))])


def joined_by(text: ParallelText, size: int) -> ParallelText:
    """Every `size` neighbouring pairs as one; what is left over at the end is left out."""
    pairs = list(zip(text.sources, text.targets, strict=True))
    last = len(pairs) - size + 1
    return from_pairs([_join(pairs[begin : begin + size]) for begin in range(0, last, size)])


def _groups(order: Sequence[int], most: int, rng: random.Random) -> Iterator[Sequence[int]]:
    begin = 0
    while begin < len(order):
        size = rng.randint(2, most)
        yield order[begin : begin + size]
        begin += size


def _join(pairs: Sequence[tuple[str, str]]) -> tuple[str, str]:
    return " ".join(source for source, _ in pairs), " ".join(target for _, target in pairs)
