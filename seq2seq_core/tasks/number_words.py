"""English number words <-> digits, from 0 to 9,999,999.

    number-words:     two hundred thirty-four thousand seventeen  ->  234017
    digits-to-words:  234017  ->  two hundred thirty-four thousand seventeen

American wording: no "and", a hyphen between tens and units. Digits have no commas and no zeros in front. Numbers have 1
to 3 digits at difficulty 1, up to 6 at 2, up to 7 at 3; how many is drawn evenly, then the number. (A large set of
distinct numbers has fewer short ones than that, because there are few of them.)
"""

import random
from typing import Final

from seq2seq_core.tasks.task import Pair, Task, Units, words

LARGEST_DIGITS: Final = {1: 3, 2: 6, 3: 7}  # by difficulty
_BELOW_TWENTY: Final = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS: Final = words("twenty thirty forty fifty sixty seventy eighty ninety")
_GROUPS: Final = ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))


def number_words(number: int) -> str:
    """A number from 0 to 9,999,999 in words."""
    for size, name in _GROUPS:
        if number >= size:
            count, rest = divmod(number, size)
            tail = f" {number_words(rest)}" if rest else ""
            return f"{number_words(count)} {name}{tail}"
    if number < len(_BELOW_TWENTY):
        return _BELOW_TWENTY[number]
    tens, units = divmod(number, 10)
    tail = f"-{_BELOW_TWENTY[units]}" if units else ""
    return f"{_TENS[tens - 2]}{tail}"


def words_example(rng: random.Random, difficulty: int) -> Pair:
    """Words to write as digits."""
    number = _number(rng, difficulty)
    return number_words(number), str(number)


def digits_example(rng: random.Random, difficulty: int) -> Pair:
    """Digits to write as words."""
    number = _number(rng, difficulty)
    return str(number), number_words(number)


def _number(rng: random.Random, difficulty: int) -> int:
    digits = rng.randint(1, LARGEST_DIGITS[difficulty])
    return rng.randrange(10 ** (digits - 1) if digits > 1 else 0, 10**digits)


NUMBER_WORDS: Final = Task(
    name="number-words",
    summary="English number words -> digits",
    example=words_example,
    difficulties=len(LARGEST_DIGITS),
    source_units=Units.WORD,
    target_units=Units.CHAR,
)

DIGITS_TO_WORDS: Final = Task(
    name="digits-to-words",
    summary="Digits -> English number words",
    example=digits_example,
    difficulties=len(LARGEST_DIGITS),
    source_units=Units.CHAR,
    target_units=Units.WORD,
)
