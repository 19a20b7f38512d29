"""Uploads: a folder of this process alone, emptied of what is old, and gone when the app ends.

The page deletes a file as soon as it has read it. What is swept here is what never got so far: uploads that broke off,
or that nobody asked anything about; and what an app left behind that was killed.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from demo.again import again_and_again
from demo.service.lab import new_folder

FOLDER_VARIABLE: Final = "GRADIO_TEMP_DIR"  # where Gradio keeps them
OLD: Final = 300.0  # seconds
MOST_BYTES: Final = 200_000_000  # of all uploads that wait together
MOST_FILES: Final = 2_000


def uploads_folder() -> Path:
    """Where Gradio keeps uploads now: inside `private_uploads` its folder, elsewhere Gradio's own."""
    return Path(os.environ.get(FOLDER_VARIABLE) or Path(tempfile.gettempdir()) / "gradio")


@contextmanager
def private_uploads(old: float = OLD) -> Iterator[Path]:
    """Inside the block Gradio keeps uploads in a new folder, which only this user may read.

    Raises:
        OSError: the folder cannot be made.
    """
    before = os.environ.get(FOLDER_VARIABLE)
    if before:
        Path(before).mkdir(parents=True, exist_ok=True)
    with private_folder(before) as folder:
        os.environ[FOLDER_VARIABLE] = str(folder)
        try:
            with again_and_again(lambda: sweep(folder, old), seconds=old / 2, name="sweeps uploads"):
                yield folder
        finally:
            os.environ.pop(FOLDER_VARIABLE)
            if before:
                os.environ[FOLDER_VARIABLE] = before


@contextmanager
def private_folder(shelf: str | None = None) -> Iterator[Path]:
    """A new folder that only this user may read, gone after the block.

    Raises:
        OSError: it cannot be made.
    """
    folder = new_folder(Path(shelf or tempfile.gettempdir())).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def has_room(folder: Path) -> bool:
    """Whether more may be uploaded; nobody can fill the disk."""
    found = list(folder.rglob("*"))
    return len(found) < MOST_FILES and sum(_size(path) for path in found) < MOST_BYTES


def sweep(folder: Path, old: float) -> None:
    """Delete the files that nobody has written to for so many seconds, and the folders that they leave empty."""
    limit = time.time() - old
    found = sorted(folder.rglob("*"), reverse=True)  # what lies in a folder comes before the folder
    for path in [path for path in found if _written(path) < limit]:
        with suppress(OSError):  # somebody else was faster, or it is not empty
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def _size(path: Path) -> int:
    """In bytes; one that is gone by now has none."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _written(path: Path) -> float:
    """When, in seconds; one that is gone by now was written this moment."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return time.time()
