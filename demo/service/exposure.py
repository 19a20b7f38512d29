"""Exposure bias, measured once: files written by `python -m seq2seq_core.exposure`.

A damaged file is left out, with one line in the log: the page works without.
"""

import json
import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

EXPOSURE_FORMAT: Final = "seq2seq-exposure/1"
MOST_MODELS: Final = 12
MOST_POSITIONS: Final = 512
MOST_RANDOM: Final = 5  # random tokens; each has its look in the figure
LONGEST_NAME: Final = 80
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MeasuredShare:
    """`count` of `n`, in percent; `low` and `high` bound the 95 % interval."""

    n: int
    count: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MeasuredPerplexity:
    """exp of the mean loss over so many tokens; `low` and `high` bound the 95 % interval."""

    value: float
    low: float
    high: float
    tokens: int


@dataclass(frozen=True, slots=True)
class ExposedModel:
    """One model; shares are listed by position from the first, recovery by the number of random tokens from 0."""

    name: str
    epsilon: float  # probability of the true token at the end of training
    gold: tuple[MeasuredShare, ...]
    own: tuple[MeasuredShare, ...]
    recovery: tuple[tuple[MeasuredShare, ...], ...]
    teacher_forced_perplexity: MeasuredPerplexity
    free_running_perplexity: MeasuredPerplexity
    cut_short: MeasuredShare
    repeated: MeasuredShare
    wrong_after_right: MeasuredShare

    @property
    def cost_of_own_prefix(self) -> float:
        """How many times larger the perplexity is after the model's own prefix than after the true one."""
        return self.free_running_perplexity.value / self.teacher_forced_perplexity.value


@dataclass(frozen=True, slots=True)
class ExposureTask:
    """A task and its models; the first two are meant to stand beside each other."""

    task: str
    pairs: int
    place: int  # tokens of the prefix that the damage ends
    models: tuple[ExposedModel, ...]


def read_exposure(folder: Path) -> tuple[ExposureTask, ...]:
    """The files of a folder, the clearest first: where a model's own prefix costs the first model most."""
    tasks = _readable(sorted(folder.glob("*.json")))
    return tuple(sorted(tasks, key=lambda task: -task.models[0].cost_of_own_prefix))


def _readable(paths: list[Path]) -> Iterator[ExposureTask]:
    for path in paths:
        try:
            yield _task(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            _log.warning("%s is not shown: %s: %s", path.name, type(error).__name__, error)


def _task(record: Mapping[str, Any]) -> ExposureTask:
    if record["format"] != EXPOSURE_FORMAT:
        raise ValueError(f"format must be {EXPOSURE_FORMAT}, got {record['format']!r:.40}")
    models = tuple(_model(model) for model in record["models"])
    if not 1 <= len(models) <= MOST_MODELS:
        raise ValueError(f"models must be 1 to {MOST_MODELS}, got {len(models)}")
    place = _count(record["settings"]["damage"]["place"])
    return ExposureTask(_name(record["task"]), _count(record["data"]["pairs"]), place, models)


def _model(record: Mapping[str, Any]) -> ExposedModel:
    measured = record["measured"]
    recovery = tuple(_shares(shares) for shares in measured["recovery"])
    if not 1 <= len(recovery) <= MOST_RANDOM + 1:
        raise ValueError(f"recovery must be from 0 to at most {MOST_RANDOM} random tokens, got {len(recovery)} lists")
    epsilon = _number(record["epsilon"])
    if not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon must be from 0 to 1, got {epsilon}")
    return ExposedModel(
        name=_name(record["name"]),
        epsilon=epsilon,
        gold=_shares(measured["gold"]),
        own=_shares(measured["own"]),
        recovery=recovery,
        teacher_forced_perplexity=_perplexity(measured["teacher_forced_perplexity"]),
        free_running_perplexity=_perplexity(measured["free_running_perplexity"]),
        **{name: _share(measured[name]) for name in ("cut_short", "repeated", "wrong_after_right")},
    )


def _shares(records: object) -> tuple[MeasuredShare, ...]:
    if not isinstance(records, list) or not 1 <= len(records) <= MOST_POSITIONS:
        raise ValueError(f"shares must be a list of 1 to {MOST_POSITIONS}, got {records!r:.40}")
    return tuple(_share(record) for record in records)


def _share(record: Mapping[str, Any]) -> MeasuredShare:
    n, count = (_count(record[name]) for name in ("n", "count"))
    value, low, high = (_number(record[name]) for name in ("value", "low", "high"))
    if not 0 <= count <= n or not 0 <= low <= high <= 100 or not 0 <= value <= 100:
        raise ValueError(f"a share must be some of n, in percent, got {record!r:.120}")
    return MeasuredShare(n, count, value, low, high)


def _perplexity(record: Mapping[str, Any]) -> MeasuredPerplexity:
    value, low, high = (_number(record[name]) for name in ("value", "low", "high"))
    if value < 1 or low > high:
        raise ValueError(f"a perplexity must be 1 or more and its interval in order, got {record!r:.120}")
    return MeasuredPerplexity(value, low, high, _count(record["tokens"]))


def _name(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= LONGEST_NAME:
        raise ValueError(f"a name must have 1 to {LONGEST_NAME} letters, got {value!r:.40}")
    return value.strip()


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"a count must be a whole number from 0, got {value!r:.40}")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"a measured value must be a number, got {value!r:.40}")
    return float(value)
