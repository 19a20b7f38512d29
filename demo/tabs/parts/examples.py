"""Sentences to try."""

from collections.abc import Sequence

from demo.service import Example
from demo.tabs.parts.result import Data
from demo.wording.page_words import InputWords


def examples_data(examples: Sequence[Example], words: InputWords) -> Data:
    shown = [{"source": each.source, "reason": words.reasons.get(each.kind, each.note)} for each in examples]
    return {"label": words.examples, "examples": shown}
