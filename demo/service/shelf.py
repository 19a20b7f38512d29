"""Loaded models in bounded memory: each is loaded on first use, once, in the background; the one longest unused goes.

A model that is in use, or that somebody waits for, stays. A load that needs room waits until a model is free to go. A
model larger than the whole budget is loaded when it can be alone. One that cannot be loaded is tried again when it is
asked for after a while: its folder may be back, or a disk that was full.
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Final, Generic, TypeVar

from seq2seq_core.errors import Seq2SeqError

from .problems import Problem, RequestError

MEMORY_BUDGET: Final = 1_500_000_000  # bytes of weights
MOST_MODELS: Final = 16
SECONDS_TO_NEXT_TRY: Final = 10.0  # after a failure: many ask at once, and each try reads files for seconds
BYTES_OF_A_NUMBER: Final = 4  # float32 in memory, whatever the file has

Model = TypeVar("Model")
_log = logging.getLogger(__name__)


class State(StrEnum):
    """Where a model is."""

    ASLEEP = "asleep"  # not in memory; the first use wakes it
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"  # until somebody asks for it again later


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be in memory at once."""

    memory: int = MEMORY_BUDGET  # bytes
    models: int = MOST_MODELS


@dataclass(frozen=True, slots=True, eq=False)
class Lent(Generic[Model]):
    """A model in use, and what tells it from others that had its name or will have it."""

    model: Model
    identity: Hashable


@dataclass(slots=True, eq=False)
class _Place(Generic[Model]):
    size: int  # bytes
    state: State = State.ASLEEP
    model: Model | None = None
    takes_memory: bool = False  # loaded, or being loaded
    users: int = 0  # who use it or wait for it
    last_used: int = 0
    number: int = 0  # of all that ever had a place
    files: Hashable = None  # as they were before the model was loaded
    failed_at: float = 0.0

    def identity(self, files: Hashable) -> Hashable:
        return self.number, files


def no_files(_name: str) -> Hashable:
    """Of models that are not made of files."""
    return None


class Shelf(Generic[Model]):
    """Models by name; safe to use from many threads.

        shelf = Shelf({"small": 4_000_000}, load)
        with shelf.lend("small", patience=60) as lent: lent.model ...
    """

    def __init__(
        self,
        sizes: Mapping[str, int],
        load: Callable[[str], Model],
        budget: Budget | None = None,
        files: Callable[[str], Hashable] = no_files,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            files: what tells whether a model's files are still the same.
            clock: seconds.
        """
        self._turns = count(1)  # of uses and places
        self._places = {name: _Place[Model](size, number=next(self._turns)) for name, size in sizes.items()}
        self._load = load
        self._files = files
        self._budget = budget or Budget()
        self._changed = threading.Condition()
        self._reading = threading.Lock()  # two models that load at once take twice as long each
        self._clock = clock

    def add(self, name: str, size: int) -> None:
        """One more model, of so many bytes."""
        with self._changed:
            self._places[name] = _Place[Model](size, number=next(self._turns))

    def remove(self, name: str) -> None:
        """Forget a model; who uses it keeps it until they are done."""
        with self._changed:
            self._places.pop(name, None)
            self._changed.notify_all()

    def state(self, name: str) -> State:
        return self._place(name).state

    def identity(self, name: str) -> Hashable:
        """Of the model that is there, or else of the one that would be loaded now."""
        place = self._place(name)
        with self._changed:
            if place.state is State.READY:
                return place.identity(place.files)
        return place.identity(self._files(name))

    def want(self, name: str) -> None:
        """Begin to load it, in the background, unless that is done or was tried a moment ago."""
        place = self._place(name)
        with self._changed:
            if not self._is_due(place):
                return
            place.state = State.LOADING
        threading.Thread(target=self._fill, args=(name, place), name=f"loads {name}", daemon=True).start()

    def wait(self, name: str, seconds: float) -> State:
        """Wait until it is loaded or has failed, at most so long; its state then."""
        place = self._place(name)
        with self._changed:
            self._changed.wait_for(lambda: place.state in (State.READY, State.FAILED), seconds)
            return place.state

    @contextmanager
    def lend(self, name: str, patience: float) -> Iterator[Lent[Model]]:
        """The model, which stays in memory inside the block.

        Raises:
            RequestError: it is not there within `patience` seconds, or cannot be loaded.
        """
        place = self._place(name)
        with self._changed:
            place.users += 1
        try:
            self.want(name)
            self.wait(name, patience)
            if place.model is None:
                raise RequestError(Problem.FAILED if place.state is State.FAILED else Problem.LOADING)
            yield Lent(place.model, place.identity(place.files))
        finally:
            with self._changed:
                place.users -= 1
                place.last_used = next(self._turns)
                self._changed.notify_all()

    def _is_due(self, place: _Place[Model]) -> bool:
        """Whether asking for it begins a load."""
        waited = self._clock() - place.failed_at
        return place.state is State.ASLEEP or (place.state is State.FAILED and waited >= SECONDS_TO_NEXT_TRY)

    def _place(self, name: str) -> _Place[Model]:
        with self._changed:
            if name not in self._places:
                raise RequestError(Problem.FAILED)
            return self._places[name]

    def _fill(self, name: str, place: _Place[Model]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._make_room(place.size))
            place.takes_memory = True
        model = None
        try:
            with self._reading:
                place.files = self._files(name)  # first: files that change meanwhile make another model
                model = self._load(name)
        except (Seq2SeqError, OSError) as error:
            _log.error("the model %s cannot be used: %s", name, error)
        except Exception:
            _log.exception("the model %s cannot be used", name)
        finally:
            with self._changed:
                place.model, place.takes_memory = model, model is not None
                place.state = State.FAILED if model is None else State.READY
                place.failed_at = self._clock()
                place.last_used = next(self._turns)
                self._changed.notify_all()

    def _make_room(self, size: int) -> bool:
        """Whether so many bytes may be added, after the models that nobody uses have made room."""
        kept = [place for place in self._places.values() if place.takes_memory]
        idle = sorted(
            (place for place in kept if place.state is State.READY and not place.users),
            key=lambda place: place.last_used,
        )
        while kept and not self._fits(kept, size):
            if not idle:
                return False
            gone = idle.pop(0)
            kept.remove(gone)
            gone.model, gone.takes_memory, gone.state = None, False, State.ASLEEP
        return True

    def _fits(self, kept: list[_Place[Model]], size: int) -> bool:
        fewer = len(kept) < self._budget.models
        return fewer and sum(place.size for place in kept) + size <= self._budget.memory
