"""What a lesson reports: one JSON line per look at the model, and beside it the search of the fixed example.

    lesson.jsonl         frames, and why the process ended; one line each, written in one piece
    attention/00007.json greedy's trace (seq2seq-trace/1) of the fixed example in frame 7
    lesson.json          the settings; pairs.tsv: the pairs, where they are a visitor's
    last/, model/        checkpoints: to go on from, and to use (the model as the last frame shows it)

Standard library only.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

OPTIONS: Final = "lesson.json"
LINES: Final = "lesson.jsonl"
PAIRS: Final = "pairs.tsv"
MODEL: Final = "model"
ATTENTION: Final = "attention"
STOP: Final = "stop"  # said to the process on its standard input


class Ending(StrEnum):
    """Why a lesson's process ended."""

    STOPPED = "stopped"  # it was told to
    LEARNT = "learnt"  # every held-out pair is right, several looks in a row
    TIME = "time"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """A held-out source, what the model says (greedy), and what is right."""

    source: str
    output: str
    target: str

    @property
    def is_right(self) -> bool:
        return self.output == self.target


@dataclass(frozen=True, slots=True)
class Frame:
    """One look at the model; rates are from 0 to 1.

    `loss` and `true_prefix` are teacher-forced: the decoder reads the true previous token. `own_prefix` and `exact`
    are greedy decoding: the decoder reads what it wrote.
    """

    number: int
    update: int
    tokens: int  # target tokens learnt from
    seconds: float  # since the lesson began, all of it: starting, learning and looking
    epsilon: float  # of the coming update
    loss: float  # nats per target token, held-out pairs
    taught: float | None  # the loss that was minimised, mean since the last frame; None before the first update
    true_prefix: float  # share of held-out tokens predicted first, given the true ones before
    own_prefix: float  # share of held-out tokens that stand in the output at their place
    exact: float  # share of held-out pairs whose output is the target
    held_out: int  # pairs
    answers: tuple[Answer, ...]  # some that are right and some that are wrong

    def to_line(self) -> str:
        return json.dumps({"event": "frame", **asdict(self)}, ensure_ascii=False, allow_nan=False) + "\n"


@dataclass(frozen=True, slots=True)
class Ended:
    """The last line of a process."""

    ending: Ending
    message: str = ""  # of a failure

    def to_line(self) -> str:
        return json.dumps({"event": "end", **asdict(self)}, ensure_ascii=False) + "\n"


def read_lines(path: Path, offset: int) -> tuple[list[Frame | Ended], int]:
    """The whole lines after a place in the file, and the place after them; a line that is still written waits.

    Raises:
        ValueError, KeyError, TypeError: the file holds something else.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return [], offset
    whole = content[: content.rfind(b"\n") + 1]
    return list(_read(whole.decode("utf-8"))), offset + len(whole)


def attention_file(folder: Path, number: int) -> Path:
    """The trace that belongs to a frame."""
    return folder / ATTENTION / f"{number:05}.json"


def _read(text: str) -> Iterator[Frame | Ended]:
    for line in filter(None, text.split("\n")):  # other separators are text
        values: dict[str, Any] = json.loads(line)
        match values.pop("event"):
            case "frame":
                answers = tuple(Answer(**answer) for answer in values.pop("answers"))
                yield Frame(**values, answers=answers)
            case "end":
                yield Ended(Ending(values["ending"]), values["message"])
