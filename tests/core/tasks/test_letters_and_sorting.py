"""Copy, reverse, sort and sort-pointers, checked without sorting or reversing as the tasks do."""

import random
from collections import Counter
from itertools import pairwise

import pytest

from seq2seq_core.tasks import generate
from seq2seq_core.tasks.letters import LENGTHS as LETTERS
from seq2seq_core.tasks.letters import copy_of_length, reverse_of_length
from seq2seq_core.tasks.sorting import LENGTHS as NUMBERS
from seq2seq_core.tasks.sorting import pointers_of_length, sort_of_length


class Dealt(random.Random):
    """A random source that deals the given values."""

    def __init__(self, *values: object) -> None:
        super().__init__(0)
        self.values = list(values)

    def choices(self, *_: object, **__: object) -> list[object]:  # type: ignore[override]
        return self.values


def test_hand_made_examples() -> None:
    assert copy_of_length(Dealt("c", "a", "t", "a"), 4) == ("c a t a", "c a t a")
    assert reverse_of_length(Dealt("c", "a", "t", "a"), 4) == ("c a t a", "a t a c")
    assert sort_of_length(Dealt(31, 4, 15, 4), 4) == ("31 4 15 4", "4 4 15 31")
    assert pointers_of_length(Dealt(31, 4, 15, 4), 4) == ("31 4 15 4", "2 4 3 1")


@pytest.mark.parametrize("difficulty", LETTERS)
def test_letters_are_copied_and_reversed_one_by_one(difficulty: int) -> None:
    for name, place in (("copy", lambda i, n: i), ("reverse", lambda i, n: n - 1 - i)):
        text = generate(name, "test", 100, difficulty=difficulty, seed=1)
        for source, target in zip(text.sources, text.targets, strict=True):
            letters, answer = source.split(" "), target.split(" ")
            assert all(len(letter) == 1 and "a" <= letter <= "z" for letter in letters)
            assert [answer[place(i, len(letters))] for i in range(len(letters))] == letters


@pytest.mark.parametrize("difficulty", NUMBERS)
def test_sorted_numbers_are_the_same_and_never_fall(difficulty: int) -> None:
    text = generate("sort", "test", 100, difficulty=difficulty, seed=1)
    for source, target in zip(text.sources, text.targets, strict=True):
        given, answer = ([int(word) for word in side.split(" ")] for side in (source, target))
        assert Counter(given) == Counter(answer)
        assert all(low <= high for low, high in pairwise(answer))
        assert min(given) >= 0
        assert max(given) <= 99


@pytest.mark.parametrize("difficulty", NUMBERS)
def test_pointers_visit_every_position_once_by_value_then_place(difficulty: int) -> None:
    text = generate("sort-pointers", "test", 100, difficulty=difficulty, seed=1)
    for source, target in zip(text.sources, text.targets, strict=True):
        numbers, pointers = ([int(word) for word in side.split(" ")] for side in (source, target))
        assert set(pointers) == set(range(1, len(numbers) + 1))
        visited = [(numbers[pointer - 1], pointer) for pointer in pointers]
        assert all(low < high for low, high in pairwise(visited))


@pytest.mark.parametrize(("name", "lengths"), [("copy", LETTERS), ("reverse", LETTERS), ("sort", NUMBERS)])
def test_difficulty_is_length(name: str, lengths: dict[int, range]) -> None:
    for difficulty, allowed in lengths.items():
        text = generate(name, "test", 600, difficulty=difficulty, seed=1)
        found = {len(source.split()) for source in text.sources}
        assert found <= set(allowed)
        assert max(found) == allowed[-1]
