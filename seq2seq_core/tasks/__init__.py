"""What is to be learnt: parallel files, and generated tasks that need no download, one file each.

To add a task: a new file here and a line in `TASKS`. A task draws pairs of texts; `generate` makes data sets of them.

Pairs depend on (name, split, difficulty or lengths, seed) alone, so that a smaller count is the beginning of a larger
one. They are the same in every process and on every machine. A new version of Python may draw others, because `random`
promises no more; `ParallelText.digest` shows it.
"""

import random
from collections.abc import Callable, Mapping
from typing import Final

from seq2seq_core.errors import OptionError
from seq2seq_core.tasks import classes, dates, labels, language, letters, names, number_words, parse, shapes, sorting
from seq2seq_core.tasks.parallel import ParallelText, from_pairs
from seq2seq_core.tasks.splits import Split, distinct_pairs
from seq2seq_core.tasks.task import Pair, Side, Task, Units

TASKS: Final[Mapping[str, Task]] = {
    "copy": letters.COPY,
    "reverse": letters.REVERSE,
    "sort": sorting.SORT,
    "sort-pointers": sorting.SORT_POINTERS,
    "dates": dates.TASK,
    "number-words": number_words.NUMBER_WORDS,
    "digits-to-words": number_words.DIGITS_TO_WORDS,
    "names": names.TASK,
    "parse": parse.TASK,
    "labels": labels.TASK,
    "class-to-sequence": classes.TASK,
    "shapes": shapes.TASK,
    "language": language.TASK,
}


def generate(name: str, split: Split | str, count: int, *, difficulty: int, seed: int) -> ParallelText:
    """`count` pairs of a task, all distinct; no source (or target, see `Task.distinct`) lies in two splits.

    Raises:
        OptionError: the task or split is unknown, the difficulty or count is out of its range, or the split has fewer
            distinct pairs than asked for.
    """
    task = task_named(name)
    _check_whole("difficulty", difficulty, 1, task.difficulties)
    return _generate(
        task, split, count, f"difficulty {difficulty}, seed {seed}", lambda rng: task.example(rng, difficulty)
    )


def generate_of_length(name: str, split: Split | str, count: int, *, lengths: range, seed: int) -> ParallelText:
    """`count` distinct pairs whose sources have one of the given lengths in units, drawn evenly.

    Raises:
        OptionError: as `generate`; or the task has no lengths, or `lengths` is empty or not from 1 up.
    """
    task = task_named(name)
    if (of_length := task.of_length) is None:
        measured = ", ".join(name for name, task in TASKS.items() if task.of_length)
        raise OptionError(f"lengths can be chosen for the tasks {measured}, got {name!r}")
    if not lengths or min(lengths) < 1:
        raise OptionError(f"lengths must be a range of numbers from 1 up, got {lengths}")
    return _generate(task, split, count, f"{lengths}, seed {seed}", lambda rng: of_length(rng, rng.choice(lengths)))


def task_named(name: str) -> Task:
    """The task of that name.

    Raises:
        OptionError: there is none; the message lists those there are.
    """
    if name not in TASKS:
        raise OptionError(f"task must be one of {', '.join(TASKS)}, got {name!r}")
    return TASKS[name]


def _generate(
    task: Task, split: Split | str, count: int, setting: str, draw: Callable[[random.Random], Pair]
) -> ParallelText:
    if split not in list(Split):
        raise OptionError(f"split must be one of {', '.join(Split)}, got {split!r}")
    _check_whole("count", count, 1)
    rng = random.Random(f"{task.name}, {split}, {setting}")
    try:
        return from_pairs(distinct_pairs(draw, rng, Split(split), task.distinct, count))
    except OptionError as error:
        raise OptionError(f"task {task.name}, {setting}: {error}") from error


def _check_whole(name: str, value: object, low: int, high: int | None = None) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < low or (high is not None and value > high):
        bound = f"from {low} to {high}" if high is not None else f"of {low} or more"
        raise OptionError(f"{name} must be a whole number {bound}, got {value!r}")


__all__ = [
    "TASKS",
    "Pair",
    "ParallelText",
    "Side",
    "Split",
    "Task",
    "Units",
    "generate",
    "generate_of_length",
    "task_named",
]
