"""What the log.jsonl of a training tells: settings, series over the training, scores, and how it stands.

A resumed run repeats the updates since its last checkpoint; the log has both stretches, and the later one holds. A run
that is still going, or was killed within a line, has a log as well: lines that are no events are counted and left out.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from seq2seq_core.errors import DataError

LOG_NAME: Final = "log.jsonl"
SPEED: Final = "speed"  # tokens per second since the line before; worked out, not logged
_POSITION: Final = frozenset(
    ("event", "time", "update", "epoch", "tokens", "seconds", "tokens_per_second", "eta_seconds", "best")
)
_MEASURED: Final = ("update", "validation")


class RunState(StrEnum):
    """How a run stands, by its log."""

    ENDED = "ended"
    EARLY = "early"  # ended because validation got no better
    STOPPED = "stopped"  # asked to stop, and saved
    OPEN = "open"  # still going, or broken off


@dataclass(frozen=True, slots=True)
class Point:
    """One value; `tokens` and `seconds` are those of the whole training so far."""

    update: int
    tokens: float
    seconds: float
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """One number of the log over the training, as measured on the training pairs or in validation."""

    name: str
    validation: bool
    points: tuple[Point, ...]


@dataclass(slots=True)
class RunLog:
    """One run."""

    name: str
    series: tuple[Series, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    scores: dict[str, str] = field(default_factory=dict)
    parameters: int | None = None
    machine: str = ""
    command: str = ""
    state: RunState = RunState.OPEN
    updates: int = 0
    tokens: float = 0.0
    seconds: float = 0.0
    resumed: int = 0
    unreadable: int = 0


def read_runs(folders: Sequence[Path]) -> list[RunLog]:
    """The runs in the order given, named by as much of their paths as tells them apart.

    Raises:
        DataError: there is no log, or it cannot be read; a folder is given twice.
    """
    paths = [folder.absolute().parent if folder.name == LOG_NAME else folder.absolute() for folder in folders]
    if len(set(paths)) < len(paths):
        raise DataError(f"runs must differ from each other, got {', '.join(map(str, folders))}")
    return [read_run(path, name) for path, name in zip(paths, _names(paths), strict=True)]


def read_run(folder: Path, name: str) -> RunLog:
    """The run of a folder.

    Raises:
        DataError: there is no log, or it cannot be read.
    """
    path = folder / LOG_NAME
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    return run_of(lines, name)


def run_of(lines: Iterable[str], name: str) -> RunLog:
    """The run that the lines of a log tell of."""
    run = RunLog(name)
    measured: list[dict[str, Any]] = []
    events = [_event(line) for line in lines if line.strip()]
    for event in events:
        if event is None:
            continue
        match event["event"]:
            case "start":
                # A folder whose first checkpoint never came begins anew in the same file.
                run = RunLog(name)
                measured.clear()
                _take_record(run, event)
            case "resume":
                run.resumed += 1
                run.state = RunState.OPEN
                run.scores.clear()
                tokens = _number(event.get("tokens")) or 0.0
                measured = [each for each in measured if (_number(each.get("tokens")) or 0.0) <= tokens]
            case "update" | "validation" if _position(event) is not None:
                measured.append(event)
                run.state = RunState.OPEN  # a finished run may go on to a larger budget
            case "end":
                run.state = RunState.EARLY if event.get("early") is True else RunState.ENDED
            case "stopped":
                run.state = RunState.STOPPED
            case "test":
                run.scores = {key: _text(value) for key, value in event.items() if key not in _POSITION}
    run.series = tuple(_series(measured))
    if measured:
        last = measured[-1]
        run.updates, run.tokens, run.seconds = int(_number(last.get("update")) or 0), *_at(last)
    run.unreadable = events.count(None)
    return run


def _event(line: str) -> dict[str, Any] | None:
    """The event of a line; None where it is none."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def _take_record(run: RunLog, event: Mapping[str, Any]) -> None:
    parameters = event.get("parameters")
    run.parameters = parameters if isinstance(parameters, int) and not isinstance(parameters, bool) else None
    run.settings, run.data, run.versions = (_flat(event.get(name)) for name in ("options", "data", "versions"))
    run.machine, run.command = (_text(event.get(name, "")) for name in ("machine", "command"))


def _flat(value: object, prefix: str = "") -> dict[str, str]:
    """Nested settings by the names that the command line gives them, such as model.dropout."""
    flat: dict[str, str] = {}
    for name, entry in value.items() if isinstance(value, Mapping) else ():
        flat |= _flat(entry, f"{prefix}{name}.") if isinstance(entry, Mapping) else {f"{prefix}{name}": _text(entry)}
    return flat


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.6g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False, default=str)


def _series(measured: Sequence[Mapping[str, Any]]) -> Iterator[Series]:
    for kind in _MEASURED:
        events = [event for event in measured if event["event"] == kind]
        names = dict.fromkeys(name for event in events for name in event if name not in _POSITION)
        for name in names:
            points = tuple(point for event in events if (point := _point(event, name)) is not None)
            if points:
                yield Series(name, kind == "validation", points)
    speed = tuple(_speeds([event for event in measured if event["event"] == "update"]))
    if speed:
        yield Series(SPEED, False, speed)


def _speeds(updates: Sequence[Mapping[str, Any]]) -> Iterator[Point]:
    """Tokens per second between two lines of the log, validations in between included."""
    tokens, seconds = 0.0, 0.0
    for event in updates:
        (now_tokens, now_seconds), before = _at(event), (tokens, seconds)
        tokens, seconds = now_tokens, now_seconds
        if seconds > before[1] and tokens > before[0]:
            value = (tokens - before[0]) / (seconds - before[1])
            yield Point(int(_number(event.get("update")) or 0), tokens, seconds, value)


def _point(event: Mapping[str, Any], name: str) -> Point | None:
    value = _number(event.get(name))
    return None if value is None else Point(int(_number(event.get("update")) or 0), *_at(event), value)


def _position(event: Mapping[str, Any]) -> float | None:
    return _number(event.get("tokens"))


def _at(event: Mapping[str, Any]) -> tuple[float, float]:
    """Tokens and seconds."""
    return _number(event.get("tokens")) or 0.0, _number(event.get("seconds")) or 0.0


def _number(value: object) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _names(paths: Sequence[Path]) -> list[str]:
    """The last part of each path; more of it where two end alike."""
    longest = max(len(path.parts) for path in paths)
    for count in range(1, longest):
        names = ["/".join(path.parts[-count:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in paths]
