"""What turns a side of the data into ids: a learnt tokenizer for text, and three readers that have nothing to learn.

    picture     one id per pixel, the palette's index after the special tokens
    positions   the numbers 1, 2, 3 ... as ids: what a pointer network says
    none        no source at all: what a plain language model reads
"""

import re
from collections.abc import Sequence
from typing import Final, Protocol

from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.pictures import PALETTE, parse_picture
from seq2seq_core.tokenizer import LEARNT_KINDS, SPECIAL_TOKENS, Encoding, Tokenizer, TokenizerKind

FIRST_ID: Final = len(SPECIAL_TOKENS)


class Reader(Protocol):
    """One side of the data."""

    @property
    def kind(self) -> TokenizerKind: ...
    @property
    def model(self) -> bytes:
        """The file that a checkpoint keeps; empty where there is nothing to keep."""
        ...

    def __len__(self) -> int:
        """Token types, the special ones included."""
        ...

    def encode(self, text: str) -> Encoding: ...
    def encode_ids(self, texts: Sequence[str]) -> list[list[int]]: ...
    def decode(self, ids: Sequence[int]) -> str: ...
    def label(self, token: int) -> str: ...


class PictureReader:
    """Pictures as the text of `seq2seq_core.pictures`; an encoding's pieces are the pixels' characters."""

    kind = TokenizerKind.PICTURE
    model = b""

    def __len__(self) -> int:
        return FIRST_ID + len(PALETTE)

    def encode(self, text: str) -> Encoding:
        """One id per pixel, row by row.

        Raises:
            InputError: the text is no picture.
        """
        pixels = parse_picture(text)
        side, begin = pixels.shape[1], len(text) - len(text.lstrip())
        ids = tuple(int(pixel) + FIRST_ID for pixel in pixels.ravel())
        places = (begin + at + at // side for at in range(len(ids)))  # one further for each row's end
        spans = tuple((place, place + 1) for place in places)
        return Encoding(ids, tuple(self.label(i) for i in ids), spans)

    def encode_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids alone, for many pictures at once."""
        return [(parse_picture(text).ravel().astype(int) + FIRST_ID).tolist() for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """The pixels' characters in one line: ids alone do not tell where a row ends."""
        return "".join(self.label(i) for i in ids if i >= FIRST_ID)

    def label(self, token: int) -> str:
        """The character of a pixel, or the name of a special token."""
        return (*SPECIAL_TOKENS, *PALETTE)[token]


class PositionReader:
    """Source positions from 1 on, parted by blanks.

    Raises:
        OptionError: fewer than one position.
    """

    kind = TokenizerKind.POSITIONS
    model = b""

    def __init__(self, positions: int) -> None:
        if positions < 1:
            raise OptionError(f"positions must be 1 or more, got {positions}")
        self.positions = positions

    def __len__(self) -> int:
        return FIRST_ID + self.positions

    def encode(self, text: str) -> Encoding:
        """One id per number.

        Raises:
            InputError: a word is no position.
        """
        words = list(re.finditer(r"\S+", text))
        for word in words:
            if not re.fullmatch("[0-9]{1,9}", word[0]) or not 1 <= int(word[0]) <= self.positions:
                raise InputError(f"a position must be a number from 1 to {self.positions}, got {word[0]!r:.40}")
        ids = tuple(int(word[0]) - 1 + FIRST_ID for word in words)
        return Encoding(ids, tuple(word[0] for word in words), tuple(word.span() for word in words))

    def encode_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids alone, for many texts at once."""
        return [list(self.encode(text).ids) for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """The numbers, parted by blanks."""
        return " ".join(self.label(i) for i in ids if i >= FIRST_ID)

    def label(self, token: int) -> str:
        """The number, or the name of a special token."""
        return SPECIAL_TOKENS[token] if token < FIRST_ID else str(token - FIRST_ID + 1)


class NoReader:
    """Reads nothing, whatever the text."""

    kind = TokenizerKind.NONE
    model = b""

    def __len__(self) -> int:
        return FIRST_ID + 1  # a vocabulary has at least one type beside the special ones

    def encode(self, text: str) -> Encoding:
        """No ids."""
        return Encoding((), (), ())

    def encode_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """No ids for each text."""
        return [[] for _ in texts]

    def decode(self, ids: Sequence[int]) -> str:
        """The empty text."""
        return ""

    def label(self, token: int) -> str:
        """The name of a special token."""
        return SPECIAL_TOKENS[token] if token < FIRST_ID else ""


def open_reader(kind: TokenizerKind, content: bytes, size: int) -> Reader:
    """The reader that a checkpoint names, from its file and its number of token types.

    Raises:
        OptionError: the file is not of this kind.
    """
    if kind in LEARNT_KINDS:
        return Tokenizer(content, kind)
    return _fixed_reader(kind, size - FIRST_ID)


def make_reader(lines: Sequence[str], kind: TokenizerKind, size: int, positions: int) -> Reader:
    """A reader for the given side of the training data; `positions` bounds those of a pointer network.

    Raises:
        OptionError: see `Tokenizer.train`.
    """
    if kind in LEARNT_KINDS:
        return Tokenizer.train(lines, kind=kind, vocabulary_size=size)
    return _fixed_reader(kind, positions)


def _fixed_reader(kind: TokenizerKind, positions: int) -> Reader:
    if kind is TokenizerKind.POSITIONS:
        return PositionReader(positions)
    return PictureReader() if kind is TokenizerKind.PICTURE else NoReader()
