"""Copy and reverse: blank-separated small letters, each drawn evenly and on its own.

    copy:     c a t a  ->  c a t a
    reverse:  c a t a  ->  a t a c

Lengths are drawn evenly: 1 to 10 letters at difficulty 1, 1 to 20 at 2, 1 to 40 at 3. (A large set of distinct sources
has fewer of one or two letters than that, because there are few of them.)
"""

import random
import string
from typing import Final

from seq2seq_core.tasks.task import Pair, Task, Units

LENGTHS: Final = {1: range(1, 11), 2: range(1, 21), 3: range(1, 41)}  # by difficulty


def copy_of_length(rng: random.Random, length: int) -> Pair:
    """So many letters, and the same again."""
    source = " ".join(rng.choices(string.ascii_lowercase, k=length))
    return source, source


def reverse_of_length(rng: random.Random, length: int) -> Pair:
    """So many letters, and the same from the last to the first."""
    source, _ = copy_of_length(rng, length)
    return source, source[::-1]


def copy_example(rng: random.Random, difficulty: int) -> Pair:
    """Letters to copy, of a length of the difficulty."""
    return copy_of_length(rng, rng.choice(LENGTHS[difficulty]))


def reverse_example(rng: random.Random, difficulty: int) -> Pair:
    """Letters to reverse, of a length of the difficulty."""
    return reverse_of_length(rng, rng.choice(LENGTHS[difficulty]))


COPY: Final = Task(
    name="copy",
    summary="Letters -> the same letters",
    example=copy_example,
    difficulties=len(LENGTHS),
    source_units=Units.WORD,
    target_units=Units.WORD,
    of_length=copy_of_length,
)

REVERSE: Final = Task(
    name="reverse",
    summary="Letters -> the same letters from the last to the first",
    example=reverse_example,
    difficulties=len(LENGTHS),
    source_units=Units.WORD,
    target_units=Units.WORD,
    of_length=reverse_of_length,
)
