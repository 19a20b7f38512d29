"""Answers that nobody fetches: Gradio keeps each until it is asked for, as long as the app runs.

Whoever calls an endpoint and never comes for the result would leave up to some megabytes behind each time. So only the
latest answers are kept whole; of an older one that still waits, a sentence remains.
"""

import weakref
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from gradio.queueing import Queue
from gradio.server_messages import ProcessCompletedMessage, ProcessGeneratingMessage

MOST_UNREAD: Final = 100  # answers of all visitors together, of up to two megabytes each

_Answer = ProcessCompletedMessage | ProcessGeneratingMessage


def keep_few_unread(queue: Queue, gone: str, most: int = MOST_UNREAD) -> None:
    """From now on no more than `most` answers wait whole in the queue; the others only say `gone`."""
    give: Callable[..., None] = queue.send_message
    sent: deque[weakref.ref[_Answer]] = deque()  # one that was fetched is soon no more

    def send_message(event: Any, event_message: Any) -> None:
        give(event, event_message)
        if isinstance(event_message, _Answer):
            sent.append(weakref.ref(event_message))
            _strip(sent, gone, most)

    queue.send_message = send_message  # type: ignore[method-assign]


def _strip(sent: "deque[weakref.ref[_Answer]]", gone: str, most: int) -> None:
    if len(sent) <= most:
        return
    alive = [answer for answer in sent if answer() is not None]
    for answer in alive[: max(0, len(alive) - most)]:
        if (message := answer()) is not None:
            message.output, message.success = {"error": gone}, False
    sent.clear()
    sent.extend(alive[-most:])
