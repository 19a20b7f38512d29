"""What the page makes of Gradio: one server, each answer sent once, and a queue that says that it is full."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from functools import wraps
from types import SimpleNamespace
from typing import Any, Final

import gradio as gr
import pytest
from gradio.state_holder import SessionState
from starlette.exceptions import HTTPException

from demo.page import Page
from demo.tabs.page_view import PageView

SECRET: Final = "Xanthippe-4711"
ENGLISH: Final = "The demo is busy: 2 are waiting. Try again in a few seconds."
CHINESE: Final = "演示正忙：已有 2 人在等待。请几秒后再试。"


def in_a_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Gradio's locks want an event loop when a page is made."""

    @wraps(test)
    def run() -> None:
        asyncio.run(test())

    return run


def counted(text: str) -> Iterator[str]:
    yield f"{text} is being counted"
    yield f"{text}: {len(text)}"


def failing(text: str) -> str:
    raise gr.Error(text)


def made_page() -> Page:
    """Three events: one in two parts, one that fails, one that knows the language of the page."""
    page: Page
    with Page(waiting=2, at_once=1) as page:
        page.language = gr.Radio(["en", "zh"], value="en")
        text, kept = gr.Textbox(), gr.State("nothing yet")
        text.submit(counted, [text], [text])
        text.blur(failing, [text], [text])
        text.change(lambda text, language: text, [text, page.language], [kept])
    return page


@in_a_loop
async def test_the_last_answer_is_not_sent_a_second_time() -> None:
    page, sent = made_page(), []
    iterator: Any = None
    state: Any = SessionState(page)
    for _ in range(3):
        answer = await page.process_api(0, ["abc"], iterator=iterator, session_hash="s", state=state)
        iterator = answer["iterator"]
        sent.append((answer["data"], answer["is_generating"]))
    assert sent[0] == (["abc is being counted"], True)
    assert "3" in str(sent[1])
    assert sent[2] == ([gr.skip()], False)


@in_a_loop
async def test_an_error_for_the_visitor_is_not_printed() -> None:
    page = made_page()
    with pytest.raises(gr.Error, match=SECRET) as caught:
        await page.process_api(1, [SECRET], session_hash="s", state=SessionState(page))
    assert not caught.value.print_exception


@in_a_loop
async def test_the_page_describes_its_components_once_it_is_whole() -> None:
    page: Page
    with Page(waiting=2, at_once=1) as page:
        gr.Textbox(elem_id="here")
        assert not page.get_config_file()
    assert "here" in [each["props"].get("elem_id") for each in page.get_config_file()["components"]]


async def pushed(page: Page, event: int, data: list[str], language: str = "") -> str:
    """What becomes of one more event: it waits, or is refused in these words."""
    headers = {"accept-language": language} if language else {}
    body: Any = SimpleNamespace(fn_index=event, data=data, session_hash="s", event_data=None, batched=False)
    request: Any = SimpleNamespace(headers=headers)
    try:
        done, *_ = await page._queue.push(body, request, None)
    except HTTPException as refused:
        assert (refused.status_code, refused.headers) == (429, {"Retry-After": "5"})
        return refused.detail
    assert done
    return "waits"


@in_a_loop
async def test_a_full_queue_says_so_in_the_visitors_language_and_lets_other_events_pass() -> None:
    page = made_page()
    assert [await pushed(page, 0, ["a"]) for _ in range(3)] == ["waits", "waits", ENGLISH]
    assert await pushed(page, 0, ["a"], "zh-CN,zh;q=0.9") == CHINESE
    assert [await pushed(page, 2, ["a", "zh"], "en") for _ in range(3)] == ["waits", "waits", CHINESE]
    assert await pushed(page, 2, ["zh", "en"], "zh-CN") == ENGLISH
    assert await pushed(page, 2, ["forged"], "zh-CN") == CHINESE


@in_a_loop
async def test_a_choice_in_what_is_no_longer_kept_is_told_so_and_asking_anew_is_not() -> None:
    page: Page
    with Page(waiting=2, at_once=1) as page:
        page.language = gr.Radio(["en", "zh"], value="en")
        kept, text, view = gr.State(None), gr.Textbox(), PageView("nbest")
        view.choose(lambda kept, _: f"chosen in {kept}", [kept, page.language], [text])
        page.language.change(lambda kept, _: f"language of {kept}", [kept, page.language], [text])
    session: Any = SessionState(page)
    with pytest.raises(gr.Error, match="result is no longer kept here"):
        await page.process_api(0, [None, "en"], session_hash="s", state=session)
    with pytest.raises(gr.Error, match="请再问一次"):
        await page.process_api(0, [None, "zh"], session_hash="s", state=session)
    assert (await page.process_api(1, [None, "zh"], session_hash="s", state=session))["data"] == ["language of None"]
    session[kept._id] = "a search"
    assert (await page.process_api(0, [None, "zh"], session_hash="s", state=session))["data"] == ["chosen in a search"]
