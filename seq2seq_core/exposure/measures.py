"""Counts and intervals from what led models said. Sizes: B references, T positions."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from seq2seq_core.errors import InputError
from seq2seq_core.exposure.leading import Led
from seq2seq_core.trace import Integers

FEWEST: Final = 30  # references that a point must stand on
LONGEST_REPEATED: Final = 4  # tokens of an n-gram that is looked for
RESAMPLES: Final = 1_000
_NORMAL: Final = 1.959963984540054  # standard deviations on either side that hold 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n`, in percent, with Wilson's 95 % interval (1927), which holds for few and extreme ones too."""

    n: int
    count: int
    value: float
    low: float
    high: float

    @classmethod
    def of(cls, count: int, n: int) -> "Share":
        """Of `n`, which is at least 1."""
        share, spread = count / n, _NORMAL**2 / n
        middle = (share + spread / 2) / (1 + spread)
        half = _NORMAL / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / (4 * n))
        low, high = max(0.0, middle - half), min(1.0, middle + half)
        return cls(n, count, *(round(100 * each, 3) for each in (share, low, high)))


@dataclass(frozen=True, slots=True)
class Perplexity:
    """exp of the mean loss per token; the interval is the bootstrap's, 95 %, over sentences."""

    value: float
    low: float
    high: float
    tokens: int


def by_position(led: Sequence[Led], first: int = 0) -> list[Share]:
    """Share of right tokens at each position from `first` (counted from 0) that enough references have."""
    right, real = (_counts([getattr(each, name) for each in led]) for name in ("right_BT", "real_BT"))
    pairs = list(zip(right.tolist(), real.tolist(), strict=True))[first:]
    return [Share.of(count, n) for count, n in pairs if n >= FEWEST]  # counts of references never rise


def perplexity(led: Sequence[Led]) -> Perplexity:
    """Over the real positions of all references.

    Raises:
        InputError: the model finds a reference impossible.
    """
    losses = np.concatenate([-each.log_probs_BT.sum(axis=1) for each in led])
    tokens = np.concatenate([each.real_BT.sum(axis=1) for each in led])
    if not np.isfinite(losses).all():
        raise InputError("the model must give every token of the references some probability, got one with none")
    rows = np.random.default_rng(0).integers(len(losses), size=(RESAMPLES, len(losses)))
    low, high = np.percentile(np.exp(losses[rows].sum(axis=1) / tokens[rows].sum(axis=1)), (2.5, 97.5))
    value = math.exp(losses.sum() / tokens.sum())
    return Perplexity(round(value, 5), round(float(low), 5), round(float(high), 5), int(tokens.sum()))


def cut_short(led: Sequence[Led]) -> Share:
    """Share of own outputs that end before their references do."""
    rows = np.concatenate([(each.ended_BT & each.real_BT).any(axis=1) for each in led])
    return Share.of(int(rows.sum()), len(rows))


def wrong_after_right(led: Sequence[Led]) -> Share:
    """Share of wrong tokens among those behind an own prefix that is right so far; the first token counts too."""
    wrong = behind = 0
    for each in led:
        flawless_BT = np.logical_and.accumulate(each.right_BT | ~each.real_BT, axis=1)
        before_BT = np.pad(flawless_BT[:, :-1], ((0, 0), (1, 0)), constant_values=True) & each.real_BT
        behind += int(before_BT.sum())
        wrong += int((before_BT & ~each.right_BT).sum())
    return Share.of(wrong, behind)


def repeats(output: Sequence[int], reference: Sequence[int]) -> bool:
    """Whether some n-gram of at most four tokens stands twice or more in a row, and more often than in the reference.

    >>> repeats("abab", "abc"), repeats("aab", "aab"), repeats("aaab", "aab")
    (True, False, True)
    """
    allowed = dict(_runs(reference))
    return any(times > max(1, allowed.get(gram, 1)) for gram, times in _runs(output))


def _runs(tokens: Sequence[int]) -> Iterator[tuple[tuple[int, ...], int]]:
    """Every n-gram that stands twice or more in a row, and how often in its longest run."""
    found: dict[tuple[int, ...], int] = {}
    for size in range(1, LONGEST_REPEATED + 1):
        for begin in range(len(tokens) - 2 * size + 1):
            gram, times = tuple(tokens[begin : begin + size]), 1
            while tuple(tokens[begin + times * size : begin + (times + 1) * size]) == gram:
                times += 1
            found[gram] = max(times, found.get(gram, 1))
    return ((gram, times) for gram, times in found.items() if times > 1)


def _counts(parts: Sequence[NDArray[np.bool_]]) -> Integers:
    """Trues of each position, over batches of unequal length."""
    total = np.zeros(max(part.shape[1] for part in parts), dtype=np.int64)
    for part in parts:
        total[: part.shape[1]] += part.sum(axis=0)
    return total
