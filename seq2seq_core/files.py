"""Files and folders that are either whole or not there: written under another name, flushed, then renamed. And text
files read line by line."""

import codecs
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from seq2seq_core.errors import CheckpointError, DataError

if sys.platform != "win32":
    import fcntl

LARGEST_FILE: Final = 2 << 30  # bytes; a larger file of a checkpoint is refused before it is read


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says against writing into an error that names the file.

    Raises:
        DataError: the file cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """A file to write into; it takes the name `path` when it is complete, and leaves the old one after an error.

    What is no regular file (a pipe, /dev/null) has no content to protect and is written directly.
    """
    with writing(path):
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
            return
        target = path.resolve()  # a link goes on pointing to the file
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_folder(target.parent)


@contextmanager
def sole_use(folder: Path) -> Iterator[None]:
    """The folder, made if it is not there, for one process at a time; where that ends, in any way, it is free again.

    Windows has no such locks: nothing is held there.

    Raises:
        DataError: another process holds it, or it cannot be made.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    with writing(folder):
        place = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(f"output must be free, but another process is writing to {folder}") from None
        yield
    finally:
        os.close(place)


def write_file(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves the old content or the new one.

    Raises:
        DataError: the file cannot be written.
    """
    with replaced(path) as file:
        file.write(content)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files as one unit.

    A folder cannot be replaced in one rename, so the old one steps aside as `.NAME.old` first. If the process dies
    between the two renames, readers find it there (`standing_folder`) and the next writer puts it back.

    Raises:
        DataError: the folder cannot be written.
    """
    folder = folder.resolve()
    new, old = _beside(folder, "new"), _beside(folder, "old")
    with writing(folder):
        recover_folder(folder)
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        try:
            for name, content in files.items():
                write_file(new / name, content)
            flush_folder(new)
        except BaseException:  # a disk that is full needs the room
            shutil.rmtree(new, ignore_errors=True)
            raise
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
        flush_folder(folder.parent)
        shutil.rmtree(old, ignore_errors=True)


def recover_folder(folder: Path) -> None:
    """Undo what a crash inside `write_folder` left; only for the process that writes the folder."""
    if (standing := standing_folder(folder)) != folder:
        standing.rename(folder)


def standing_folder(folder: Path) -> Path:
    """Where the whole content of a folder stands: under its name, or, after a crash, still aside."""
    old = _beside(folder, "old")
    return old if old.exists() and not folder.exists() else folder


def regular_file(folder: Path, name: str) -> Path:
    """A file that lies in the folder itself; a link, a pipe or a device is not followed.

    Raises:
        CheckpointError: it is no such file, or is too large.
    """
    path = folder / name
    try:
        if Path(name).name != name or path.is_symlink():
            raise CheckpointError(f"{folder}: files must lie in the folder itself, got {name!r}")
        status = path.stat()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise CheckpointError(f"{path}: must be a regular file, got {stat.filemode(status.st_mode)}")
    if status.st_size > LARGEST_FILE:
        raise CheckpointError(f"{path}: at most {LARGEST_FILE} bytes are read, got {status.st_size}")
    return path


def read_regular(folder: Path, name: str) -> bytes:
    """The content of such a file.

    Raises:
        CheckpointError: it is no such file, is too large or cannot be read.
    """
    path = regular_file(folder, name)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}")


def utf8_lines(file: Iterable[bytes], name: str) -> Iterator[str]:
    """The lines of a text file without their ends (LF or CRLF) and without the byte order mark some editors put first.

    Only a line feed ends a line, so that other separators stay text.

    Raises:
        DataError: a line is not UTF-8; the message names `name` and the line.
    """
    for number, raw in enumerate(file, start=1):
        line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        try:
            text = line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError as error:
            raise DataError(f"{name}, line {number}: not UTF-8 (byte {error.start + 1} of the line)") from error
        yield text


def _beside(folder: Path, suffix: str) -> Path:
    return folder.parent / f".{folder.name}.{suffix}"


def flush_folder(folder: Path) -> None:
    """Make the names of new files survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
