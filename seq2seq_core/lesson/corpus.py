"""The pairs of a lesson: those it learns from, those it is measured on, and the one whose attention is watched."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from seq2seq_core.errors import DataError
from seq2seq_core.lesson.frames import PAIRS
from seq2seq_core.lesson.options import LessonOptions
from seq2seq_core.tasks import ParallelText, Units, generate, task_named
from seq2seq_core.tasks.parallel import from_pairs, read_parallel
from seq2seq_core.tokenizer import TokenizerKind

TRAINED_ON: Final = 10_000  # pairs of a generated task
HELD_OUT: Final = 200
HELD_OUT_SHARE: Final = 0.1  # of a visitor's sources
FEWEST_SOURCES: Final = 2  # one to learn from, one to be measured on


@dataclass(frozen=True, slots=True)
class Corpus:
    """No source of `train` is in `held_out`."""

    train: ParallelText
    held_out: ParallelText
    source_kind: TokenizerKind
    target_kind: TokenizerKind

    @property
    def watched(self) -> int:
        """The held-out pair of middle length; of several, the first."""
        lengths = [len(source) for source in self.held_out.sources]
        middle = sorted(lengths)[len(lengths) // 2]
        return lengths.index(middle)


def corpus_of(lesson: LessonOptions, folder: Path) -> Corpus:
    """The pairs of a task, or those in the lesson's folder.

    Raises:
        DataError: the file cannot be used.
    """
    if not lesson.task:
        kind = TokenizerKind(lesson.cut.value)
        return Corpus(*split(read_parallel(str(folder / PAIRS)), lesson.seed), kind, kind)
    task = task_named(lesson.task)
    made = {"difficulty": lesson.difficulty, "seed": lesson.seed}
    return Corpus(
        generate(lesson.task, "train", TRAINED_ON, **made),
        generate(lesson.task, "valid", HELD_OUT, **made),
        _KINDS[task.source_units],
        _KINDS[task.target_units],
    )


def split(text: ParallelText, seed: int) -> tuple[ParallelText, ParallelText]:
    """To learn from, and held out: a tenth of the sources, from one to `HELD_OUT` of them, each with all its pairs.

    Raises:
        DataError: there is only one source.
    """
    sources = sorted(set(text.sources))
    if len(sources) < FEWEST_SOURCES:
        raise DataError(f"a file must have {FEWEST_SOURCES} or more different sources, got {len(sources)}")
    count = min(HELD_OUT, max(1, round(HELD_OUT_SHARE * len(sources))))
    chosen = set(random.Random(seed).sample(sources, count))
    pairs = list(zip(text.sources, text.targets, strict=True))
    return (
        from_pairs([pair for pair in pairs if pair[0] not in chosen]),
        from_pairs([pair for pair in pairs if pair[0] in chosen]),
    )


_KINDS: Final = {Units.CHAR: TokenizerKind.CHAR, Units.WORD: TokenizerKind.WORD}
