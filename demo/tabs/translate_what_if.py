"""What if, in the tab 'Translate': a visitor changes the search and decodes on, or takes a change back.

What was changed belongs to the request (`demo.service.what_if`), so that it is remembered with the visitor's result.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from demo.service import DecodeRequest, State, WhatIf
from demo.wording import Words, words_for

from .parts.changes import change_in
from .parts.message import message_data, state_message
from .parts.selection import Selection
from .translate_desk import Desk, Outputs, only_message


@dataclass(frozen=True, slots=True)
class WhatIfDesk:
    """The handlers; decoding and showing are the desk's."""

    desk: Desk

    def change(self, chosen: Selection | None, language: str, event: gr.EventData) -> Iterator[Outputs]:
        """Force or ban tokens at a node, or set the attention of its step, and decode again."""
        words = words_for(language)
        change = change_in(chosen, event._data) if chosen else None
        if chosen is None or change is None:
            yield _nothing(chosen, words)
            return
        request = chosen.decoded.request
        yield from self.desk.answer(lambda: replace(request, what_if=request.what_if.then(change)), words)

    def take_back(self, chosen: Selection | None, language: str, event: gr.EventData) -> Iterator[Outputs]:
        """Undo the newest change, or all of them."""
        words = words_for(language)
        request = _before(chosen.decoded.request, event._data) if chosen else None
        if request is None:
            yield _nothing(chosen, words)
            return
        yield from self.desk.answer(lambda: request, words)


def _before(request: DecodeRequest, data: Any) -> DecodeRequest | None:
    match data:
        case {"back": "undo"}:
            return replace(request, what_if=request.what_if.undone())
        case {"back": "own"}:
            return replace(request, what_if=WhatIf())
    return None


def _nothing(chosen: Selection | None, words: Words) -> Outputs:
    """Ends the browser's waiting."""
    texts = words.page.message
    if chosen is None:
        return only_message(message_data(texts.gone, "problem", texts))
    return only_message(state_message(State.READY, texts, answered=True))
