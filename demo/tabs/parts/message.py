"""The line below the input."""

import time

from demo.service import Problem, RequestError, State
from demo.tabs.parts.data import Data
from demo.wording.page_words import MessageWords

TONES = {State.ASLEEP: "hint", State.LOADING: "busy", State.READY: "hint", State.FAILED: "problem"}


def message_data(text: str, tone: str, words: MessageWords) -> Data:
    """A message differs from every earlier one, so that the browser notices it and ends its waiting."""
    return {"text": text, "tone": tone, "busy": words.busy, "turn": str(time.monotonic_ns()), "ends_waiting": False}


def state_message(state: State, words: MessageWords, *, answered: bool = False) -> Data:
    """What to say while no request is under way; below a result, nothing."""
    ready = "" if answered else words.hint
    texts = {State.LOADING: words.loading, State.FAILED: words.problems[Problem.FAILED]}
    return message_data(texts.get(state, ready), TONES[state], words)


def problem_message(error: RequestError, words: MessageWords) -> Data:
    return message_data(problem_text(error, words), "problem", words)


def problem_text(error: RequestError, words: MessageWords) -> str:
    return words.problems[error.problem].format(**error.values)
