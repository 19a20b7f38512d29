"""A training as the page sees it."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from seq2seq_core.lesson.frames import Frame
from seq2seq_core.lesson.options import LessonOptions

from .pairs import Comparison


class Stage(StrEnum):
    """Where a training is."""

    WAITING = "waiting"  # others train
    STARTING = "starting"  # nothing reported yet
    RUNNING = "running"
    STOPPING = "stopping"  # told to; it saves its model
    STOPPED = "stopped"
    LEARNT = "learnt"
    TIME = "time"  # the limit of a training is reached
    CANCELLED = "cancelled"  # stopped before it began
    FAILED = "failed"


LIVE = (Stage.STARTING, Stage.RUNNING, Stage.STOPPING)
UNFINISHED = (Stage.WAITING, *LIVE)


@dataclass(frozen=True, slots=True)
class RunView:
    """A training at one moment."""

    letter: str  # A, B
    comparison: Comparison  # of which it is a part
    lesson: LessonOptions
    stage: Stage
    folder: Path
    frames: tuple[Frame, ...]
    place: int = 0  # in the queue, from 1; 0 where it does not wait
    changes: tuple[int, ...] = field(default=())  # tokens at which the schedule was changed
    model: str | None = None  # by which name this visitor's gallery has it
    message: str = ""  # of a failure

    @property
    def last(self) -> Frame | None:
        return self.frames[-1] if self.frames else None

    @property
    def is_unfinished(self) -> bool:
        return self.stage in UNFINISHED

    @property
    def can_go_on(self) -> bool:
        """Whether it left something to go on from."""
        return not self.is_unfinished and self.model is not None
