"""A visitor's pairs, checked line by line before any process sees them; a trained model as one file to take away."""

import unicodedata
import zipfile
from enum import StrEnum
from pathlib import Path
from typing import Final

from ..uploaded import TooLargeError, take

MOST_LINES: Final = 5_000
FEWEST_LINES: Final = 20
MOST_BYTES: Final = 1_000_000
LONGEST_SIDE: Final = 150  # characters
FOUND_SHOWN: Final = 60  # characters of a line that a message quotes


class UploadProblem(StrEnum):
    """What can be wrong with a file; the page has a sentence for each."""

    NO_FILE = "no file"
    TOO_LARGE = "too large"
    NOT_TEXT = "not text"
    TOO_FEW = "too few"
    TOO_MANY = "too many"
    ONE_SOURCE = "one source"
    TABS = "tabs"
    EMPTY_SIDE = "empty side"
    LONG_SIDE = "long side"
    CONTROL = "control"


class UploadError(ValueError):
    """A file that is not learnt from; `values` fill the braces of its sentence, `line` among them where it has one."""

    def __init__(self, problem: UploadProblem, **values: object) -> None:
        super().__init__(problem.value)
        self.problem, self.values = problem, values


def read_upload(content: bytes) -> list[tuple[str, str]]:
    """The pairs of a file: a source, a tab, a target on every line; blank lines are left out.

    Raises:
        UploadError: names the rule, and the line where one breaks it.
    """
    if len(content) > MOST_BYTES:
        raise UploadError(UploadProblem.TOO_LARGE, limit=MOST_BYTES, found=len(content))
    pairs = []
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            line = raw.decode("utf-8").removesuffix("\r")
        except UnicodeDecodeError:
            raise UploadError(UploadProblem.NOT_TEXT, line=number) from None
        if line.strip():
            pairs.append(_pair(number, line))
        if len(pairs) > MOST_LINES:
            raise UploadError(UploadProblem.TOO_MANY, line=number, limit=MOST_LINES)
    if len(pairs) < FEWEST_LINES:
        raise UploadError(UploadProblem.TOO_FEW, limit=FEWEST_LINES, found=len(pairs))
    if len({source for source, _ in pairs}) == 1:
        raise UploadError(UploadProblem.ONE_SOURCE)
    return pairs


def take_upload(path: str | None) -> list[tuple[str, str]]:
    """The pairs of an uploaded file, which is deleted, whatever is in it.

    Raises:
        UploadError: see `read_upload`.
    """
    if not path:
        raise UploadError(UploadProblem.NO_FILE)
    try:
        content = take(path, MOST_BYTES)
    except TooLargeError as error:
        raise UploadError(UploadProblem.TOO_LARGE, limit=MOST_BYTES, found=error.size) from None
    except OSError:
        raise UploadError(UploadProblem.NO_FILE) from None
    return read_upload(content)


def zip_folder(folder: Path, name: str, path: Path) -> Path:
    """A checkpoint folder as a zip that unpacks to one folder of that name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            if file.is_file():
                archive.write(file, f"{name}/{file.name}")
    return path


def _pair(number: int, line: str) -> tuple[str, str]:
    sides = line.split("\t")
    shown = line[:FOUND_SHOWN]
    if len(sides) != 2:
        raise UploadError(UploadProblem.TABS, line=number, tabs=len(sides) - 1, found=shown)
    for side in sides:
        if not side.strip():
            raise UploadError(UploadProblem.EMPTY_SIDE, line=number, found=shown)
        if len(side) > LONGEST_SIDE:
            raise UploadError(UploadProblem.LONG_SIDE, line=number, limit=LONGEST_SIDE, found=len(side))
        if any(unicodedata.category(character) == "Cc" for character in side):
            raise UploadError(UploadProblem.CONTROL, line=number)
    return sides[0], sides[1]
