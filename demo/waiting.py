"""The queue of events: who finds it full is told so at once, in their language, and can come again."""

from collections.abc import Callable
from typing import Any, Final

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.queueing import Queue
from starlette.exceptions import HTTPException

from demo.wording import words_for

TOO_MANY: Final = 429
COME_AGAIN: Final = "5"  # seconds
ALTOGETHER: Final = 4  # times as many may wait for all kinds of events together


class WaitingRoom(Queue):
    """Gradio's queue, with a limit for each kind of event: who waits for a decode keeps nobody from looking around.

    Args:
        most: events of one kind that may wait.
        language: the component that holds the language of a visitor's page, for events that have it among their inputs;
            others are answered in the language that their request asks for.
    """

    def __init__(self, most: int, language: Callable[[], gr.Radio | None], **named: Any) -> None:
        self.most, self.altogether = most, ALTOGETHER * most
        super().__init__(max_size=self.altogether, **named)
        self.language = language

    async def push(self, body: Any, request: Any, username: str | None) -> Any:
        """Take an event in, or not.

        Raises:
            HTTPException: too many wait already.
        """
        event = self.blocks.fns.get(body.fn_index)
        if event and (waiting := self._waiting(event)):
            text = words_for(self._tag(event, body, request)).page.frame.crowded.format(waiting=waiting)
            raise HTTPException(TOO_MANY, text, headers={"Retry-After": COME_AGAIN})
        return await super().push(body, request, username)

    def _waiting(self, event: BlockFunction) -> int:
        """How many wait where there is no room for one more; else 0."""
        line = self.event_queue_per_concurrency_id.get(event.concurrency_id)
        alike = len(line.queue) if line else 0
        return next((found for found, most in ((alike, self.most), (len(self), self.altogether)) if found >= most), 0)

    def _tag(self, event: BlockFunction, body: Any, request: Any) -> str:
        """The language of the page that asks, or the first one that the request names."""
        shown = self.language()
        if shown in event.inputs and len(body.data) == len(event.inputs):
            return str(body.data[event.inputs.index(shown)])
        return str(request.headers.get("accept-language", ""))
