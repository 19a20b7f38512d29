"""A session keeps the page's states apart from those of others, and nothing of what was sent or answered."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from demo.visitors import Visitor, Visitors, remember_only_states

STATE = gr.State(["first"], time_to_live=3600)
TEXT = gr.Textbox("begins")


@pytest.fixture
def app() -> Any:
    """As much of a launched page as sessions ask for; a whole one opens event loops that nobody closes."""
    blocks = {each._id: each for each in (STATE, TEXT)}
    config = SimpleNamespace(blocks=blocks, fns={}, config_for_block=lambda *_: {"props": {"value": "begins"}})
    return SimpleNamespace(
        default_config=config,
        blocks=blocks,
        state_session_capacity=2,
        app=SimpleNamespace(),
        _queue=SimpleNamespace(
            pending_event_ids_session={}, pending_messages_per_session={}, event_ids_to_events={}
        ),
    )


@pytest.fixture
def visitors(app: Any) -> Visitors:
    remember_only_states(app)
    assert isinstance(app.app.state_holder, Visitors)
    return app.app.state_holder


def test_states_are_kept_for_each_visitor_alone(visitors: Visitors) -> None:
    visitors["ada"][STATE._id] = "changed"
    assert visitors["ada"][STATE._id] == "changed"
    assert visitors["bob"][STATE._id] == ["first"]
    assert visitors["bob"][STATE._id] is not STATE.value  # a copy: what one changes no other sees


def test_values_of_components_are_not_kept(app: Any, visitors: Visitors) -> None:
    own, session = SessionState(app), visitors["ada"]
    for each in (own, session):
        each[TEXT._id] = TEXT
        each._update_value_in_config(TEXT._id, "a secret")
    assert {"props": {"value": "a secret"}} in own.components  # as Gradio's own does
    assert list(session.components) == []


def test_what_a_closed_page_had_stays_for_minutes_and_not_for_an_hour(visitors: Visitors) -> None:
    for name in ("ada", "bob"):
        visitors[name][STATE._id] = name
    visitors["ada"].is_closed = True
    _pass_minutes(visitors, 5)
    visitors.delete_all_expired_state()
    assert STATE._id in visitors.session_data["ada"]
    _pass_minutes(visitors, 6)
    visitors.delete_all_expired_state()
    assert "ada" not in visitors
    assert visitors["bob"][STATE._id] == "bob"


def test_a_session_that_keeps_nothing_goes_after_a_minute_or_so_and_with_it_its_line_in_the_queue(
    visitors: Visitors, app: Any
) -> None:
    queue, lines = app._queue, ("pending_event_ids_session", "pending_messages_per_session")
    for name in ("caller", "slow"):
        assert visitors[name].state_data == {}
        queue.pending_event_ids_session[name], queue.pending_messages_per_session[name] = set(), "a line"
    queue.pending_event_ids_session["slow"].add("answered")
    _pass_minutes(visitors, 2)
    visitors.delete_all_expired_state()
    assert "caller" not in visitors and all("caller" not in getattr(queue, line) for line in lines)
    assert "slow" in visitors  # who may still come for the answer
    queue.event_ids_to_events["answered"] = "it is still being worked out"
    _pass_minutes(visitors, 20)
    visitors.delete_all_expired_state()
    assert "slow" in visitors
    queue.event_ids_to_events.clear()
    visitors.delete_all_expired_state()
    assert "slow" not in visitors and all("slow" not in getattr(queue, line) for line in lines)


def _pass_minutes(visitors: Visitors, minutes: int) -> None:
    """Everything was set so much earlier."""
    for session in visitors.session_data.values():
        for key, (kept, at) in session._state_ttl.items():
            session._state_ttl[key] = kept, at - timedelta(minutes=minutes)
    for name, at in visitors.time_last_used.items():
        visitors.time_last_used[name] = at - timedelta(minutes=minutes)


def test_the_oldest_visitors_are_forgotten(visitors: Visitors) -> None:
    for name in ("ada", "bob", "eve"):
        assert isinstance(visitors[name], Visitor)
    assert "ada" not in visitors and "eve" in visitors
