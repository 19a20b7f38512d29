"""Required token sequences: how much of them a prefix has, how much it still lacks, and how a beam is dealt out.

A prefix has all tokens of a sequence that it contains, and of another as many as it ends with the beginning of. Their
number over all sequences is its bank; the places of a beam are dealt to the banks in turn (Post and Vilar 2018,
https://aclanthology.org/N18-1119, section 3.2, for constraints that were put into a grid of as many rows by Hokamp and
Liu 2017, https://aclanthology.org/P17-1141). Sequences may overlap in an output, and one may lie within another.

Sizes: N candidates of a step.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

Progress = tuple[int, ...]  # tokens that a prefix has of each sequence


@dataclass(frozen=True, slots=True)
class Required:
    """The sequences, each once; none is empty."""

    sequences: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, sequences: Iterable[Sequence[int]]) -> "Required":
        """The sequences as given, repeated ones left out."""
        return cls(tuple(dict.fromkeys(tuple(each) for each in sequences)))

    @property
    def tokens(self) -> frozenset[int]:
        """Every token of them: all others advance none."""
        return frozenset(token for each in self.sequences for token in each)

    def start(self) -> Progress:
        """Of the empty prefix."""
        return (0,) * len(self.sequences)

    def after(self, progress: Progress, token: int | None) -> Progress:
        """Of the prefix with one token more; None stands for one that no sequence has."""
        return tuple(_advanced(each, had, token) for each, had in zip(self.sequences, progress, strict=True))

    def of_prefix(self, prefix: Iterable[int]) -> Progress:
        """Of a whole prefix."""
        progress = self.start()
        for token in prefix:
            progress = self.after(progress, token)
        return progress

    def lacks(self, progress: Progress) -> int:
        """The fewest content tokens that a prefix needs to contain all sequences; 0 where it does."""
        return _lacking(self.sequences, progress)

    def is_late(self, progress: Progress, number: int, max_length: int) -> bool:
        """Whether what a prefix of `number` tokens lacks, and the end token, no longer fit below the maximum length."""
        lacking = self.lacks(progress)
        return lacking > 0 and number + lacking + 1 > max_length


def deal(bank_N: Sequence[int], places: int) -> set[int]:
    """Deal places to candidates in the order of their ranks: one to each bank in turn, the fullest bank first.

    A bank without candidates is passed over, so that its share goes to the others.
    """
    waiting: dict[int, list[int]] = {}
    for index, bank in reversed(list(enumerate(bank_N))):
        waiting.setdefault(bank, []).append(index)
    dealt: set[int] = set()
    while waiting and len(dealt) < places:
        for bank in sorted(waiting, reverse=True)[: places - len(dealt)]:
            dealt.add(waiting[bank].pop())
            if not waiting[bank]:
                del waiting[bank]
    return dealt


@lru_cache(maxsize=100_000)
def _advanced(sequence: tuple[int, ...], had: int, token: int | None) -> int:
    """What is complete stays complete; else the longest beginning that the prefix now ends with."""
    if had == len(sequence):
        return had
    tail = (*sequence[:had], token)
    return next(length for length in range(had + 1, -1, -1) if tail[len(tail) - length :] == sequence[:length])


@lru_cache(maxsize=100_000)
def _lacking(sequences: tuple[tuple[int, ...], ...], progress: Progress) -> int:
    """The shortest way to write all that is missing, over every order, each as far as possible into the one before."""
    missing = [at for at, each in enumerate(sequences) if progress[at] < len(each)]
    missing = [at for at in missing if not any(_within(sequences[at], sequences[by]) for by in missing if by != at)]
    # Fewest tokens by (what is written, what was written last).
    fewest = {(1 << at, at): len(sequences[at]) - progress[at] for at in missing}
    for _ in missing[1:]:
        longer: dict[tuple[int, int], int] = {}
        for (done, last), length in fewest.items():
            for at in missing:
                if not done >> at & 1:
                    more = length + len(sequences[at]) - _overlap(sequences[last], sequences[at])
                    key = done | 1 << at, at
                    longer[key] = min(more, longer.get(key, more))
        fewest = longer
    return min(fewest.values(), default=0)


def _within(short: tuple[int, ...], long: tuple[int, ...]) -> bool:
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))


def _overlap(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """How many tokens of the other's beginning the one ends with."""
    lengths = range(min(len(one), len(other)), -1, -1)
    return next(length for length in lengths if one[len(one) - length :] == other[:length])
