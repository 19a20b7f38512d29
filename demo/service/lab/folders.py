"""Where files lie that must not outlive this process: folders with its number in their names, deleted with it.

A page that was killed could not delete its own; the next one does, on the same machine.
"""

import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

_NAME: Final = "seq2seq-lab-{pid}-"
_OURS: Final = re.compile(r"seq2seq-lab-(\d+)-\w+")


class Folders:
    """Makes folders inside one that is made with the first of them."""

    def __init__(self, shelf: Path | None = None) -> None:
        self._shelf = shelf or Path(tempfile.gettempdir())
        self._folder: Path | None = None

    def new(self) -> Path:
        """An empty folder.

        Raises:
            OSError: it cannot be made.
        """
        if self._folder is None:
            self._folder = new_folder(self._shelf)
        return Path(tempfile.mkdtemp(dir=self._folder))

    def remove(self) -> None:
        """All of them."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def new_folder(shelf: Path) -> Path:
    """An empty folder of this process, which only this user may read; whoever makes it deletes it.

    Raises:
        OSError: it cannot be made.
    """
    remove_orphans(shelf)
    return Path(tempfile.mkdtemp(prefix=_NAME.format(pid=os.getpid()), dir=shelf))


def remove_orphans(shelf: Path) -> None:
    """Delete the folders of processes that are no more."""
    for folder in shelf.glob(_NAME.format(pid="*") + "*"):
        found = _OURS.fullmatch(folder.name)
        if found and not _lives(int(found.group(1))):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    with suppress(PermissionError):  # it lives, and is somebody else's
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True
