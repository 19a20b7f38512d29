"""What a generated task is: a rule that draws one pair of texts from a random source."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Pair: TypeAlias = tuple[str, str]  # source, target
Draw: TypeAlias = Callable[[random.Random, int], Pair]


class Units(StrEnum):
    """What a side of a task is best cut into; `word` and `char` are kinds of tokenizers."""

    WORD = "word"
    CHAR = "char"
    PICTURE = "picture"  # a text of `seq2seq_core.pictures`
    NOTHING = "nothing"  # the side is the empty text


class Side(StrEnum):
    """A side of a pair."""

    SOURCE = "source"
    TARGET = "target"


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task that needs no download.

    `example` draws one pair at a difficulty from 1 to `difficulties`; `of_length`, where the task has it, one pair
    whose source has exactly so many units. No text occurs twice, or in two splits, on the side `distinct`: the source,
    except where a task has few sources or none.
    """

    name: str
    summary: str  # one line
    example: Draw
    difficulties: int
    source_units: Units
    target_units: Units
    of_length: Draw | None = None
    distinct: Side = Side.SOURCE


def words(text: str) -> tuple[str, ...]:
    """The words of a list written as one text."""
    return tuple(text.split())
