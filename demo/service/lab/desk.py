"""Who may train, in which order and for how long: one desk for all visitors.

    lab = Lab(service)
    lab.start("visitor", [LessonOptions()])
    lab.runs("visitor")      # as often as the page likes; a visitor who never asks again counts as gone
    lab.leave("visitor")     # ends their trainings and deletes all they have
    lab.close()
"""

import logging
import os
import re
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from seq2seq_core.lesson.frames import LINES, MODEL, OPTIONS, PAIRS, Ended, Ending, Frame, read_lines
from seq2seq_core.lesson.options import LONGEST_LESSON, OWN_FILE, LessonOptions, Schedule

from ..gallery import STRANGE, describe_folder
from ..model import Service
from .files import zip_folder
from .folders import Folders
from .pairs import Comparison
from .process import COMMAND, Command, Process
from .runs import LIVE, UNFINISHED, RunView, Stage

LETTERS: Final = "AB"
_BEATS_A_SECOND: Final = 5
_ENDINGS: Final = {
    Ending.STOPPED: Stage.STOPPED,
    Ending.LEARNT: Stage.LEARNT,
    Ending.TIME: Stage.TIME,
    Ending.FAILED: Stage.FAILED,
}
_KIND: Final = re.compile(r"[A-Za-z_.]+(?=:|$)")  # of an error, at the beginning of a line of standard error
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a shared machine bears."""

    at_once: int = 2  # trainings, of all visitors together
    seconds: float = LONGEST_LESSON  # of one training, after which it saves its model and ends
    grace: float = 30.0  # seconds more, after which it is killed
    to_stop: float = 20.0  # seconds to save its model in when it was told to stop
    absent: float = 120.0  # seconds without a look after which a visitor who trains or waits counts as gone
    kept: float = 3_600.0  # the same of one whose trainings have ended
    waiting: int = 40  # trainings in the queue
    visitors: int = 60  # who have trainings or pairs here; the one seen longest ago makes room for another


class CrowdedError(RuntimeError):
    """More want to train than the machine can serve within a lesson."""


@dataclass(slots=True, eq=False)
class _Run:
    visitor: str
    letter: str
    comparison: Comparison
    lesson: LessonOptions
    folder: Path
    stage: Stage = Stage.WAITING
    process: Process | None = None
    kill_at: float = 0.0
    offset: int = 0  # bytes of the report that were read
    frames: list[Frame] = field(default_factory=list)
    ended: Ended | None = None
    changes: list[int] = field(default_factory=list)
    model: str | None = None
    download: Path | None = None  # the folder of the zip
    message: str = ""

    @property
    def is_unfinished(self) -> bool:
        return self.stage in UNFINISHED


class Lab:
    """The desk; safe to use from many threads.

    Args:
        downloads: the folder of the zips, the only files of a lab that the page serves; beside the rest where None.
    """

    def __init__(
        self,
        service: Service,
        limits: Limits | None = None,
        command: Command = COMMAND,
        downloads: Path | None = None,
    ) -> None:
        self._service, self._limits, self._command = service, limits or Limits(), command
        self._downloads = downloads
        self._folders = Folders()
        self._runs: dict[str, list[_Run]] = {}
        self._queue: list[_Run] = []
        self._pairs: dict[str, tuple[tuple[str, str], ...]] = {}
        self._seen: dict[str, float] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._supervisor: threading.Thread | None = None

    def keep(self, visitor: str, pairs: Sequence[tuple[str, str]]) -> None:
        """A visitor's own pairs, until they leave; see `OWN_FILE`.

        Raises:
            CrowdedError: there are too many visitors.
        """
        with self._changed:
            self._make_room(visitor)
            self._pairs[visitor], self._seen[visitor] = tuple(pairs), time.monotonic()
            self._wake()

    def has_pairs(self, visitor: str) -> bool:
        """Whether the visitor has pairs of their own here."""
        return visitor in self._pairs

    def start(
        self, visitor: str, lessons: Sequence[LessonOptions], comparison: Comparison = Comparison.ONE
    ) -> None:
        """Trainings in the place of those that the visitor has.

        Raises:
            CrowdedError: too many wait already; what the visitor has stays.
            OSError: their folder cannot be written.
            ValueError: too many lessons, or one on a file that the visitor has not.
        """
        own = any(each.task == OWN_FILE for each in lessons)
        with self._changed:
            if not 1 <= len(lessons) <= len(LETTERS) or (own and not self.has_pairs(visitor)):
                raise ValueError(f"one or two lessons, with pairs where they are of a file, got {len(lessons)}")
            if sum(run.visitor != visitor for run in self._queue) + len(lessons) > self._limits.waiting:
                raise CrowdedError
            self._make_room(visitor)
            self._end(visitor)
            if self._closed:
                return
            runs = [
                self._new(visitor, letter, comparison, lesson)
                for letter, lesson in zip(LETTERS, lessons, strict=False)
            ]
            self._runs[visitor], self._seen[visitor] = runs, time.monotonic()
            self._queue += runs
            self._wake()

    def _make_room(self, visitor: str) -> None:
        """For one more visitor, by way of those whose trainings have ended.

        Raises:
            CrowdedError: all are still at it.
        """
        if visitor in self._seen or len(self._seen) < self._limits.visitors:
            return
        done = [each for each in self._seen if not any(run.is_unfinished for run in self._runs.get(each, ()))]
        if not done:
            raise CrowdedError
        self.leave(min(done, key=self._seen.__getitem__))

    def stop(self, visitor: str) -> None:
        """The visitor's trainings save their models and end; those that wait are cancelled."""
        with self._changed:
            for run in self._runs.get(visitor, ()):
                if run.stage is Stage.WAITING:
                    self._queue.remove(run)
                    run.stage = Stage.STOPPED if run.model else Stage.CANCELLED
                elif run.stage in (Stage.STARTING, Stage.RUNNING) and run.process:
                    run.process.ask_to_stop()
                    run.stage, run.kill_at = Stage.STOPPING, time.monotonic() + self._limits.to_stop
            self._wake()

    def go_on(self, visitor: str, schedules: Sequence[Schedule]) -> None:
        """Ended trainings take their place in the queue again; another schedule begins where it takes over."""
        with self._changed:
            for run, schedule in zip(self._runs.get(visitor, ()), schedules, strict=False):
                if run.is_unfinished or not run.frames or not (run.folder / "last").exists():
                    continue
                begun = run.lesson.schedule
                if replace(schedule, begins=begun.begins) != begun:
                    last = run.frames[-1]
                    run.lesson = replace(run.lesson, schedule=replace(schedule, begins=last.update))
                    run.changes.append(last.tokens)
                    (run.folder / OPTIONS).write_text(run.lesson.to_json(), encoding="utf-8")
                run.stage, run.ended, run.message = Stage.WAITING, None, ""
                self._queue.append(run)
            self._seen[visitor] = time.monotonic()
            self._wake()

    def runs(self, visitor: str) -> tuple[RunView, ...]:
        """The visitor's trainings as they are; asking says that the visitor is there."""
        with self._changed:
            if visitor in self._seen:
                self._seen[visitor] = time.monotonic()
            return tuple(self._view(run) for run in self._runs.get(visitor, ()))

    def zipped(self, visitor: str, letter: str) -> Path | None:
        """A training's model as a zip; None where it has none."""
        with self._changed:
            run = next((each for each in self._runs.get(visitor, ()) if each.letter == letter), None)
            if run is None or run.model is None or run.is_unfinished:
                return None
            name = f"lab-{run.letter}-{run.lesson.task or 'own'}"
            try:
                if run.download is None:  # under a name that nobody else knows
                    run.download = Path(tempfile.mkdtemp(dir=self._downloads or run.folder))
                return zip_folder(run.folder / run.model, name, run.download / f"{name}.zip")
            except OSError as error:
                _log.error("a trained model cannot be packed: %s", error.strerror)
                return None

    def leave(self, visitor: str) -> None:
        """The visitor is gone: their trainings end at once, and all that they have is deleted."""
        with self._changed:
            self._end(visitor)
            self._pairs.pop(visitor, None)
            self._seen.pop(visitor, None)

    def close(self) -> None:
        """All trainings end at once; none begins any more."""
        with self._changed:
            self._closed = True
            for visitor in list(self._seen):
                self.leave(visitor)
            self._folders.remove()
            self._changed.notify_all()

    def _end(self, visitor: str) -> None:
        """The visitor's trainings and what came of them."""
        runs = self._runs.pop(visitor, [])
        for run in runs:
            self._drop(run)
        if runs:
            self._wake()

    def _new(self, visitor: str, letter: str, comparison: Comparison, lesson: LessonOptions) -> _Run:
        folder = self._folders.new()
        lesson = replace(lesson, seconds=min(lesson.seconds, self._limits.seconds))
        (folder / OPTIONS).write_text(lesson.to_json(), encoding="utf-8")
        if lesson.task == OWN_FILE:
            lines = (f"{source}\t{target}\n" for source, target in self._pairs[visitor])
            (folder / PAIRS).write_text("".join(lines), encoding="utf-8")
        return _Run(visitor, letter, comparison, lesson, folder)

    def _view(self, run: _Run) -> RunView:
        return RunView(
            letter=run.letter,
            comparison=run.comparison,
            lesson=run.lesson,
            stage=run.stage,
            folder=run.folder,
            frames=tuple(run.frames),
            place=self._queue.index(run) + 1 if run.stage is Stage.WAITING else 0,
            changes=tuple(run.changes),
            model=run.model,
            message=run.message,
        )

    def _wake(self) -> None:
        if self._supervisor is None:
            self._supervisor = threading.Thread(target=self._supervise, name="training lab", daemon=True)
            self._supervisor.start()
        self._changed.notify_all()

    def _supervise(self) -> None:
        """Looks after the trainings as long as there are any."""
        with self._changed:
            while not self._closed:
                try:
                    self._beat()
                except Exception as error:
                    _log.error("the training lab stumbled: %s", type(error).__name__)
                    _log.debug("the training lab stumbled", exc_info=error)
                self._changed.wait(1 / _BEATS_A_SECOND if self._live() or self._queue else self._limits.absent / 2)

    def _beat(self) -> None:
        for run in self._live():
            self._follow(run)
        self._see_who_is_gone()
        while self._queue and len(self._live()) < self._limits.at_once:
            self._begin(self._queue.pop(0))

    def _live(self) -> list[_Run]:
        return [run for runs in self._runs.values() for run in runs if run.stage in LIVE]

    def _begin(self, run: _Run) -> None:
        try:
            run.process = Process(run.folder, self._command)
        except OSError as error:
            run.stage, run.message = Stage.FAILED, error.strerror or ""
            _log.error("a training cannot begin: %s", error.strerror)
            return
        run.stage, run.kill_at = Stage.STARTING, time.monotonic() + run.lesson.seconds + self._limits.grace

    def _follow(self, run: _Run) -> None:
        """What a process has reported, whether it has ended, and whether it should have."""
        assert run.process is not None
        status = run.process.status  # asked first: what it wrote before it ended is then there to be read
        self._read(run)
        if status is not None:
            run.process.release()
            self._conclude(run, status)
        elif time.monotonic() > run.kill_at:
            run.process.end()
            self._conclude(run, None)

    def _read(self, run: _Run) -> None:
        try:
            lines, run.offset = read_lines(run.folder / LINES, run.offset)
        except (ValueError, KeyError, TypeError) as error:
            _log.error("the report of a training cannot be read: %s", type(error).__name__)
            return
        for line in lines:
            if isinstance(line, Frame):
                run.frames.append(line)
                if run.stage is Stage.STARTING:
                    run.stage = Stage.RUNNING
            else:
                run.ended = line

    def _conclude(self, run: _Run, status: int | None) -> None:
        """A process has ended: as it says, or in another way."""
        words = run.process.last_words() if run.process else ""
        run.process = None
        if run.ended is None:
            run.stage = Stage.FAILED
            run.message = words or ("" if status is None else f"exit status {status}")
        else:
            run.stage, run.message = _ENDINGS[run.ended.ending], run.ended.message
        run.message = run.message.replace(f"{run.folder}{os.sep}", "")  # where it lies is nobody's business
        if run.stage is not Stage.FAILED:
            self._publish(run)
        if run.stage is Stage.FAILED:  # the message may hold a visitor's words
            kind = _KIND.match(words)
            _log.error("a training failed: status %s, %s", status, kind[0] if kind else "no error was named")

    def _publish(self, run: _Run) -> None:
        """The model into the visitor's gallery, in the place of the one that it had learnt from."""
        name = f"lab-{run.letter}-{secrets.token_hex(8)}"
        try:
            # a copy: the training may go on and write another one
            entry = describe_folder(shutil.copytree(run.folder / MODEL, run.folder / name))
        except STRANGE as error:
            run.stage, run.message = Stage.FAILED, str(error)
            return
        self._withdraw(run)
        run.model = name
        self._service.adopt(run.visitor, replace(entry, title=f"{run.letter} · {entry.title}"))

    def _withdraw(self, run: _Run) -> None:
        if run.model:
            self._service.disown(run.model)
            shutil.rmtree(run.folder / run.model, ignore_errors=True)
            run.model = None

    def _see_who_is_gone(self) -> None:
        now = time.monotonic()
        for visitor, seen in list(self._seen.items()):
            unfinished = any(run.is_unfinished for run in self._runs.get(visitor, ()))
            if now - seen > (self._limits.absent if unfinished else self._limits.kept):
                _log.info("a visitor of the training lab is gone")
                self.leave(visitor)

    def _drop(self, run: _Run) -> None:
        if run in self._queue:
            self._queue.remove(run)
        if run.process:
            run.process.end()
        self._withdraw(run)
        if run.download:
            shutil.rmtree(run.download, ignore_errors=True)
        shutil.rmtree(run.folder, ignore_errors=True)
