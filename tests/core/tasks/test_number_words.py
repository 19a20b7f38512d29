"""Number words against a reader written for the test: it adds up words, the task divides numbers."""

import pytest

from seq2seq_core.tasks import generate
from seq2seq_core.tasks.number_words import LARGEST_DIGITS, number_words
from seq2seq_core.tasks.task import words

BELOW_TWENTY = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
VALUES = {
    **{word: number for number, word in enumerate(BELOW_TWENTY)},
    **{word: 10 * number for number, word in enumerate(TENS, start=2)},
}


def value(text: str) -> int:
    """What the words amount to."""
    total, group = 0, 0
    for word in text.replace("-", " ").split(" "):
        if word in ("million", "thousand"):
            total, group = total + group * {"million": 1_000_000, "thousand": 1_000}[word], 0
        elif word == "hundred":
            group *= 100
        else:
            group += VALUES[word]
    return total + group


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "zero"),
        (7, "seven"),
        (13, "thirteen"),
        (20, "twenty"),
        (21, "twenty-one"),
        (99, "ninety-nine"),
        (100, "one hundred"),
        (105, "one hundred five"),
        (340, "three hundred forty"),
        (1000, "one thousand"),
        (1001, "one thousand one"),
        (234_017, "two hundred thirty-four thousand seventeen"),
        (1_000_000, "one million"),
        (9_999_999, "nine million nine hundred ninety-nine thousand nine hundred ninety-nine"),
    ],
)
def test_numbers_are_read_as_in_english(number: int, text: str) -> None:
    assert number_words(number) == text


def test_words_add_up_to_their_number() -> None:
    for number in [*range(2000), *range(0, 10_000_000, 7919)]:
        assert value(number_words(number)) == number


@pytest.mark.parametrize("difficulty", LARGEST_DIGITS)
def test_both_tasks_pair_words_with_their_digits(difficulty: int) -> None:
    there = generate("number-words", "train", 500, difficulty=difficulty, seed=1)
    back = generate("digits-to-words", "train", 500, difficulty=difficulty, seed=1)
    for text, digits in [
        *zip(there.sources, there.targets, strict=True),
        *zip(back.targets, back.sources, strict=True),
    ]:
        assert digits == str(value(text))
        assert len(digits) <= LARGEST_DIGITS[difficulty]


def test_difficulty_is_the_number_of_digits() -> None:
    for difficulty, digits in ((1, 3), (2, 6), (3, 7)):
        sources = generate("digits-to-words", "test", 60, difficulty=difficulty, seed=1).sources
        assert max(map(len, sources)) == digits
