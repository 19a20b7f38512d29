"""The handlers of the tab 'Translate': from what a visitor does to what the page shows next."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import gradio as gr

from demo.figures.walk import node_in
from demo.plotly_view import clicked
from demo.service import DecodeRequest, ExampleBook, Problem, RequestError, Service, SourceKind, State, WhatIf
from demo.wording import Words, words_for
from seq2seq_core.errors import quoted
from seq2seq_core.trace import to_json

from .page_view import chosen_number
from .parts.changes import next_data
from .parts.message import message_data, problem_message, problem_text, state_message
from .parts.nbest import nbest_data
from .parts.node import attention_data, panel_data
from .parts.result import result_data
from .parts.selection import Selection, end_of, winner
from .parts.what_if import what_if_data
from .translate_attention import ATTENTION, attention_outputs
from .translate_search import SEARCH, search_outputs
from .translate_self import CLOSED, closed_outputs

SELECTION: Final = 6 + ATTENTION + CLOSED  # outputs of a choice of a node
EVERYTHING: Final = 3 + SEARCH + SELECTION  # of a decode
NOTHING_SELECTED: Final[tuple[Any, ...]] = (gr.skip(),) * SELECTION

Outputs: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The handlers that need the model or the examples."""

    service: Service
    examples: ExampleBook

    def translate(  # noqa: PLR0913, PLR0917 - one parameter for each control, as Gradio passes them
        self,
        text: str,
        model: str,
        beam_size: float,
        alpha: float,
        max_length: float,
        min_length: float,
        stop_rule: str,
        seed: float,
        temperature: float,
        language: str,
    ) -> Iterator[Outputs]:
        """A source, the model and its settings; says that the model is loading as long as it is."""
        settings = {"beam_size": beam_size, "alpha": alpha, "max_length": max_length, "min_length": min_length}
        drawing = {"seed": seed, "temperature": temperature}
        yield from self.answer(
            lambda: self.service.request(text, model=model, stop_rule=stop_rule, **settings, **drawing),
            words_for(language),
        )

    def answer_again(self, chosen: Selection | None, *settings: Any) -> Iterator[Outputs]:
        """After another model was chosen: what was decoded before is decoded with this one."""
        if chosen is None:
            yield only_message(gr.skip())
        else:
            yield from self.translate(*settings)

    def search_again(self, chosen: Selection | None, language: str, event: gr.EventData) -> Iterator[Outputs]:
        """The sentence of the last result with the alpha of the moment."""
        words = words_for(language)
        if chosen is None:
            yield only_message(message_data(words.page.message.gone, "problem", words.page.message))
            return
        request = chosen.decoded.request
        alpha = event._data.get("again") if isinstance(event._data, dict) else None
        yield from self.answer(lambda: _with_alpha(request, alpha), words)

    def answer(self, ask: Callable[[], DecodeRequest], words: Words) -> Iterator[Outputs]:
        """A request; of a search that was changed, the model's own beside it."""
        texts = words.page.message
        try:
            request = ask()
            if self.service.state(request.model) in (State.ASLEEP, State.LOADING):
                yield only_message(state_message(State.LOADING, texts))
            own = self.service.decode(replace(request, what_if=WhatIf())) if request.what_if else None
            chosen = winner(self.service.decode(request), own=own)
        except RequestError as error:
            yield only_message(problem_message(error, texts))
        else:
            yield self._shown(chosen, words)

    def _shown(self, chosen: Selection, words: Words, *, keep: bool = False) -> Outputs:
        """A result; the figures of one that is in view already `keep` their step and their place."""
        return (
            state_message(State.READY, words.page.message, answered=True),
            gr.update(visible=True),
            *search_outputs(chosen, words, keep=keep),
            what_if_data(chosen, words.page),
            *self.selected(chosen, words, keep=keep),
        )

    def selected(self, chosen: Selection, words: Words, *, keep: bool = False) -> Outputs:
        """What follows the selected node, in the order of the layout's `selection`."""
        decoded = chosen.decoded
        reference = self.examples.reference(decoded.entry, decoded.request.text)
        return (
            chosen,
            result_data(chosen, reference, words.page),
            nbest_data(decoded, chosen.beam_node, words.page),
            panel_data(chosen, words.page.panel),
            attention_data(chosen, words),
            next_data(chosen, words),
            *attention_outputs(chosen, words, keep=keep),
            *closed_outputs(chosen, keep=keep),
        )

    def take_example(self, text: str, model: str, event: gr.EventData) -> str:
        """The source of an example; the text as it is where there is no such example."""
        index, seed = chosen_number(event, "example"), chosen_number(event, "seed") or 0
        try:
            examples = self.examples.of(self.service.entry(model), seed)
        except RequestError:
            return text
        return examples[index].source if index is not None and 0 <= index < len(examples) else text

    def show_again(self, chosen: Selection | None, language: str) -> Outputs:
        """Everything there is, in another language."""
        words = words_for(language)
        if chosen is None:
            return only_message(state_message(self.service.state(), words.page.message))
        return self._shown(chosen, words, keep=True)

    def look_again(self, chosen: Selection | None, language: str) -> Outputs:
        """Whether the model is there by now; the first look that finds it is the last.

        Meanwhile a visitor may have been told something else: that stays.
        """
        state = self.service.state()
        message = state_message(state, words_for(language).page.message, answered=chosen is not None)
        return message | {"ends_waiting": True}, gr.Timer(active=state is State.LOADING)

    def choose_node(self, chosen: Selection | None, language: str, event: gr.EventData) -> Outputs:
        """A node of the tree: all that belongs to the selection follows."""
        node = node_in(chosen.decoded.beam, clicked(event)) if chosen else None
        if chosen is None or node is None:
            return NOTHING_SELECTED
        return self.selected(chosen.in_beam(node), words_for(language))

    def choose_hypothesis(self, chosen: Selection | None, language: str, event: gr.EventData) -> Outputs:
        """A row of the n-best table: the node at which it ended."""
        place = chosen_number(event, "hypothesis")
        if chosen is None or place is None or not 0 <= place < len(chosen.decoded.beam.hypotheses):
            return NOTHING_SELECTED
        node = end_of(chosen.decoded.beam.hypotheses[place])
        return self.selected(chosen.in_beam(node), words_for(language))

    def choose_card(self, chosen: Selection | None, language: str, event: gr.EventData) -> Outputs:
        """Greedy's card (0) or the beam's (1): the output that it shows."""
        place = chosen_number(event, "card")
        if chosen is None or place not in (0, 1):
            return NOTHING_SELECTED
        return self.selected(chosen.card_at(greedy=place == 0), words_for(language))


def only_message(message: Any) -> Outputs:
    """A message, and all else as it was."""
    return (message, *(gr.skip(),) * (EVERYTHING - 1))


def endpoint(service: Service) -> Callable[..., dict[str, Any]]:
    """The function behind /decode; its signature is what API callers see."""

    def decode(  # noqa: PLR0913, PLR0917 - the settings of the endpoint
        text: str,
        beam_size: int = 5,
        alpha: float = 0.7,
        max_length: int = 0,
        min_length: int = 0,
        stop_rule: str = "k_finished",
        algorithm: str = "beam",
        model: str = "",
        seed: int = 0,
        temperature: float = 1.0,
    ) -> dict[str, Any]:
        settings = {"beam_size": beam_size, "alpha": alpha, "max_length": max_length, "min_length": min_length}
        try:
            request = service.request(
                text, model=model, stop_rule=stop_rule, seed=seed, temperature=temperature, **settings
            )
            algorithms = ("beam", "sampling" if request.source is SourceKind.NONE else "greedy")
            if algorithm not in algorithms:
                values = {"found": quoted(algorithm), "algorithms": ", ".join(algorithms)}
                raise RequestError(Problem.ALGORITHM, values)
            decoded = service.decode(request)
        except RequestError as error:
            raise gr.Error(problem_text(error, words_for("en").page.message), print_exception=False) from None
        document: dict[str, Any] = json.loads(to_json(decoded.beam if algorithm == "beam" else decoded.greedy))
        return document

    return decode


def _with_alpha(request: DecodeRequest, alpha: Any) -> DecodeRequest:
    return replace(request, alpha=alpha)
