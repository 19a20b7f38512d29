"""Parallel text that is too large for memory: read from its files line by line, as often as it is needed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from seq2seq_core.errors import DataError
from seq2seq_core.tasks.joining import with_joined
from seq2seq_core.tasks.parallel import ParallelText, digest_of, from_pairs, pairs_of, paths_of, read_parallel

_MIB = 1 << 20
_PACKED = 4  # bytes of text in a byte of a .gz file, about
JOINED = 1_000_000  # pairs in a row that may be joined with each other: what is in memory for it


@dataclass(frozen=True, slots=True)
class ParallelStream:
    """Sources and targets in files that were read through once: all lines are as they must be."""

    specification: str
    pairs: int
    digest: str  # as that of `ParallelText`
    state: tuple[tuple[int, int], ...]  # size and time of change of the files that were read

    def __len__(self) -> int:
        return self.pairs

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """The pairs, from the first on.

        Raises:
            DataError: a file has vanished, or was changed since the stream was opened.
        """
        _require_unchanged(self)
        yield from pairs_of(self.specification)
        _require_unchanged(self)


Text = ParallelText | ParallelStream


def open_parallel(specification: str, in_memory: int) -> Text:
    """Read a corpus whose files have at most `in_memory` MiB; of a larger one check, count and hash the lines.

    Raises:
        DataError: see `read_parallel`.
    """
    try:
        sizes = [path.stat().st_size * (_PACKED if path.suffix == ".gz" else 1) for path in paths_of(specification)]
    except OSError:
        sizes = []  # reading says what is wrong
    if sum(sizes) <= in_memory * _MIB:
        return read_parallel(specification)
    state = _state(specification)
    return ParallelStream(specification, sum(1 for _ in pairs_of(specification)), digest_of(specification), state)


def sampled(text: Text, most: int, seed: int) -> ParallelText:
    """At most so many of the pairs, drawn evenly by the seed, in their order; all where there are no more."""
    if len(text) <= most:
        return text if isinstance(text, ParallelText) else from_pairs(list(text))
    return from_pairs(list(_drawn(text, most, random.Random(seed))))


def chunks_of(text: Text, size: int, join: int = 1, seed: int = 0) -> Iterator[Sequence[tuple[str, str]]]:
    """The text in parts of at most `size` pairs, in order; with `join` above 1 in larger parts with joined pairs.

    Pairs are joined with those of the same million: see `with_joined`.
    """
    pairs = pairs_in(text)
    number = 0
    while part := list(islice(pairs, size if join == 1 else JOINED)):
        yield part if join == 1 else list(pairs_in(with_joined(from_pairs(part), join, seed + number)))
        number += 1


def pairs_in(text: Text) -> Iterator[tuple[str, str]]:
    """Source and target of one pair after the other."""
    return zip(text.sources, text.targets, strict=True) if isinstance(text, ParallelText) else iter(text)


def _drawn(text: Text, count: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Selection sampling (Knuth, The Art of Computer Programming, volume 2, algorithm 3.4.2 S): evenly, in order."""
    for left, pair in zip(range(len(text), 0, -1), pairs_in(text), strict=True):
        if rng.random() * left < count:
            count -= 1
            yield pair


def _state(specification: str) -> tuple[tuple[int, int], ...]:
    try:
        found = [path.stat() for path in paths_of(specification)]
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror or error}") from error
    return tuple((each.st_size, each.st_mtime_ns) for each in found)


def _require_unchanged(stream: ParallelStream) -> None:
    if _state(stream.specification) != stream.state:
        raise DataError(f"{stream.specification}: the file was changed while the training was getting ready")
