"""Uploads: a folder of this process alone, emptied of what is old, and gone when the app ends.

The page deletes a file as soon as it has read it. What is swept here is what never got so far: uploads that broke off,
or that nobody asked anything about.
"""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

FOLDER_VARIABLE: Final = "GRADIO_TEMP_DIR"  # where Gradio keeps them
PREFIX: Final = "seq2seq-lab-"
OLD: Final = 300.0  # seconds


@contextmanager
def private_uploads(old: float = OLD) -> Iterator[Path]:
    """Inside the block Gradio keeps uploads in a new folder, which only this user may read.

    Raises:
        OSError: the folder cannot be made.
    """
    before = os.environ.get(FOLDER_VARIABLE)
    if before:
        Path(before).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=before))
    os.environ[FOLDER_VARIABLE] = str(folder)
    over = threading.Event()
    sweeper = threading.Thread(target=_sweep_again, args=(folder, old, over), name="sweeps uploads", daemon=True)
    sweeper.start()
    try:
        yield folder
    finally:
        over.set()
        sweeper.join()
        shutil.rmtree(folder, ignore_errors=True)
        os.environ.pop(FOLDER_VARIABLE)
        if before:
            os.environ[FOLDER_VARIABLE] = before


def sweep(folder: Path, old: float) -> None:
    """Delete the files that nobody has written to for so many seconds, and the folders that they leave empty."""
    limit = time.time() - old
    found = sorted(folder.rglob("*"), reverse=True)  # what lies in a folder comes before the folder
    for path in [path for path in found if _written(path) < limit]:
        with suppress(OSError):  # somebody else was faster, or it is not empty
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def _written(path: Path) -> float:
    """When, in seconds; one that is gone by now was written this moment."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return time.time()


def _sweep_again(folder: Path, old: float, over: threading.Event) -> None:
    while not over.wait(old / 2):
        sweep(folder, old)
