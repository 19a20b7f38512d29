"""All measures for one model on one set of pairs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.exposure.leading import Led, lead
from seq2seq_core.exposure.measures import (
    FEWEST,
    Perplexity,
    Share,
    by_position,
    cut_short,
    perplexity,
    repeats,
    wrong_after_right,
)
from seq2seq_core.options import GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tokenizer import END_ID, SPECIAL_TOKENS

BATCH: Final = 64  # pairs led at once
MOST_RANDOM: Final = 5  # random tokens: the page has so many looks


@dataclass(frozen=True, kw_only=True, slots=True)
class Damage:
    """Where a prefix is damaged: the last k of its `place` tokens, k from 0 to `most`.

    Raises:
        OptionError: a number out of its range.
    """

    place: int = 4
    """tokens of the prefix that the damage ends"""
    most: int = 3
    """largest number of random tokens"""
    after: int = 8
    """tokens behind the damage that are compared"""
    seed: int = 1
    """seed of the random tokens"""

    def __post_init__(self) -> None:
        if not 1 <= self.most <= min(self.place, MOST_RANDOM):
            raise OptionError(f"most must be from 1 to {MOST_RANDOM} and to place ({self.place}), got {self.most}")
        if self.after < 1:
            raise OptionError(f"after must be 1 or more, got {self.after}")


@dataclass(frozen=True, slots=True)
class Exposure:
    """What was measured; lists are by position from the first, shares in percent."""

    gold: list[Share]
    own: list[Share]
    recovery: list[list[Share]]  # by the number of random tokens from 0, then by the place behind them from the first
    teacher_forced_perplexity: Perplexity
    free_running_perplexity: Perplexity
    cut_short: Share  # outputs that end before their reference
    repeated: Share  # of the outputs
    wrong_after_right: Share  # of the tokens behind a right own prefix


@dataclass(frozen=True, slots=True)
class _Pair:
    number: int
    source: str
    reference: tuple[int, ...]  # with its end token


def measure(pipeline: Pipeline, sources: Sequence[str], targets: Sequence[str], damage: Damage) -> Exposure:
    """Lead the model along the targets in every way.

    Raises:
        InputError: too few pairs, a source that the model cannot read, or a model that copies source words, whose
            tokens are not the same for all sources.
    """
    if pipeline.checkpoint.model.copies:
        raise InputError(f"exposure is measured on models with one vocabulary for all sources, {pipeline.name} copies")
    if len(sources) < FEWEST:
        raise InputError(f"exposure is measured on {FEWEST} pairs or more, got {len(sources)}")
    ids = pipeline.checkpoint.target_tokenizer.encode_ids(targets)
    pairs = [
        _Pair(number, source, (*tokens, END_ID))
        for number, (source, tokens) in enumerate(zip(sources, ids, strict=True))
    ]
    gold = _led(pipeline, pairs, [pair.reference for pair in pairs])
    own = _led(pipeline, pairs, [() for _ in pairs])
    return Exposure(
        gold=by_position(gold),
        own=by_position(own),
        recovery=_recovery(pipeline, pairs, damage),
        teacher_forced_perplexity=perplexity(gold),
        free_running_perplexity=perplexity(own),
        cut_short=cut_short(own),
        repeated=_repeated(pipeline, pairs),
        wrong_after_right=wrong_after_right(own),
    )


def damaged(reference: Sequence[int], place: int, count: int, random: Sequence[int]) -> list[int]:
    """The first `place` tokens of a reference, the last `count` of them replaced by the last `count` random ones.

    >>> damaged([5, 6, 7, 8, 3], 3, 1, [11, 12]), damaged([5, 6, 7, 8, 3], 3, 2, [11, 12])
    ([5, 6, 12], [5, 11, 12])
    """
    return [*reference[: place - count], *random[len(random) - count :]]


def random_others(tokens: Sequence[int], vocabulary: int, seed: tuple[int, int]) -> list[int]:
    """For each token another one of the vocabulary, drawn evenly; never a special one.

    Raises:
        InputError: the vocabulary has one content token only.
    """
    first = len(SPECIAL_TOKENS)
    if vocabulary < first + 2:
        raise InputError(f"a vocabulary must have two content tokens or more, got {vocabulary - first}")
    drawn = np.random.default_rng(seed).integers(first, vocabulary - 1, size=len(tokens)).tolist()
    return [other + (other >= token >= first) for other, token in zip(drawn, tokens, strict=True)]


def _recovery(pipeline: Pipeline, pairs: Sequence[_Pair], damage: Damage) -> list[list[Share]]:
    """The same references for every number of random tokens: those that go on behind the damage."""
    long = [pair for pair in pairs if len(pair.reference) > damage.place]
    if len(long) < FEWEST:
        raise InputError(f"place must lie inside {FEWEST} references or more, got {damage.place}: inside {len(long)}")
    cut = [_Pair(pair.number, pair.source, pair.reference[: damage.place + damage.after]) for pair in long]
    vocabulary = len(pipeline.checkpoint.target_tokenizer)
    random = [
        random_others(pair.reference[damage.place - damage.most : damage.place], vocabulary, (damage.seed, pair.number))
        for pair in cut
    ]
    found = []
    for count in range(damage.most + 1):
        pairs_read = zip(cut, random, strict=True)
        given = [damaged(pair.reference, damage.place, count, tokens) for pair, tokens in pairs_read]
        found.append(by_position(_led(pipeline, cut, given), damage.place))
    return found


def _led(pipeline: Pipeline, pairs: Sequence[_Pair], given: Sequence[Sequence[int]]) -> list[Led]:
    """The pairs in batches of similar length."""
    return [
        lead(
            pipeline.open([pairs[i].source for i in batch]).stepper,
            [pairs[i].reference for i in batch],
            [given[i] for i in batch],
        )
        for batch in _batches([len(pair.reference) for pair in pairs])
    ]


def _repeated(pipeline: Pipeline, pairs: Sequence[_Pair]) -> Share:
    count = 0
    for batch in _batches([len(pair.source) for pair in pairs]):
        found = pipeline.hypotheses([pairs[i].source for i in batch], GreedyOptions())
        outputs = zip(batch, found, strict=True)
        count += sum(repeats(best[0].tokens, pairs[i].reference[:-1]) for i, best in outputs if best)
    return Share.of(count, len(pairs))


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    return (order[begin : begin + BATCH] for begin in range(0, len(order), BATCH))
