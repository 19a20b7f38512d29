"""What can be chosen in a lesson; standard library only."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Final

from seq2seq_core.errors import OptionError

OWN_FILE: Final = ""  # the task of a lesson on a visitor's own pairs
# The generated tasks with text on both sides and one right answer, and the difficulties that have pairs enough.
DIFFICULTIES: Final[Mapping[str, tuple[int, ...]]] = {
    "dates": (1, 2, 3),
    "copy": (1, 2, 3),
    "reverse": (1, 2, 3),
    "sort": (1, 2, 3),
    "number-words": (2, 3),
    "digits-to-words": (2, 3),
    "parse": (1, 2),
    "labels": (1, 2),
}
LONGEST_LESSON: Final = 180.0  # seconds


class Network(StrEnum):
    """What the model is made of."""

    GRU = "gru"
    LSTM = "lstm"
    RNN = "rnn"
    TRANSFORMER = "transformer"
    CONVOLUTIONAL = "convolutional"


class Looks(StrEnum):
    """How the decoder looks back at the source."""

    ADDITIVE = "additive"  # Bahdanau 2015, before the step
    GENERAL = "general"  # Luong 2015, after the step
    SCALED_DOT = "scaled-dot"
    LOCATION_AWARE = "location-aware"
    MONOTONIC = "monotonic"
    NONE = "none"  # one vector for the whole source: Cho 2014
    OWN = "own"  # of a Transformer and a convolutional network, which have no other


class Size(StrEnum):
    """How many features."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Course(StrEnum):
    """How epsilon, the probability that the decoder reads the TRUE previous token, goes (Bengio 2015)."""

    TRUTH = "truth"  # 1: teacher forcing
    FREE = "free"  # 0: free running
    LINEAR = "linear"
    EXPONENTIAL = "exponential"
    INVERSE_SIGMOID = "inverse-sigmoid"


class OwnToken(StrEnum):
    """Which token of its own the decoder reads where it is not the true one."""

    LIKELIEST = "argmax"
    DRAWN = "sample"


class Cut(StrEnum):
    """What the texts of a visitor's file are cut into."""

    CHARACTERS = "char"
    WORDS = "word"


WITHOUT_CHOICE: Final = (Network.TRANSFORMER, Network.CONVOLUTIONAL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """The course of epsilon.

    It begins when it is chosen: one that is chosen midway starts at 1 there, unless it is constant.
    """

    course: Course = Course.TRUTH
    half: int = 300
    """updates after which epsilon is one half, where it falls"""
    own: OwnToken = OwnToken.LIKELIEST
    begins: int = 0
    """updates that were made when it was chosen"""

    def __post_init__(self) -> None:
        _check_choice("course", self.course, Course)
        _check_choice("own", self.own, OwnToken)
        _check_whole("half", self.half, 10, 100_000)
        _check_whole("begins", self.begins, 0, 10**9)


@dataclass(frozen=True, kw_only=True, slots=True)
class LessonOptions:
    """One lesson.

    Raises:
        OptionError: a setting is unknown or out of its range, or two exclude each other.
    """

    task: str = "dates"
    """a generated task; empty: the pairs of the file `pairs.tsv` in the lesson's folder"""
    difficulty: int = 1
    cut: Cut = Cut.CHARACTERS
    """of the pairs of a file"""
    network: Network = Network.GRU
    looks: Looks = Looks.ADDITIVE
    size: Size = Size.MEDIUM
    schedule: Schedule = field(default_factory=Schedule)
    seed: int = 1
    seconds: float = LONGEST_LESSON
    """after so many the process ends, whatever it has learnt; each continuation has as many again"""

    def __post_init__(self) -> None:
        for name, kind in (("network", Network), ("looks", Looks), ("size", Size), ("cut", Cut)):
            _check_choice(name, getattr(self, name), kind)
        if self.task != OWN_FILE and self.task not in DIFFICULTIES:
            raise OptionError(f"task must be one of {', '.join(DIFFICULTIES)}, or empty, got {self.task!r}")
        if self.task and self.difficulty not in DIFFICULTIES[self.task]:
            known = ", ".join(map(str, DIFFICULTIES[self.task]))
            raise OptionError(f"difficulty of the task {self.task!r} must be one of {known}, got {self.difficulty!r}")
        if (self.looks is Looks.OWN) != (self.network in WITHOUT_CHOICE):
            raise OptionError(
                f"attention must be 'own' with the networks {', '.join(WITHOUT_CHOICE)}, and only there; "
                f"got {self.looks.value!r} with {self.network.value!r}"
            )
        _check_whole("seed", self.seed, 0, 2**31 - 1)
        if not 0.0 < self.seconds <= LONGEST_LESSON:
            raise OptionError(f"seconds must be above 0 and at most {LONGEST_LESSON}, got {self.seconds!r}")

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def read_options(text: str) -> LessonOptions:
    """What `to_json` wrote.

    Raises:
        OptionError: it is something else.
    """
    try:
        values = json.loads(text)
        return LessonOptions(**_known(LessonOptions, values) | {"schedule": Schedule(**_schedule(values["schedule"]))})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise OptionError(f"the settings of a lesson must be those that it wrote, got {error!s:.200}") from error


def _schedule(values: Mapping[str, Any]) -> dict[str, Any]:
    return _known(Schedule, values)


_KINDS: Final[Mapping[str, type[StrEnum]]] = {
    "network": Network,
    "looks": Looks,
    "size": Size,
    "cut": Cut,
    "course": Course,
    "own": OwnToken,
}


def _known(options: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the names of choices as choices."""
    names = {each.name for each in fields(options)}
    if strangers := set(values) - names:
        raise ValueError(f"unknown settings {', '.join(sorted(strangers))}")
    return {name: _KINDS[name](value) if name in _KINDS else value for name, value in values.items()}


def _check_choice(name: str, value: object, kind: type[StrEnum]) -> None:
    if not isinstance(value, kind):
        raise OptionError(f"{name} must be one of {', '.join(kind)}, got {value!r}")


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise OptionError(f"{name} must be a whole number from {low} to {high}, got {value!r}")


