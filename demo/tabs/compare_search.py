"""Asking several models the same: the requests, the answers one after the other, and the endpoint for programs."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import gradio as gr

from demo.service import (
    DecodeRequest,
    GalleryEntry,
    LineupError,
    Problem,
    RequestError,
    Service,
    State,
    check_lineup,
)
from demo.wording import Words, words_for
from seq2seq_core.errors import quoted
from seq2seq_core.trace import to_json

from .parts.answers import LETTERS, Answer, Comparison
from .parts.message import problem_text

ALGORITHMS: Final = ("greedy", "beam")


@dataclass(frozen=True, slots=True)
class Progress:
    """Which model is at work."""

    place: int
    count: int
    entry: GalleryEntry
    loading: bool


def requests_for(
    service: Service, text: object, names: object, *, algorithm: object, beam_size: object, alpha: object
) -> list[DecodeRequest]:
    """The same request for each model.

    Raises:
        RequestError: there is no such model, or a value is of the wrong kind or out of its range.
        LineupError: these models cannot be compared.
    """
    if algorithm not in ALGORITHMS:
        raise RequestError(Problem.ALGORITHM, {"found": quoted(algorithm), "algorithms": ", ".join(ALGORITHMS)})
    entries = [service.entry(name) for name in (names if isinstance(names, list) else [names])]
    check_lineup(entries)
    return [service.request(text, model=entry.name, beam_size=beam_size, alpha=alpha) for entry in entries]


def answered(
    service: Service, requests: Sequence[DecodeRequest], *, greedy: bool
) -> Iterator[Progress | Comparison]:
    """What is being done, and at last the comparison.

    One model after the other, so that no time is measured while another model is decoding for the same visitor.

    Raises:
        RequestError: no model has an answer; it is the first one's problem.
    """
    answers: list[Answer] = []
    for place, request in enumerate(requests):
        entry = service.entry(request.model)
        loading = service.state(entry.name) in (State.ASLEEP, State.LOADING)
        yield Progress(place + 1, len(requests), entry, loading)
        answers.append(_answer(service, request, LETTERS[place]))
    if answers[0].refusal and not any(answer.decoded for answer in answers):
        raise answers[0].refusal
    yield Comparison(requests[0], greedy, tuple(answers))


def _answer(service: Service, request: DecodeRequest, letter: str) -> Answer:
    """One model's refusal does not hide what the others write."""
    entry = service.entry(request.model)
    try:
        return Answer(letter, entry, service.decode(request))
    except RequestError as error:
        return Answer(letter, entry, None, error)


def sentence_of(error: RequestError | LineupError, words: Words) -> str:
    """What is wrong, in the page's language."""
    if isinstance(error, LineupError):
        return words.compare.lineup.problems[error.problem].format(**error.values)
    return problem_text(error, words.page.message)


def endpoint(service: Service) -> Callable[..., list[dict[str, Any]]]:
    """The function behind /compare; its signature is what API callers see."""

    def compare(
        text: str, models: list[str], algorithm: str = "beam", beam_size: int = 5, alpha: float = 0.7
    ) -> list[dict[str, Any]]:
        settings = {"algorithm": algorithm, "beam_size": beam_size, "alpha": alpha}
        try:
            requests = requests_for(service, text, models, **settings)
            states = answered(service, requests, greedy=algorithm == "greedy")
            (comparison,) = (state for state in states if isinstance(state, Comparison))
        except (RequestError, LineupError) as error:
            raise gr.Error(sentence_of(error, words_for("en")), print_exception=False) from None
        return [_document(comparison, answer) for answer in comparison.answers]

    return compare


def _document(comparison: Comparison, answer: Answer) -> dict[str, Any]:
    """One model's answer for a program; of one that refused, the reason."""
    about: dict[str, Any] = {"model": answer.entry.name, "parameters": answer.entry.parameters}
    trace = comparison.trace(answer)
    if answer.decoded is None or trace is None:
        return about | {"problem": sentence_of(answer.refusal, words_for("en")) if answer.refusal else ""}
    return about | {"seconds": comparison.seconds(answer.decoded), "trace": json.loads(to_json(trace))}
