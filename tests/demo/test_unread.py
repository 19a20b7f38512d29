"""Answers that nobody fetches leave a sentence behind, the latest ones stay whole."""

import asyncio
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

from gradio.queueing import Queue
from gradio.server_messages import HeartbeatMessage, ProcessCompletedMessage

from demo.unread import keep_few_unread

GONE = "too late"


@dataclass
class Event:
    """As much of one as the queue asks for."""

    session_hash: str
    _id: str = "id"
    alive: bool = True


def queue_of(sessions: list[str]) -> Any:
    """As much of Gradio's as sends; a whole one opens event loops that nobody closes."""
    queue: Any = SimpleNamespace(pending_messages_per_session={session: asyncio.Queue() for session in sessions})
    queue.send_message = partial(Queue.send_message, queue)
    return queue


def answer(number: int) -> ProcessCompletedMessage:
    return ProcessCompletedMessage(output={"data": [number]}, success=True)


def fetched(queue: Any, session: str) -> Any:
    message: Any = queue.pending_messages_per_session[session].get_nowait()
    return message.output, message.success


def test_of_more_answers_than_are_kept_the_oldest_only_say_so() -> None:
    sessions = [str(number) for number in range(5)]
    queue = queue_of(sessions)
    keep_few_unread(queue, GONE, most=2)
    for number, session in enumerate(sessions):
        queue.send_message(Event(session), answer(number))
    assert [fetched(queue, session) for session in sessions] == [
        *[({"error": GONE}, False)] * 3,
        ({"data": [3]}, True),
        ({"data": [4]}, True),
    ]


def test_answers_that_are_fetched_and_other_messages_count_for_nothing() -> None:
    queue = queue_of(["waits", "reads"])
    keep_few_unread(queue, GONE, most=2)
    queue.send_message(Event("waits"), answer(0))
    for number in range(20):
        queue.send_message(Event("reads"), answer(number))
        assert fetched(queue, "reads") == ({"data": [number]}, True)
        queue.send_message(Event("waits"), HeartbeatMessage())
    assert fetched(queue, "waits") == ({"data": [0]}, True)
