"""What an event of the page may carry: values of a bounded size, and of files only those that were uploaded here.

Gradio takes a file's place from whoever sends the event. It would fetch an address of another host, and hand a handler
the path of a file that the page serves (which the handler then reads, and deletes as it deletes uploads). And it keeps
the last inputs of every visitor, however long they are.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

LARGEST_INPUT: Final = 100_000  # characters of texts and members of lists, of all inputs of one event together


class ForeignFileError(ValueError):
    """An input names a file that nobody uploaded."""


class TooLargeError(ValueError):
    """The inputs are more than an event may carry."""


def check_inputs(inputs: object, uploads: Path) -> None:
    """Walk through all that an event was sent, to any depth.

    Args:
        uploads: the folder in which uploads lie.

    Raises:
        ForeignFileError: a file lies elsewhere.
        TooLargeError: it is too much.
    """
    size, waiting = 0, [inputs]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, Mapping):
            _check_file(value, uploads)
            size += len(value)
            waiting += [*value, *value.values()]
        elif isinstance(value, Sequence):
            size += len(value)
            waiting += value
        if size > LARGEST_INPUT:
            raise TooLargeError


def _check_file(value: Mapping[Any, Any], uploads: Path) -> None:
    """A mapping is a file to Gradio where it has a path and says so; one that only has a path is held to it too."""
    place = value.get("path")
    if isinstance(place, str) and not _lies_in(place, uploads):
        raise ForeignFileError


def _lies_in(place: str, folder: Path) -> bool:
    try:
        return Path(place).is_absolute() and Path(place).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # too long, a loop of links, a NUL
        return False
