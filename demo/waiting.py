"""The queue of events: who finds it full is told so at once, and one visitor's events take their turns."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.components import State
from gradio.queueing import Event, Queue
from starlette.exceptions import HTTPException

from demo.wording import words_for

TOO_MANY: Final = 429
COME_AGAIN: Final = "5"  # seconds
ALTOGETHER: Final = 4  # times as many may wait for all kinds of events together


class WaitingRoom(Queue):
    """Gradio's queue, with a limit for each kind of event: who waits for a decode keeps nobody from looking around.

    Of one visitor's events those that show or remember the same things run one after the other, as they were asked for.
    Else a node chosen before a search, or a change of the language, could be answered after it, and the page would show
    the numbers of the search before.

    Args:
        most: events of one kind that may wait.
        language: the component that holds the language of a visitor's page, for events that have it among their inputs;
            others are answered in the language that their request asks for.
    """

    def __init__(self, most: int, language: Callable[[], gr.Radio | None], **named: Any) -> None:
        self.most, self.altogether = most, ALTOGETHER * most
        super().__init__(max_size=self.altogether, **named)
        self.language = language
        self._touch: dict[int, frozenset[int]] = {}  # event -> what it touches; the page never changes

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

    def get_events(self) -> tuple[list[Event], bool, str] | None:
        """The next event to begin, with whether it is a batch and its kind: the first that nothing holds up."""
        lines = {name: line for name, line in self.event_queue_per_concurrency_id.items() if line.queue}
        free = {name for name, line in lines.items() if _has_room(line.current_concurrency, line.concurrency_limit)}
        if not free:
            return None
        taken: defaultdict[str, set[int]] = defaultdict(set)  # visitor -> what their earlier events touch
        for event in (event for job in self.active_jobs for event in job or ()):
            taken[event.session_hash] |= self._touched(event.fn)
        waiting = (event for line in lines.values() for event in line.queue)
        for event in sorted(waiting, key=lambda each: each.enqueue_time):
            touched = self._touched(event.fn)
            if event.concurrency_id in free and touched.isdisjoint(taken[event.session_hash]):
                lines[event.concurrency_id].queue.remove(event)
                return [event], False, event.concurrency_id
            taken[event.session_hash] |= touched
        return None

    def _touched(self, fn: BlockFunction) -> frozenset[int]:
        """The components that an event fills, and what it remembers; none for events that may run beside all others.

        Those are the endpoints, which belong to no page, and what can be stopped: the stop must not wait for its end.
        """
        if fn._id not in self._touch:
            remembered = [block for block in fn.inputs if isinstance(block, State)]
            is_free = fn.api_visibility == "public" or any(fn._id in each.cancels for each in self.blocks.fns.values())
            self._touch[fn._id] = frozenset(block._id for block in (*fn.outputs, *remembered) if not is_free)
        return self._touch[fn._id]

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


def _has_room(running: int, most: int | None) -> bool:
    return most is None or running < most
