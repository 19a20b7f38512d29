"""Models that only one visitor has: those that they have trained."""

import threading
from collections.abc import Callable
from typing import Any, TypeAlias

from .gallery import GalleryEntry
from .problems import Problem, RequestError

Visitor: TypeAlias = Callable[[], str | None]


def nobody() -> None:
    """Who asks, where visitors are not told apart."""


class OwnModels:
    """By visitor, in the order in which they came; safe to use from many threads."""

    def __init__(self, visitor: Callable[[], Any]) -> None:
        self._visitor = visitor
        self._models: dict[str, list[GalleryEntry]] = {}
        self._lock = threading.Lock()

    @property
    def models(self) -> tuple[GalleryEntry, ...]:
        """Of the visitor who asks."""
        who = self._visitor()
        with self._lock:
            return tuple(self._models.get(who, ())) if who else ()

    def add(self, visitor: str, entry: GalleryEntry) -> None:
        with self._lock:
            self._models.setdefault(visitor, []).append(entry)

    def remove(self, name: str) -> bool:
        """Whether somebody had it."""
        with self._lock:
            for visitor, models in self._models.items():
                kept = [entry for entry in models if entry.name != name]
                if len(kept) < len(models):
                    self._models[visitor] = kept
                    if not kept:
                        del self._models[visitor]
                    return True
        return False

    def named(self, name: str) -> GalleryEntry:
        """Anybody's; for the shelf, which loads in a thread of its own.

        Raises:
            RequestError: it is gone.
        """
        with self._lock:
            for models in self._models.values():
                for entry in models:
                    if entry.name == name:
                        return entry
        raise RequestError(Problem.FAILED)
