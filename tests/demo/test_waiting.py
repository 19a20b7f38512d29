"""The order in which a visitor's events run: a page with a search, a choice, another part, a long run."""

import asyncio
from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest
from gradio.queueing import Event

from demo.page import Page

AT_ONCE = 3


def _handler() -> Callable[..., None]:
    """A new one, so that its events are a kind of their own; they are put in order here, never run."""
    return lambda *_: None


class _Room:
    """A page's queue, and the events of its visitors by the name of what they press."""

    def __init__(self) -> None:
        quiet: dict[str, Any] = {"api_visibility": "private"}
        with Page(waiting=64, at_once=AT_ONCE) as page:
            search, shown, other, progress = gr.State(), gr.Textbox(), gr.Textbox(), gr.Textbox()
            buttons = {name: gr.Button() for name in ("search", "choose", "save", "other", "run", "stop", "endpoint")}
            buttons["search"].click(_handler(), outputs=[search, shown], **quiet)
            buttons["choose"].click(_handler(), inputs=[search], outputs=[shown], **quiet)
            buttons["save"].click(_handler(), inputs=[search], **quiet)
            buttons["other"].click(_handler(), outputs=[other], **quiet)
            run = buttons["run"].click(_handler(), outputs=[progress], **quiet)
            buttons["stop"].click(_handler(), outputs=[progress], cancels=[run], **quiet)
            buttons["endpoint"].click(_handler(), outputs=[shown], api_name="endpoint")
        self.queue = page._queue
        self.queue.active_jobs = [None] * 40
        ids = {button._id: name for name, button in buttons.items()}
        self.fns = {
            ids[target]: fn
            for fn in page.fns.values()
            for target, event in fn.targets
            if event == "click" and fn.fn is not None and target in ids
        }
        self.names = {fn._id: name for name, fn in self.fns.items()}

    def press(self, name: str, visitor: str = "one") -> None:
        fn = self.fns[name]
        self.queue.create_event_queue_for_fn(fn)
        event = Event(visitor, fn, None, None)  # type: ignore[arg-type]  # the request is not looked at
        self.queue.event_queue_per_concurrency_id[fn.concurrency_id].queue.append(event)

    def begin(self) -> list[str]:
        """What begins now, in order."""
        begun = []
        while found := self.queue.get_events():
            (event,), is_batch, kind = found
            assert not is_batch
            self.queue.event_queue_per_concurrency_id[kind].current_concurrency += 1
            self.queue.active_jobs[self.queue.active_jobs.index(None)] = [event]
            begun.append(self.names[event.fn._id])
        return begun

    def end(self, name: str, visitor: str = "one") -> None:
        for place, job in enumerate(self.queue.active_jobs):
            if job and job[0].fn is self.fns[name] and job[0].session_hash == visitor:
                self.queue.event_queue_per_concurrency_id[job[0].concurrency_id].current_concurrency -= 1
                self.queue.active_jobs[place] = None
                return
        raise AssertionError(f"{name} does not run")


async def _made() -> _Room:
    return _Room()


@pytest.fixture
def room() -> _Room:
    """Gradio's locks want an event loop when a page is made."""
    return asyncio.run(_made())


def test_a_choice_waits_for_the_search_before_it_and_the_next_search_for_the_choice(room: _Room) -> None:
    for name in ("search", "choose", "search"):
        room.press(name)
    assert room.begin() == ["search"]
    room.end("search")
    assert room.begin() == ["choose"]
    room.end("choose")
    assert room.begin() == ["search"]


def test_what_only_remembers_the_search_waits_for_it_too(room: _Room) -> None:
    room.press("search")
    room.press("save")
    assert room.begin() == ["search"]
    room.end("search")
    assert room.begin() == ["save"]


def test_other_parts_of_the_page_and_other_visitors_wait_for_nothing(room: _Room) -> None:
    room.press("search")
    room.press("choose")
    room.press("other")
    room.press("choose", "two")
    assert room.begin() == ["search", "other", "choose"]


def test_events_that_wait_hold_up_those_that_came_later(room: _Room) -> None:
    for visitor in ("a", "b", "c", "one"):
        room.press("search", visitor)
    room.press("choose")
    assert room.begin() == ["search"] * AT_ONCE  # the fourth search has no place yet
    room.end("search", "a")
    assert room.begin() == ["search"]
    room.end("search", "b")
    assert room.begin() == []
    room.end("search")
    assert room.begin() == ["choose"]


def test_stopping_a_run_does_not_wait_for_its_end(room: _Room) -> None:
    room.press("run")
    room.press("stop")
    assert room.begin() == ["run", "stop"]


def test_calls_of_an_endpoint_run_side_by_side(room: _Room) -> None:
    room.press("endpoint")
    room.press("endpoint")
    room.press("search")
    assert room.begin() == ["endpoint", "endpoint", "search"]


def test_who_came_first_begins_first_whatever_they_asked_for(room: _Room) -> None:
    pressed = [(name, visitor) for visitor in "abc" for name in ("other", "search", "run")]
    for name, visitor in pressed:
        room.press(name, visitor)
    assert room.begin() == [name for name, _ in pressed]
