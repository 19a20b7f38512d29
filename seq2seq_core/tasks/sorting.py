"""Sort and sort-pointers: blank-separated whole numbers from 0 to 99, each drawn evenly and on its own.

    sort:           31 4 15 4  ->  4 4 15 31    the numbers rising
    sort-pointers:  31 4 15 4  ->  2 4 3 1      their positions, counted from 1; of equal numbers the earlier first

The second is the task of a pointer network, whose outputs are source positions (Vinyals, Fortunato and Jaitly 2015,
"Pointer networks"). Lengths are drawn evenly: 2 to 6 numbers at difficulty 1, 2 to 12 at 2, 2 to 20 at 3.
"""

import random
from typing import Final

from seq2seq_core.tasks.task import Pair, Task, Units

LARGEST: Final = 99
LENGTHS: Final = {1: range(2, 7), 2: range(2, 13), 3: range(2, 21)}  # by difficulty


def sort_of_length(rng: random.Random, length: int) -> Pair:
    """So many numbers, and the same rising."""
    numbers = _numbers(rng, length)
    return _text(numbers), _text(sorted(numbers))


def pointers_of_length(rng: random.Random, length: int) -> Pair:
    """So many numbers, and their positions from the smallest number to the largest."""
    numbers = _numbers(rng, length)
    positions = sorted(range(1, length + 1), key=lambda position: numbers[position - 1])  # equals keep their order
    return _text(numbers), _text(positions)


def sort_example(rng: random.Random, difficulty: int) -> Pair:
    """Numbers to sort, of a length of the difficulty."""
    return sort_of_length(rng, rng.choice(LENGTHS[difficulty]))


def pointers_example(rng: random.Random, difficulty: int) -> Pair:
    """Numbers to point to, of a length of the difficulty."""
    return pointers_of_length(rng, rng.choice(LENGTHS[difficulty]))


def _numbers(rng: random.Random, length: int) -> list[int]:
    return rng.choices(range(LARGEST + 1), k=length)


def _text(numbers: list[int]) -> str:
    return " ".join(map(str, numbers))


SORT: Final = Task(
    name="sort",
    summary="Numbers -> the same numbers rising",
    example=sort_example,
    difficulties=len(LENGTHS),
    source_units=Units.WORD,
    target_units=Units.WORD,
    of_length=sort_of_length,
)

SORT_POINTERS: Final = Task(
    name="sort-pointers",
    summary="Numbers -> their positions from the smallest number to the largest",
    example=pointers_example,
    difficulties=len(LENGTHS),
    source_units=Units.WORD,
    target_units=Units.WORD,
    of_length=pointers_of_length,
)
