"""Housekeeping: something small that is done again and again while the app runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def again_and_again(do: Callable[[], object], *, seconds: float, name: str) -> Iterator[None]:
    """Inside the block, every so many seconds, in a thread of that name."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(seconds):
            do()

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
