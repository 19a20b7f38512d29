"""Freed memory goes back to the system, now and then.

A search is thousands of short-lived blocks among some that stay, and the C library keeps the room between those for
later. Under mixed use the app held 300 MB more than it used after seven minutes, and ever more (tests/bench/README.md).
"""

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

SECONDS_BETWEEN: Final = 60.0


@contextmanager
def memory_given_back(every: float = SECONDS_BETWEEN) -> Iterator[None]:
    """Inside the block, every so many seconds; nothing happens where the C library has no such call."""
    give_back, over = _give_back(), threading.Event()
    if give_back is None:
        yield
        return
    thread = threading.Thread(target=_again, args=(give_back, every, over), name="gives memory back", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _again(give_back: Callable[[int], int], every: float, over: threading.Event) -> None:
    while not over.wait(every):
        give_back(0)


def _give_back() -> Callable[[int], int] | None:
    """glibc's malloc_trim."""
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return None
    return found
