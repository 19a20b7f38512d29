"""What becomes of an error that nobody foresaw: a sentence for the visitor, one line in the log, and on it goes.

The line names the kind of error and the way to it, never its message: that may hold what a visitor wrote. With logging
at the level DEBUG the whole of it is told.
"""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final

import gradio as gr

from demo.inputs import LARGEST_INPUT, TooLargeError, check_inputs
from demo.uploads import uploads_folder
from demo.wording import LANGUAGE_NAMES, words_for
from demo.wording.page_words import FrameWords

DEEPEST: Final = 4  # calls on the way that the log names, the last ones
_log = logging.getLogger(__name__)


class Page(gr.Blocks):
    """A page whose events carry what they may, and never end in a stack trace."""

    async def process_api(self, block_fn: Any, inputs: list[Any], *arguments: Any, **named: Any) -> Any:
        """Gradio would print the error, its message and the inputs of the event.

        Raises:
            gr.Error: an error that was meant for the visitor, or the sentence for all others.
        """
        try:
            check_inputs(inputs, uploads_folder())
            return await super().process_api(block_fn, inputs, *arguments, **named)
        except gr.Error as error:
            error.print_exception = False  # Gradio's own would be printed whole
            raise
        except TooLargeError:
            text = in_all_languages(lambda words: words.too_large.format(limit=f"{LARGEST_INPUT:,}"))
            raise gr.Error(text, print_exception=False) from None
        except Exception as error:
            log_failure("an event", error)
            raise gr.Error(in_all_languages(lambda words: words.failed), print_exception=False) from None


def in_all_languages(sentence: Callable[[FrameWords], str]) -> str:
    """For whoever reads it: what happened outside an event's own handler knows no language."""
    return " / ".join(sentence(words_for(tag).page.frame) for tag in LANGUAGE_NAMES)


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
