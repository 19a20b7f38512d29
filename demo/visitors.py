"""What the server remembers of each visitor: the page's own states, and nothing else.

Gradio also keeps a description of every component for every session, and in it the last value that was sent to or from
it, so that a link to a page with its values could be made; this app makes no such links. It cost each new session (each
call of an endpoint is one) a tenth of a second of the whole server, half a megabyte and whatever was answered.

What a closed page had, results with their searches and labels in its language, stays for some minutes: a phone that
sleeps for a moment looks as if its page had been closed. Gradio would keep it for an hour, which in a busy one is a
gigabyte.
"""

import math
import sys
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

import gradio as gr
from gradio.state_holder import SessionState, StateHolder

SECONDS_AFTER_CLOSING: Final = 600
SECONDS_WITHOUT_STATE: Final = 60  # of a session that has nothing to lose: each call of an endpoint makes one


class Visitor(SessionState):
    """One session."""

    def __init__(self, blocks: gr.Blocks) -> None:
        without = SimpleNamespace(default_config=blocks.default_config, blocks={})
        super().__init__(without)  # type: ignore[arg-type]
        self.config_values = _Nothing()
        self.STATE_TTL_WHEN_CLOSED = SECONDS_AFTER_CLOSING

    def _update_config(self, key: int) -> None:
        """Nothing is kept."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        """Nothing is kept."""


class Visitors(StateHolder):
    """All sessions, the oldest of them forgotten."""

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = Visitor(self.blocks)
        return super().__getitem__(session_id)

    def delete_all_expired_state(self) -> None:
        """Gradio calls it every second."""
        super().delete_all_expired_state()  # type: ignore[no-untyped-call]  # Gradio leaves it untyped
        now, queue = datetime.now(), self.blocks._queue
        for session_id, session in list(self.session_data.items()):
            events = queue.pending_event_ids_session.get(session_id, ())
            unused = (now - self.time_last_used.get(session_id, now)).total_seconds()
            is_at_work = any(event in queue.event_ids_to_events for event in events)
            if not is_at_work and unused > _seconds_kept(session, has_answers=bool(events)):
                self._forget(session_id)

    def _forget(self, session_id: str) -> None:
        with self.lock:
            self.session_data.pop(session_id, None)
            self.time_last_used.pop(session_id, None)
        queue = self.blocks._queue  # which would keep an empty line for each session
        queue.pending_event_ids_session.pop(session_id, None)
        queue.pending_messages_per_session.pop(session_id, None)


def _seconds_kept(session: SessionState, *, has_answers: bool) -> float:
    """After its last use."""
    if not session.state_data and not has_answers:
        return SECONDS_WITHOUT_STATE
    return SECONDS_AFTER_CLOSING if session.is_closed or not session.state_data else math.inf


class _Nothing(dict[int, Any]):
    """Keeps nothing."""

    def __setitem__(self, key: int, value: Any) -> None:
        """Of what Gradio puts here nothing is kept."""


def remember_only_states(app: gr.Blocks) -> None:
    """For an app that has just been launched."""
    visitors = Visitors()  # type: ignore[no-untyped-call]
    visitors.set_blocks(app)
    app.app.state_holder = visitors
    # Statistics of up to ten thousand events, worked out anew after each, for a page of Gradio's that is closed here.
    app._queue.ANALYTICS_MAX_EVENTS, app._queue.ANAYLTICS_CACHE_FREQUENCY = 1, sys.maxsize
