"""What becomes of an error that nobody foresaw: one line in the log, and on it goes; see `Page` for the visitor.

The line names the kind of error and the way to it, never its message: that may hold what a visitor wrote. With logging
at the level DEBUG the whole of it is told.
"""

import logging
import os
from pathlib import Path
from traceback import extract_tb
from typing import Final

DEEPEST: Final = 4  # calls on the way that the log names, the last ones
_log = logging.getLogger(__name__)


def log_failure(what: str, error: BaseException) -> None:
    """One line about what failed, without the error's own words."""
    _log.error("%s failed: %s, %s", what, _kind(error), _way(error))
    _log.debug("%s failed", what, exc_info=error)


def _kind(error: BaseException) -> str:
    """Of what the system refused, its reason too."""
    reason = f" ({os.strerror(error.errno)})" if isinstance(error, OSError) and error.errno else ""
    return type(error).__name__ + reason


def _way(error: BaseException) -> str:
    """The last calls before the error, as file:line function."""
    calls = extract_tb(error.__traceback__)[-DEEPEST:]
    return " > ".join(f"{Path(call.filename).name}:{call.lineno} {call.name}" for call in calls)
