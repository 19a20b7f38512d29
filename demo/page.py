"""The page as Gradio has it, and where that needs to be another: errors, and how the page is made."""

from collections.abc import Callable
from typing import Any, Final

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.components import State
from gradio.state_holder import SessionState

from demo.failures import log_failure
from demo.inputs import LARGEST_INPUT, TooLargeError, check_inputs
from demo.uploads import uploads_folder
from demo.waiting import WaitingRoom
from demo.wording import LANGUAGE_NAMES, words_for
from demo.wording.page_words import FrameWords

CHOICES: Final = frozenset({"again", "choose", "expand", "point_click"})  # events of what is in view


class Page(gr.Blocks):
    """A page whose events carry what they may and never end in a stack trace, and that is made once.

    Args:
        waiting: events of one kind that may wait for their turn.
        at_once: events of one kind that may run at once.

    Attributes:
        language: the component that holds the language of a visitor's page, once there is one.
    """

    def __init__(self, *, waiting: int, at_once: int, **named: Any) -> None:
        self._waiting, self._at_once = waiting, at_once
        self.language: gr.Radio | None = None
        super().__init__(**named)

    def queue(self, *_arguments: Any, **_named: Any) -> "Page":
        """Gradio calls it in the constructor; called a second time it would make the whole server again."""
        super().queue()
        self._queue = WaitingRoom(
            self._waiting,
            lambda: self.language,
            live_updates=True,
            concurrency_count=self.max_threads,
            update_intervals=1,
            blocks=self,
            default_concurrency_limit=self._at_once,
        )
        return self

    def get_config_file(self) -> Any:
        """All components as the browser gets them. Gradio asks for it at every stage; only the launch sends it."""
        return super().get_config_file() if getattr(self, "exited", False) else {}

    async def process_api(self, block_fn: Any, inputs: list[Any], *arguments: Any, **named: Any) -> Any:
        """Gradio would print the error, its message and the inputs of the event.

        Raises:
            gr.Error: an error that was meant for the visitor, or the sentence for all others; or what is in view on
                the page is no longer kept here.
        """
        event = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        if is_forgotten(event, named.get("state")):
            raise gr.Error(self._words(event, inputs).forgotten, print_exception=False)
        try:
            check_inputs(inputs, uploads_folder())
            answer = await super().process_api(block_fn, inputs, *arguments, **named)
        except gr.Error as error:
            error.print_exception = False  # it may hold what a visitor sent
            raise
        except TooLargeError:
            text = in_all_languages(lambda words: words.too_large.format(limit=f"{LARGEST_INPUT:,}"))
            raise gr.Error(text, print_exception=False) from None
        except Exception as error:
            log_failure("an event", error)
            raise gr.Error(in_all_languages(lambda words: words.failed), print_exception=False) from None
        if named.get("iterator") is not None and not answer["is_generating"]:
            answer["data"] = [gr.skip() for _ in answer["data"]]  # else the browser gets the last answer once more
        return answer

    def _words(self, event: BlockFunction, inputs: list[Any]) -> FrameWords:
        """In the language of the page that asks, where the event says which that is."""
        known = self.language in event.inputs and len(inputs) == len(event.inputs)
        return words_for(str(inputs[event.inputs.index(self.language)]) if known else "").page.frame


def is_forgotten(event: BlockFunction, session: SessionState | None) -> bool:
    """Whether something in view was chosen, and the session has nothing of it any more: the page was away for long."""
    states = [block for block in event.inputs if isinstance(block, State) and block.value is None]
    is_choice = any(name in CHOICES for _, name in event.targets)
    return is_choice and bool(states) and session is not None and all(session[each._id] is None for each in states)


def in_all_languages(sentence: Callable[[FrameWords], str]) -> str:
    """For whoever reads it: what happened outside an event's own handler knows no language."""
    return " / ".join(sentence(words_for(tag).page.frame) for tag in LANGUAGE_NAMES)
