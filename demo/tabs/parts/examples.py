"""Sentences to try."""

from collections.abc import Sequence

from demo.service import Example
from demo.tabs.parts.result import Data
from demo.wording.page_words import InputWords


def examples_data(examples: Sequence[Example], words: InputWords) -> Data:
    shown = [{"source": each.source, "reason": _reason(each, words)} for each in examples]
    return {"label": words.examples, "examples": shown}


def _reason(example: Example, words: InputWords) -> str:
    """Why the sentence is here: its kind in words, and the note; for an unknown kind the note alone."""
    reason = words.reasons.get(example.kind)
    if reason is None or not example.note:
        return reason or example.note
    return words.reason_and_note.format(reason=reason, note=example.note)
