"""Freed memory goes back to the system, now and then.

A search is thousands of short-lived blocks among some that stay, and the C library keeps the room between those for
later. Under mixed use the app held 300 MB more than it used after seven minutes, and ever more (tests/bench/README.md).
"""

import ctypes
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from demo.again import again_and_again

SECONDS_BETWEEN: Final = 60.0


def memory_given_back(every: float = SECONDS_BETWEEN) -> AbstractContextManager[None]:
    """Inside the block, every so many seconds; nothing happens where the C library has no such call."""
    give_back = _give_back()
    if give_back is None:
        return nullcontext()
    return again_and_again(lambda: give_back(0), seconds=every, name="gives memory back")


def _give_back() -> Callable[[int], int] | None:
    """glibc's malloc_trim."""
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return None
    return found
