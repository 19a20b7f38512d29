"""One output held against another, word by word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import Final

# A letter of a script without blanks is a word of its own.
_LETTER: Final = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_WORD: Final = re.compile(rf"(?:{_LETTER}|(?:(?!{_LETTER})\S)+)\s*")
_STARTS_WITH_LETTER: Final = re.compile(_LETTER)


class Part(StrEnum):
    """What a piece of an output is to the other one."""

    SAME = "same"
    OTHER = "other"  # the other has something else here, or nothing
    MISSING = "missing"  # the other has it, this one does not


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words, and the blank behind it where there is one."""

    part: Part
    text: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """An output in pieces, and how many words of it are other or missing."""

    pieces: tuple[Piece, ...]
    other: int = 0
    missing: int = 0


def difference(text: str, base: str) -> Difference:
    """Where a text departs from the base.

    >>> [(piece.part.value, piece.text) for piece in difference("Je vois un chat.", "Je vois le chat.").pieces]
    [('same', 'Je vois'), ('other', 'un'), ('same', 'chat.')]
    """
    ours, theirs = words_of(text), words_of(base)
    matcher = SequenceMatcher(None, [word.strip() for word in theirs], [word.strip() for word in ours], autojunk=False)
    marked: list[tuple[Part, str]] = []
    other = missing = 0
    for tag, low, high, start, end in matcher.get_opcodes():
        if tag == "delete":
            missing += high - low
            marked += [(Part.MISSING, word) for word in theirs[low:high]]
        else:
            if tag != "equal":
                other += end - start
                missing += max(0, (high - low) - (end - start))  # more words gave way than came
            marked += [(Part.SAME if tag == "equal" else Part.OTHER, word) for word in ours[start:end]]
    return Difference(tuple(_joined(marked)), other, missing)


def words_of(text: str) -> list[str]:
    """Words, each with the blanks behind it."""
    return _WORD.findall(text.strip())


def _joined(marked: Sequence[tuple[Part, str]]) -> list[Piece]:
    """Neighbours of one kind as one piece."""
    pieces: list[Piece] = []
    for part, words in groupby(marked, key=lambda each: each[0]):
        text = "".join(word for _, word in words)
        if pieces and _glued(pieces[-1], part, text):
            pieces[-1] = replace(pieces[-1], after=" ")
        kept = text.rstrip()
        pieces.append(Piece(part, kept, text[len(kept) :]))
    return pieces


def _glued(before: Piece, part: Part, text: str) -> bool:
    """Whether a missing word would stick to its neighbour: the last word of an output has no blank behind it."""
    return not before.after and Part.MISSING in (before.part, part) and not _STARTS_WITH_LETTER.match(text)
