"""What every generated task promises: distinct texts, splits apart, the same data everywhere, clear refusals."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seq2seq_core.errors import OptionError
from seq2seq_core.pictures import parse_picture
from seq2seq_core.tasks import TASKS, ParallelText, Side, Split, Task, Units, generate, generate_of_length
from seq2seq_core.tasks.parallel import read_parallel, write_tsv
from seq2seq_core.tokenizer import TokenizerKind
from tests.support.project import ROOT

COUNTS = {Split.TRAIN: 300, Split.VALID: 30, Split.TEST: 30}
SETTINGS = [(name, difficulty) for name, task in TASKS.items() for difficulty in range(1, task.difficulties + 1)]
MEASURED = [name for name, task in TASKS.items() if task.of_length]


def judged(task: Task, text: ParallelText) -> tuple[str, ...]:
    """The side that must differ."""
    return text.sources if task.distinct is Side.SOURCE else text.targets


def units(kind: Units, text: str) -> Iterator[str]:
    match kind:
        case Units.WORD:
            yield from text.split(" ")
        case Units.CHAR:
            yield from text
        case Units.PICTURE:
            yield from map(str, parse_picture(text).flat)
        case Units.NOTHING:
            assert text == ""


@pytest.mark.parametrize("name", TASKS)
def test_a_task_stands_in_the_table_under_its_name(name: str) -> None:
    assert TASKS[name].name == name
    assert "\n" not in TASKS[name].summary


@pytest.mark.parametrize(("name", "difficulty"), SETTINGS)
def test_texts_are_distinct_and_in_one_split_only(name: str, difficulty: int) -> None:
    seen = [
        text
        for split, count in COUNTS.items()
        for text in judged(TASKS[name], generate(name, split, count, difficulty=difficulty, seed=1))
    ]
    assert len(seen) == len(set(seen)) == sum(COUNTS.values())


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if task.difficulties > 1])
def test_what_is_tested_at_one_difficulty_was_not_trained_at_another(name: str) -> None:
    hard = judged(TASKS[name], generate(name, "train", 400, difficulty=2, seed=1))
    easy = judged(TASKS[name], generate(name, "test", 50, difficulty=1, seed=2))
    assert not set(hard) & set(easy)


@pytest.mark.parametrize("name", TASKS)
def test_a_smaller_set_is_the_beginning_of_a_larger_one(name: str) -> None:
    small, large = (generate(name, "train", count, difficulty=1, seed=7) for count in (20, 50))
    assert (small.sources, small.targets) == (large.sources[:20], large.targets[:20])


@pytest.mark.parametrize("name", TASKS)
def test_seeds_and_splits_draw_differently(name: str) -> None:
    first = generate(name, "train", 20, difficulty=1, seed=1)
    assert first != generate(name, "train", 20, difficulty=1, seed=2)
    assert first != generate(name, "test", 20, difficulty=1, seed=1)


@pytest.mark.parametrize(("name", "difficulty"), SETTINGS)
def test_one_source_has_one_target_unless_targets_are_drawn_freely(name: str, difficulty: int) -> None:
    task = TASKS[name]
    drawn = [generate(name, "test", 30, difficulty=difficulty, seed=seed) for seed in range(5)]
    pairs = {pair for text in drawn for pair in zip(text.sources, text.targets, strict=True)}
    assert (len({source for source, _ in pairs}) == len(pairs)) is (task.distinct is Side.SOURCE)


@pytest.mark.parametrize(("name", "difficulty"), SETTINGS)
def test_no_unit_is_empty_or_holds_what_a_file_cannot(name: str, difficulty: int) -> None:
    task, text = TASKS[name], generate(name, "train", 50, difficulty=difficulty, seed=1)
    for source, target in zip(text.sources, text.targets, strict=True):
        assert all(units(task.source_units, source))
        assert all(units(task.target_units, target))
        assert not set("\t\r\n") & set(source + target)


def test_units_of_texts_are_kinds_of_tokenizers() -> None:
    assert {TokenizerKind(unit) for unit in (Units.WORD, Units.CHAR)} == {TokenizerKind.WORD, TokenizerKind.CHAR}


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if task.source_units is not Units.NOTHING])
def test_a_generated_text_and_its_file_are_the_same(tmp_path: Path, name: str) -> None:
    text = generate(name, "train", 20, difficulty=1, seed=1)
    write_tsv(text, tmp_path / "a.tsv")
    assert read_parallel(str(tmp_path / "a.tsv")) == text
    assert text.digest == hashlib.sha256((tmp_path / "a.tsv").read_bytes()).hexdigest()


def test_every_process_draws_the_same() -> None:
    program = (
        "from seq2seq_core.tasks import *\nfor n in TASKS: print(generate(n, 'test', 9, difficulty=1, seed=3).digest)"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split()
        for hash_seed in ("1", "2")
    ]
    here = [generate(name, "test", 9, difficulty=1, seed=3).digest for name in TASKS]
    assert runs == [here, here]


@pytest.mark.parametrize("name", MEASURED)
def test_lengths_can_be_chosen(name: str) -> None:
    text = generate_of_length(name, "test", 200, lengths=range(5, 8), seed=1)
    assert {len(source.split()) for source in text.sources} == {5, 6, 7}


def test_splits_of_chosen_lengths_are_apart_from_those_of_difficulties() -> None:
    measured = generate_of_length("copy", "test", 500, lengths=range(3, 4), seed=1)
    trained = generate("copy", "train", 5000, difficulty=1, seed=1)
    assert not set(measured.sources) & set(trained.sources)


def test_about_eight_tenths_of_the_sources_are_for_training() -> None:
    # Of all 676 sources of two letters 541 are expected; the standard deviation is sqrt(676 * 0.8 * 0.2) = 10.4.
    with pytest.raises(OptionError, match=r"got 676 for \d+ found") as refused:
        generate_of_length("copy", "train", 676, lengths=range(2, 3), seed=1)
    assert abs(int(str(refused.value).split()[-2]) - 541) < 52


@pytest.mark.parametrize(
    ("name", "split", "count", "difficulty", "message"),
    [
        ("poetry", "train", 5, 1, "task must be one of copy, reverse, .*, got 'poetry'"),
        ("dates", "dev", 5, 1, "split must be one of train, valid, test, got 'dev'"),
        ("dates", "train", 0, 1, "count must be a whole number of 1 or more, got 0"),
        ("dates", "train", True, 1, "count must be a whole number of 1 or more, got True"),
        ("dates", "train", 5, 0, "difficulty must be a whole number from 1 to 3, got 0"),
        ("dates", "train", 5, 4, "difficulty must be a whole number from 1 to 3, got 4"),
        ("shapes", "train", 5, 3, "difficulty must be a whole number from 1 to 2, got 3"),
    ],
)
def test_an_impossible_setting_is_named(name: str, split: str, count: int, difficulty: int, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        generate(name, split, count, difficulty=difficulty, seed=1)


def test_too_few_sources_end_in_numbers_and_not_in_a_loop() -> None:
    rule = (
        r"task number-words, difficulty 1, seed 1: count must not exceed the distinct sources of test, got 1000 for \d+"
    )
    with pytest.raises(OptionError, match=rule):
        generate("number-words", "test", 1000, difficulty=1, seed=1)


@pytest.mark.parametrize("lengths", [range(0), range(0, 3), range(-2, 3)])
def test_lengths_are_numbers_from_one_up(lengths: range) -> None:
    with pytest.raises(OptionError, match=r"lengths must be a range of numbers from 1 up, got range\("):
        generate_of_length("copy", "train", 5, lengths=lengths, seed=1)


def test_a_task_without_lengths_says_which_have_them() -> None:
    with pytest.raises(OptionError, match="for the tasks copy, reverse, sort, sort-pointers, got 'dates'"):
        generate_of_length("dates", "train", 5, lengths=range(1, 3), seed=1)
