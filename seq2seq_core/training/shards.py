"""A tokenised corpus on the disk: files of equally many pairs, and an index that is written last.

A folder has one name for one content, and appears under it only when it is whole. A file holds the offsets of the
sources, those of the targets (int64, one more than pairs), the tokens of all sources and those of all targets (uint16
or int32). Training maps the files into memory: what is read of them belongs to the
system's cache, which gives it up when memory is short.
"""

import contextlib
import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seq2seq_core.errors import DataError
from seq2seq_core.files import flush_folder, replaced, write_file, writing
from seq2seq_core.training.pairs import PairBuilder, ReadPairs, Shard, TokenPairs, TokenRows, require_size

INDEX: Final = "index.json"
FORMAT: Final = "seq2seq-pairs/1"
_OFFSET: Final = np.dtype("<i8")
_TOKENS: Final[Mapping[str, np.dtype[Any]]] = {"uint16": np.dtype("<u2"), "int32": np.dtype("<i4")}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file of pairs is divided."""

    pairs: int
    source_tokens: int
    target_tokens: int
    dtype: str  # of a token: uint16 or int32

    @property
    def size(self) -> int:
        """Bytes of the file."""
        tokens = (self.source_tokens + self.target_tokens) * _TOKENS[self.dtype].itemsize
        return 2 * (self.pairs + 1) * _OFFSET.itemsize + tokens

    def divided(self, content: NDArray[np.uint8]) -> tuple[TokenRows, TokenRows]:
        """Sources and targets as views of the content."""
        offsets, dtype = (self.pairs + 1) * _OFFSET.itemsize, _TOKENS[self.dtype]
        parts = np.split(content, np.cumsum([offsets, offsets, self.source_tokens * dtype.itemsize]))
        sources, targets = (
            TokenRows(tokens.view(dtype), ends.view(_OFFSET)) for tokens, ends in zip(parts[2:], parts[:2], strict=True)
        )
        return sources, targets


@dataclass(frozen=True, slots=True)
class Index:
    """What a folder of pairs holds."""

    recipe: Mapping[str, Any]
    skipped: int
    shards: Sequence[Layout]

    def to_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()

    @classmethod
    def read(cls, path: Path) -> "Index":
        """The index of a folder.

        Raises:
            DataError: it is missing or damaged.
        """
        try:
            content = json.loads(path.read_bytes())
            shards = [Layout(**entry) for entry in content.pop("shards")]
            if content.pop("format") != FORMAT or not {shard.dtype for shard in shards} <= set(_TOKENS):
                raise ValueError(f"not of the format {FORMAT}")
            return cls(**content, shards=shards)
        except OSError as error:
            raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{path}: is damaged ({error!s:.80}); its folder may be deleted") from error


@dataclass(frozen=True, slots=True)
class Store:
    """Where pairs are kept."""

    folder: Path  # of all contents; each has one of its own in it
    name: str  # what the own folder's name begins with
    shard_pairs: int  # pairs of a file

    def pairs(self, recipe: Mapping[str, Any], read: Callable[[], Iterable[ReadPairs]]) -> TokenPairs:
        """Pairs from the disk, which are made first where they are not there.

        Processes that ask for the same pairs wait for the one that makes them.

        Args:
            recipe: all that decides which ids they are: hashes of the text and of the readers, settings.
            read: makes them.

        Raises:
            DataError: a file is missing or damaged, or cannot be written.
        """
        key = hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()
        own = self.folder / f"{self.name}-{key[:16]}"
        if not own.exists():
            with _alone(self.folder):
                if not own.exists():
                    _make(own, recipe, _shards(read(), self.shard_pairs))
        return _opened(own, recipe)


def file_name(number: int) -> str:
    """The name of a file of pairs in its folder."""
    return f"{number:05}.pairs"


@dataclass(slots=True)
class _Gathered:
    """A file's worth of pairs, and the pairs left out on the way."""

    shard: Shard
    skipped: int


def _shards(read: Iterable[ReadPairs], size: int) -> Iterator[_Gathered]:
    """Files' worth of pairs; the last one, perhaps without any, tells how many were left out after the others."""
    builder, skipped = PairBuilder(), 0
    for part in read:
        skipped += part.skipped
        for source, target in part.kept:
            builder.append(source, target)
            if len(builder) == size:
                yield _Gathered(builder.shard(), skipped)
                builder, skipped = PairBuilder(), 0
    yield _Gathered(builder.shard(), skipped)


def _make(own: Path, recipe: Mapping[str, Any], parts: Iterable[_Gathered]) -> None:
    """Write the files, then the index, into a folder beside, which then takes its name."""
    new = own.with_name(f".{own.name}.new")
    layouts: list[Layout] = []
    skipped = 0
    with writing(new):
        shutil.rmtree(new, ignore_errors=True)  # of a process that was killed
        new.mkdir(parents=True)
    try:
        for part in parts:
            skipped += part.skipped
            if len(part.shard) or not layouts:
                layouts.append(_write(new / file_name(len(layouts)), part.shard))
        write_file(new / INDEX, Index(recipe, skipped, layouts).to_json())
        with writing(own):
            new.rename(own)
            flush_folder(own.parent)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def _write(path: Path, shard: Shard) -> Layout:
    sides = (shard.sources, shard.targets)
    largest = max(int(rows.tokens.max(initial=0)) for rows in sides)
    dtype = "uint16" if largest < 1 << 16 else "int32"
    with replaced(path) as file:
        for rows in sides:
            file.write(rows.offsets.astype(_OFFSET).data)
        for rows in sides:
            file.write(rows.tokens.astype(_TOKENS[dtype]).data)
    return Layout(len(shard), len(shard.sources.tokens), len(shard.targets.tokens), dtype)


def _opened(own: Path, recipe: Mapping[str, Any]) -> TokenPairs:
    index = Index.read(own / INDEX)
    if index.recipe != recipe:
        raise DataError(f"{own / INDEX}: tells of other pairs than its folder's name; the folder may be deleted")
    shards = []
    for number, layout in enumerate(index.shards):
        path = own / file_name(number)
        require_size(path, layout.size)
        # a plain array over the mapping, which stays open as long as it: slices of a memmap cost ten times as much
        content = np.asarray(np.memmap(path, np.uint8, mode="r"))
        shards.append(Shard(*layout.divided(content), path, layout.size))
    return TokenPairs(shards, index.skipped)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one process at a time is in here; the system opens the lock of one that dies."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
