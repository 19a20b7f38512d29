"""The content of an uploaded file, which is deleted as soon as it was read.

Gradio names an upload after its content: what two visitors of a class upload at the same time is one file. So that the
second of them is served too, the latest contents are remembered for a minute; who names the path has had the content.
"""

import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import Final

REMEMBERED: Final = 16  # files
SECONDS: Final = 60.0

_lock = threading.Lock()
_latest: OrderedDict[str, tuple[float, bytes]] = OrderedDict()  # by path, when and what


class TooLargeError(ValueError):
    """A file has more bytes than are taken: `size`."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def take(path: str, most: int) -> bytes:
    """The content of an upload; the file is gone afterwards, whatever is in it.

    Raises:
        OSError: it cannot be read, and was not read a moment ago.
        TooLargeError: it has more than `most` bytes.
    """
    file = Path(path)
    with _lock:
        _forget()
        try:
            if (size := file.stat().st_size) > most:
                raise TooLargeError(size)
            content = file.read_bytes()
        except FileNotFoundError:
            if path not in _latest:
                raise
            content = _latest[path][1]
        finally:
            file.unlink(missing_ok=True)
        if len(content) > most:  # it was taken by somebody who takes more
            raise TooLargeError(len(content))
        _latest[path] = time.monotonic(), content
        _latest.move_to_end(path)
        return content


def _forget() -> None:
    """What is old, and all but the latest."""
    limit = time.monotonic() - SECONDS
    while _latest and (len(_latest) >= REMEMBERED or next(iter(_latest.values()))[0] < limit):
        _latest.popitem(last=False)
