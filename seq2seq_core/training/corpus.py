"""From the text of a training to its token pairs: small corpora in memory, large ones by way of files on the disk."""

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from seq2seq_core.errors import OptionError
from seq2seq_core.readers import Reader
from seq2seq_core.tasks.parallel import ParallelText
from seq2seq_core.tasks.streams import Text, chunks_of
from seq2seq_core.training.pairs import CHUNK, PairReader, ReadPairs, TokenPairs, gather
from seq2seq_core.training.shards import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class DataOptions:
    """How corpora are read that may be larger than memory."""

    in_memory: int = 64
    """MiB of text (packed text counts four times) up to which a corpus is held in memory; a larger one is read as a
    stream and tokenised once into files"""
    cache: Path | None = None
    """folder for the tokenised files of large corpora, which several runs may share; by default `data` in the output"""
    shard_pairs: int = 262_144
    """pairs in one such file"""
    tokenizer_pairs: int = 1_000_000
    """most training pairs that tokenizers are learnt from; of more, so many are drawn by the seed"""

    def __post_init__(self) -> None:
        for name, least in (("in_memory", 0), ("shard_pairs", 1), ("tokenizer_pairs", 1)):
            if (value := getattr(self, name)) < least:
                raise OptionError(f"{name} must be {least} or more, got {value}")


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is done with every split of a corpus."""

    reader: PairReader
    join: int = 1
    seed: int = 0

    def recipe(self, text: Text) -> dict[str, Any]:
        """All that decides the ids, in the types of JSON."""
        return {
            "text": text.digest,
            "readers": [[each.kind.value, len(each), _digest(each)] for each in self.reader.readers],
            "longest": self.reader.longest,
            "copies": self.reader.copies,
            "join": self.join,
            "seed": self.seed if self.join > 1 else None,
        }

    def read(self, text: Text) -> Iterator[ReadPairs]:
        """The ids, part by part."""
        for chunk in chunks_of(text, CHUNK, self.join, self.seed):
            for begin in range(0, len(chunk), CHUNK):
                sources, targets = zip(*chunk[begin : begin + CHUNK], strict=True)
                yield self.reader.read(sources, targets)


def token_pairs(text: Text, preparation: Preparation, store: Store) -> TokenPairs:
    """The token pairs of a text: in memory where the text is, else from the store, which makes them once.

    Raises:
        DataError: a file cannot be read or written, or is damaged.
    """
    if isinstance(text, ParallelText):
        return gather(preparation.read(text))
    return store.pairs(preparation.recipe(text), lambda: _watched(preparation.read(text), store.name))


def _watched(parts: Iterator[ReadPairs], name: str) -> Iterator[ReadPairs]:
    """The same, with a count of pairs on standard error."""
    seconds = 0.5 if sys.stderr.isatty() else 30.0  # in a file every state is kept
    with tqdm(desc=f"tokenising {name}", unit=" pairs", unit_scale=True, mininterval=seconds) as bar:
        for part in parts:
            yield part
            bar.update(len(part.kept) + part.skipped)


def _digest(reader: Reader) -> str:
    return hashlib.sha256(reader.model).hexdigest()
