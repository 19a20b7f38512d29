"""Pretrained embeddings in the text format of word2vec and GloVe: one token and its numbers a line, parted by spaces.

    400000 300                      word2vec's first line, which GloVe leaves out
    the 0.04656 0.21318 ...

The file is read line by line, and only rows of the vocabulary are kept. A token of the vocabulary is looked for as it
is written, then in lower case (many files know no capitals). Pieces of a subword tokenizer are looked for without their
word mark, so that `▁the` and `the` get the same vector; a piece that is no word finds one only by chance. Special
tokens and the bytes that spell unseen characters are never looked for. The numbers are taken as they are, not scaled.

What holds a blank cannot be a token of the vocabulary; such lines (GloVe 840B has some) are counted and passed over. Of
a token that comes twice the first line counts. Numbers are read, and NaN refused, in the lines that are kept.

Sizes: V vocabulary, E embedding size.
"""

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seq2seq_core.errors import DataError, OptionError
from seq2seq_core.files import utf8_lines
from seq2seq_core.readers import FIRST_ID, Reader
from seq2seq_core.tokenizer import BLANK, SPELLING_KINDS

CHUNK: Final = 10_000  # texts that are encoded at once
_HEADER: Final = re.compile(r"[0-9]+ [0-9]+ *")
_BYTE: Final = re.compile(r"<0x[0-9A-F]{2}>")


@dataclass(frozen=True, slots=True)
class Vectors:
    """What a file has for a vocabulary."""

    rows_VE: NDArray[np.float32]  # zero where there is none
    found_V: NDArray[np.bool_]
    wanted_V: NDArray[np.bool_]  # token types that were looked for
    lowered: int  # of those found: by their lower-case form only
    blank: int  # lines passed over for a blank in their token


@dataclass(frozen=True, slots=True)
class Cover:
    """How much of a side has vectors; all token types and tokens but special ones and bytes count."""

    found: int
    types: int
    share: float  # of the tokens of the training text
    lowered: int
    blank: int

    def __str__(self) -> str:
        return (
            f"vectors for {self.found:,} of {self.types:,} token types ({self.lowered:,} by their lower-case form), "
            f"which are {self.share:.1%} of the tokens of the training text; {self.blank:,} lines passed over"
        )


def read_vectors(path: Path, reader: Reader, size: int) -> Vectors:
    """The vectors of the tokens of a vocabulary.

    Raises:
        DataError: the file cannot be read or is empty, or a line is not UTF-8, has too few numbers, or, where it is of
            the vocabulary, something that is no finite number.
        OptionError: its vectors have not `size` numbers, or none is of the vocabulary.
    """
    wanted = _wanted(reader)
    lowered = _lowered(wanted)
    rows_VE = np.zeros((len(reader), size), dtype=np.float32)
    found_V, by_lower_V = np.zeros(len(reader), dtype=bool), np.zeros(len(reader), dtype=bool)
    blank = 0
    for number, line in _vector_lines(path, size):
        token, numbers = _cut(line, size, path, number)
        blank += " " in token
        exact = [at for at in wanted.get(token, ()) if not found_V[at] or by_lower_V[at]]
        lower = [at for at in lowered.get(token, ()) if not found_V[at]]
        if exact or lower:
            rows_VE[exact + lower] = _parsed(numbers, path, number)
            found_V[exact + lower] = True
            by_lower_V[exact], by_lower_V[lower] = False, True
    if not found_V.any():
        raise OptionError(f"{path} has a vector for none of the {sum(map(len, wanted.values()))} token types")
    wanted_V = np.zeros(len(reader), dtype=bool)
    wanted_V[list(chain.from_iterable(wanted.values()))] = True
    return Vectors(rows_VE, found_V, wanted_V, int(by_lower_V.sum()), blank)


def fill(embedding: nn.Embedding, vectors: Vectors) -> None:
    """Put the vectors in; the rows of other tokens stay as they were drawn."""
    found_V = torch.from_numpy(vectors.found_V)
    with torch.no_grad():
        weight_VE: Tensor = embedding.weight
        weight_VE[found_V] = torch.from_numpy(vectors.rows_VE[vectors.found_V]).to(weight_VE)


def cover_of(vectors: Vectors, reader: Reader, texts: Iterable[str]) -> Cover:
    """How much of the vocabulary and of the texts has vectors."""
    counts_V = np.zeros(len(reader), dtype=np.int64)
    for chunk in _chunks(texts):
        ids = np.fromiter(chain.from_iterable(reader.encode_ids(chunk)), dtype=np.int64)
        counts_V += np.bincount(ids, minlength=len(reader))
    all_tokens = int(counts_V[vectors.wanted_V].sum())
    covered = int(counts_V[vectors.found_V].sum())
    return Cover(
        found=int(vectors.found_V.sum()),
        types=int(vectors.wanted_V.sum()),
        share=covered / all_tokens if all_tokens else 0.0,
        lowered=vectors.lowered,
        blank=vectors.blank,
    )


def _wanted(reader: Reader) -> dict[str, list[int]]:
    """Token ids by what to look for."""
    spells = reader.kind in SPELLING_KINDS
    wanted: dict[str, list[int]] = {}
    for at in range(FIRST_ID, len(reader)):
        label = reader.label(at)
        if (token := label.removeprefix(BLANK)) and not (spells and _BYTE.fullmatch(label)):
            wanted.setdefault(token, []).append(at)
    return wanted


def _lowered(wanted: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """Those of them that change in lower case, by that form."""
    lowered: dict[str, list[int]] = {}
    for token, ids in wanted.items():
        if (form := token.lower()) != token:
            lowered.setdefault(form, []).extend(ids)
    return lowered


def _vector_lines(path: Path, size: int) -> Iterator[tuple[int, str]]:
    """The lines that hold vectors with their numbers from 1, after a look at the first one.

    Raises:
        OptionError: the vectors have not `size` numbers.
    """
    lines = ((number, line.rstrip(" ")) for number, line in enumerate(_lines(path), start=1))
    first = next(lines, None)
    if first is None:
        raise DataError(f"{path}: the file is empty")
    header = bool(_HEADER.fullmatch(first[1]))
    dimension = int(first[1].split(" ")[1]) if header else first[1].count(" ")
    if dimension != size:
        raise OptionError(f"the embedding size must be that of {path}, {dimension}, got {size}")
    yield from lines if header else chain((first,), lines)


def _lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield from utf8_lines(file, str(path))
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _cut(line: str, size: int, path: Path, number: int) -> tuple[str, list[str]]:
    """The token and the last `size` fields."""
    token, *numbers = line.rsplit(" ", size)
    if len(numbers) != size or not token:
        raise DataError(f"{path}, line {number}: expected a token and {size} numbers, got {line!r:.80}")
    return token, numbers


def _parsed(numbers: Sequence[str], path: Path, number: int) -> NDArray[np.float32]:
    try:
        row_E = np.array(numbers, dtype=np.float32)
    except ValueError as error:
        raise DataError(f"{path}, line {number}: {error!s:.100}") from error
    if not np.isfinite(row_E).all():
        raise DataError(f"{path}, line {number}: vectors must hold finite numbers")
    return row_E


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(texts)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
