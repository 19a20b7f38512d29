"""Quality by length on generated tasks, measured once: files written by `python -m seq2seq_core.task_curve`.

A damaged file is left out, with one line in the log: the page works without.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from seq2seq_core.architecture import Architecture, describe

from .curve import Curve, curve_of

CURVES_FORMAT: Final = "seq2seq-curves/1"
MOST_RUNS: Final = 6
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """One model that was measured; it is not in the box."""

    architecture: Architecture
    parameters: int
    curve: Curve


@dataclass(frozen=True, slots=True)
class MeasuredTask:
    """A task, and how models do on it."""

    task: str
    runs: tuple[MeasuredRun, ...]


def read_measured(folder: Path) -> tuple[MeasuredTask, ...]:
    """The files of a folder, by name; none where there is no such folder."""
    return tuple(_readable(sorted(folder.glob("*.json"))))


def _readable(paths: list[Path]) -> Iterator[MeasuredTask]:
    for path in paths:
        try:
            yield _measured(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            _log.warning("%s is not shown: %s: %s", path.name, type(error).__name__, error)


def _measured(record: Mapping[str, Any]) -> MeasuredTask:
    if record["format"] != CURVES_FORMAT or not isinstance(record["task"], str):
        raise ValueError(f"format must be {CURVES_FORMAT} and the task a name, got {record['format']!r:.40}")
    runs = tuple(_run(run, record["measure"]) for run in record["runs"])
    if not 1 <= len(runs) <= MOST_RUNS:
        raise ValueError(f"runs must be 1 to {MOST_RUNS}, got {len(runs)}")
    return MeasuredTask(record["task"], runs)


def _run(record: Mapping[str, Any], measure: object) -> MeasuredRun:
    curve = curve_of({"measure": measure, "points": record["points"]})
    return MeasuredRun(describe(record["model"]), int(record["parameters"]), curve)
