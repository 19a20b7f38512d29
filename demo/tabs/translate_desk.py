"""The handlers of the tab 'Translate': from what a visitor does to what the page shows next."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import gradio as gr

from demo.figures.heatmap import heatmap_bundle
from demo.figures.next_tokens import next_tokens_bundle
from demo.figures.tree import tree_bundle
from demo.figures.walk import START, Node, node_in
from demo.plotly_view import clicked
from demo.service import Decoded, DecodeRequest, Example, Problem, RequestError, Service, State
from demo.wording import Words, words_for
from seq2seq_core.trace import to_json

from .page_view import chosen_number
from .parts.message import message_data, problem_message, problem_text, state_message
from .parts.nbest import nbest_data
from .parts.node import caption_text, panel_data
from .parts.result import result_data
from .parts.visit import Visit, arrived

PATIENCE: Final = 120.0  # seconds that a request waits for the model
EVERYTHING: Final = 10  # outputs of a decode, selection included
SELECTION: Final = 6
_ALGORITHMS: Final = ("beam", "greedy")

Outputs: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The handlers that need the model or the examples."""

    service: Service
    examples: tuple[Example, ...]

    def translate(  # noqa: PLR0913, PLR0917 - one parameter for each control, as Gradio passes them
        self,
        text: str,
        beam_size: float,
        alpha: float,
        max_length: float,
        min_length: float,
        stop_rule: str,
        language: str,
    ) -> Iterator[Outputs]:
        """A sentence and its settings; says that the model is loading as long as it is."""
        settings = {"beam_size": beam_size, "alpha": alpha, "max_length": max_length, "min_length": min_length}
        yield from self._answer(lambda: DecodeRequest.of(text, **settings, stop_rule=stop_rule), words_for(language))

    def search_again(self, visit: Visit, language: str, event: gr.EventData) -> Iterator[Outputs]:
        """The sentence of the last result with the alpha of the moment."""
        words, decoded = words_for(language), visit.decoded
        if decoded is None:
            yield only_message(message_data(words.page.message.gone, "problem", words.page.message))
            return
        alpha = event._data.get("again") if isinstance(event._data, dict) else None
        yield from self._answer(lambda: _with_alpha(decoded.request, alpha), words)

    def _answer(self, ask: Callable[[], DecodeRequest], words: Words) -> Iterator[Outputs]:
        texts = words.page.message
        try:
            request = ask()
            if self.service.state is State.LOADING:
                yield only_message(state_message(State.LOADING, texts))
                self.service.wait(PATIENCE)
            visit = arrived(self.service.decode(request))
        except RequestError as error:
            yield only_message(problem_message(error, texts))
        else:
            yield self._shown(visit, words)

    def _shown(self, visit: Visit, words: Words) -> Outputs:
        decoded = visit.decoded
        assert decoded is not None
        return (
            state_message(State.READY, words.page.message, answered=True),
            gr.update(visible=True),
            result_data(decoded, self._reference(decoded.request.text), words.page.result),
            tree_of(visit, decoded, words),
            *selected(visit, decoded, words),
        )

    def _reference(self, text: str) -> str:
        return next((each.reference for each in self.examples if each.source.strip() == text.strip()), "")

    def take_example(self, text: str, event: gr.EventData) -> str:
        """The sentence of an example; the text as it is where there is no such example."""
        index = chosen_number(event, "example")
        known = index is not None and 0 <= index < len(self.examples)
        return self.examples[index].source if index is not None and known else text

    def show_again(self, visit: Visit, language: str) -> Outputs:
        """Everything there is, in another language."""
        words = words_for(language)
        if visit.decoded is None:
            return only_message(state_message(self.service.state, words.page.message))
        return self._shown(visit, words)

    def look_again(self, visit: Visit, language: str) -> Outputs:
        """Whether the model is there by now; the first look that finds it is the last.

        Meanwhile a visitor may have been told something else: that stays.
        """
        state = self.service.state
        message = state_message(state, words_for(language).page.message, answered=visit.decoded is not None)
        return message | {"ends_waiting": True}, gr.Timer(active=state is State.LOADING)


def choose_node(visit: Visit, language: str, event: gr.EventData) -> Outputs:
    """A node of the tree: all that belongs to the selection follows."""
    decoded, node = visit.decoded, _node(visit, event)
    if decoded is None or node is None:
        return (gr.skip(),) * SELECTION
    return selected(visit.at(node), decoded, words_for(language))


def look_closer(visit: Visit, language: str, event: gr.EventData) -> Outputs:
    """A row of the heat map: the side panel shows that token, the map stays."""
    decoded, node = visit.decoded, _node(visit, event)
    if decoded is None or node is None:
        return gr.skip(), gr.skip()
    words = words_for(language)
    return panel_data(decoded, node, words.page.panel), _bars(decoded, node, words)


def choose_hypothesis(visit: Visit, language: str, event: gr.EventData) -> Outputs:
    """A row of the n-best table: the node at which it ended, marked in the tree, too."""
    decoded, place = visit.decoded, chosen_number(event, "hypothesis")
    if decoded is None or place is None or not 0 <= place < len(decoded.beam.hypotheses):
        return (gr.skip(),) * (SELECTION + 1)
    hypothesis = decoded.beam.hypotheses[place]
    moved, words = visit.at((hypothesis.step, hypothesis.index)), words_for(language)
    return (*selected(moved, decoded, words), tree_of(moved, decoded, words))


def selected(visit: Visit, decoded: Decoded, words: Words) -> Outputs:
    """What follows the selected node, in the order of `_Layout.selection`."""
    node = visit.node
    return (
        visit,
        nbest_data(decoded, node, words.page),
        panel_data(decoded, node, words.page.panel),
        _bars(decoded, node, words),
        {"text": caption_text(decoded, node, words.page)},
        None if node == START else heatmap_bundle(decoded.beam, node, words.figures.heatmap),
    )


def tree_of(visit: Visit, decoded: Decoded, words: Words) -> Any:
    return tree_bundle(decoded.beam, words.figures.tree, greedy=decoded.greedy, chosen=visit.node)


def only_message(message: dict[str, Any]) -> Outputs:
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
    ) -> dict[str, Any]:
        settings = {"beam_size": beam_size, "alpha": alpha, "max_length": max_length, "min_length": min_length}
        try:
            if algorithm not in _ALGORITHMS:
                raise RequestError(Problem.ALGORITHM, {"found": repr(algorithm)[:80]})
            request = DecodeRequest.of(text, **settings, stop_rule=stop_rule)
            service.wait(PATIENCE)
            decoded = service.decode(request)
        except RequestError as error:
            raise gr.Error(problem_text(error, words_for("en").page.message), print_exception=False) from None
        document: dict[str, Any] = json.loads(to_json(decoded.greedy if algorithm == "greedy" else decoded.beam))
        return document

    return decode


def _with_alpha(request: DecodeRequest, alpha: Any) -> DecodeRequest:
    return replace(request, alpha=alpha)


def _node(visit: Visit, event: gr.EventData) -> Node | None:
    return node_in(visit.decoded.beam, clicked(event)) if visit.decoded else None


def _bars(decoded: Decoded, node: Node, words: Words) -> Any:
    return next_tokens_bundle(decoded.beam, node, words.figures.bars)
