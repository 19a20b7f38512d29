"""A tokenised corpus as flat arrays, in memory or in mapped files, so that a pair costs its tokens and little else."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seq2seq_core.copying import ExtendedVocabulary
from seq2seq_core.errors import DataError
from seq2seq_core.readers import Reader
from seq2seq_core.tokenizer import TokenizerKind

_ANEW: Final = "where its folder is deleted, the next run makes all its files anew"
CHUNK: Final = 10_000  # pairs that are encoded at once

Indices = Sequence[int] | NDArray[np.int64]  # numbers of pairs


@dataclass(frozen=True, slots=True)
class TokenRows:
    """Token sequences end to end in one array: row i is `tokens[offsets[i] : offsets[i + 1]]`."""

    tokens: NDArray[np.integer[Any]]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> NDArray[np.integer[Any]]:
        return self.tokens[self.offsets[row] : self.offsets[row + 1]]

    def lengths(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Tokens of the given rows."""
        return self.offsets[rows + 1] - self.offsets[rows]


@dataclass(frozen=True, slots=True)
class Shard:
    """Consecutive pairs: arrays in memory, or views of a mapped file."""

    sources: TokenRows
    targets: TokenRows
    file: Path | None = None
    size: int = 0  # bytes of the file

    def __len__(self) -> int:
        return len(self.targets)

    def require_whole(self) -> None:
        """Look at the file before pages of it are read: reading beyond its end would kill the process.

        Raises:
            DataError: the file has vanished or has another size.
        """
        if self.file is not None:
            require_size(self.file, self.size)


def require_size(path: Path, size: int) -> None:
    """Stop with an error that names the file where it has vanished or was cut.

    Raises:
        DataError: as said.
    """
    try:
        found = path.stat().st_size
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}; {_ANEW}") from error
    if found != size:
        raise DataError(f"{path}: must have the {size} bytes that were written, got {found}; {_ANEW}")


class TokenPairs:
    """A tokenised corpus in shards of equal numbers of pairs (the last may have fewer).

    `skipped` pairs were too long or had a side without tokens.
    """

    def __init__(self, shards: Sequence[Shard], skipped: int) -> None:
        self.shards, self.skipped = tuple(shards), skipped
        self._shard_pairs = max(1, len(shards[0])) if shards else 1
        self._pairs = sum(map(len, shards))

    @classmethod
    def of(cls, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]], skipped: int = 0) -> "TokenPairs":
        """Pairs in memory."""
        gathered = PairBuilder()
        for source, target in zip(sources, targets, strict=True):
            gathered.append(source, target)
        return cls([gathered.shard()], skipped)

    def __len__(self) -> int:
        return self._pairs

    @property
    def target_tokens(self) -> int:
        """Target tokens of one pass, end tokens included."""
        return sum(len(shard.targets.tokens) for shard in self.shards) + len(self)

    def source_row(self, index: int) -> NDArray[np.integer[Any]]:
        """Token ids of one source."""
        return self.shards[index // self._shard_pairs].sources[index % self._shard_pairs]

    def target_row(self, index: int) -> NDArray[np.integer[Any]]:
        """Token ids of one target, without its end token."""
        return self.shards[index // self._shard_pairs].targets[index % self._shard_pairs]

    def source_lengths(self, indices: Indices) -> NDArray[np.int64]:
        """Tokens of the sources of the given pairs."""
        return self._lengths(indices, lambda shard: shard.sources)

    def target_lengths(self, indices: Indices) -> NDArray[np.int64]:
        """Tokens of the targets of the given pairs, end tokens included."""
        return self._lengths(indices, lambda shard: shard.targets) + 1

    def tokens_of(self, indices: Indices) -> int:
        """Target tokens of the given pairs, end tokens included."""
        return int(self.target_lengths(indices).sum())

    def room(self, positions: Callable[[int], int]) -> int:
        """How many tokens more than twice its source the longest-for-its-source target has, end token included.

        Args:
            positions: how many positions attention sees of a source of so many tokens, as searches count its length.
        """
        longest: dict[int, int] = {}  # target by the length of the source
        for shard in self.shards:
            sources, targets = np.diff(shard.sources.offsets), np.diff(shard.targets.offsets) + 1
            most = np.zeros(int(sources.max(initial=0)) + 1, dtype=np.int64)
            np.maximum.at(most, sources, targets)
            for length in np.flatnonzero(most).tolist():
                longest[length] = max(longest.get(length, 0), int(most[length]))
        return max(target - 2 * positions(source) for source, target in longest.items())

    def require_whole(self) -> None:
        """Stop with an error that names the file where one has vanished or was cut.

        Raises:
            DataError: as said.
        """
        for shard in self.shards:
            shard.require_whole()

    def _lengths(self, indices: Indices, side: Callable[[Shard], TokenRows]) -> NDArray[np.int64]:
        numbers, rows = np.divmod(np.asarray(indices, dtype=np.int64), self._shard_pairs)
        lengths = np.empty(len(rows), dtype=np.int64)
        for number in np.unique(numbers):
            chosen = numbers == number
            lengths[chosen] = side(self.shards[number]).lengths(rows[chosen])
        return lengths


class PairBuilder:
    """Pairs that are gathered one by one into flat arrays."""

    def __init__(self) -> None:
        self._tokens = array("i"), array("i")
        self._offsets = array("q", [0]), array("q", [0])

    def __len__(self) -> int:
        return len(self._offsets[0]) - 1

    def append(self, source: Sequence[int], target: Sequence[int]) -> None:
        """One more pair."""
        for tokens, offsets, row in zip(self._tokens, self._offsets, (source, target), strict=True):
            tokens.extend(row)
            offsets.append(len(tokens))

    def shard(self) -> Shard:
        """What was gathered; nothing may be appended afterwards."""
        sources, targets = (
            TokenRows(np.asarray(tokens, dtype=np.int32), np.asarray(offsets, dtype=np.int64))
            for tokens, offsets in zip(self._tokens, self._offsets, strict=True)
        )
        return Shard(sources, targets)


@dataclass(frozen=True, slots=True)
class ReadPairs:
    """Ids of the pairs that can be learnt from, in order, and how many others there were."""

    kept: list[tuple[list[int], list[int]]]
    skipped: int


@dataclass(frozen=True, slots=True)
class PairReader:
    """How both sides become ids, and which pairs are left out because nothing can be learnt from them.

    Where the model copies, source words that the vocabulary lacks get ids of their own, in the target too.
    """

    readers: tuple[Reader, Reader]
    longest: int  # most tokens of either side
    copies: bool = False

    def read(self, sources: Sequence[str], targets: Sequence[str]) -> ReadPairs:
        """The ids of some pairs."""
        if self.copies:
            source_ids, target_ids = _extended(sources, targets, self.readers[1])
        else:
            source_ids, target_ids = self.readers[0].encode_ids(sources), self.readers[1].encode_ids(targets)
        # the length of a picture, or of no source, is always the same
        sized = self.readers[0].kind not in (TokenizerKind.PICTURE, TokenizerKind.NONE)
        kept = [
            (source, target)
            for source, target in zip(source_ids, target_ids, strict=True)
            if (not sized or 0 < len(source) <= self.longest) and 0 < len(target) <= self.longest
        ]
        return ReadPairs(kept, len(source_ids) - len(kept))


def tokenise(
    sources: Sequence[str],
    targets: Sequence[str],
    readers: tuple[Reader, Reader],
    longest: int,
    *,
    copies: bool = False,
) -> TokenPairs:
    """Encode both sides into memory and drop pairs that cannot be learnt from, see `PairReader`."""
    reader, parts = PairReader(readers, longest, copies), range(0, len(sources), CHUNK)
    return gather(reader.read(sources[begin : begin + CHUNK], targets[begin : begin + CHUNK]) for begin in parts)


def gather(parts: Iterable[ReadPairs]) -> TokenPairs:
    """All pairs in memory."""
    gathered, skipped = PairBuilder(), 0
    for part in parts:
        skipped += part.skipped
        for source, target in part.kept:
            gathered.append(source, target)
    return TokenPairs([gathered.shard()], skipped)


def _extended(
    sources: Sequence[str], targets: Sequence[str], reader: Reader
) -> tuple[list[list[int]], list[list[int]]]:
    source_ids, target_ids = [], []
    for source, target in zip(sources, targets, strict=True):
        vocabulary = ExtendedVocabulary(reader)
        source_ids.append(vocabulary.read_source(source))
        target_ids.append(vocabulary.read_target(target))
    return source_ids, target_ids
