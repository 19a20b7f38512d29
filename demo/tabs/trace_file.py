"""The tab 'Trace file': a trace dropped on the page, or chosen, is checked and shown; no model is asked."""

from dataclasses import replace
from typing import Any, Final, TypeAlias

import gradio as gr

from demo.figures.next_tokens import next_tokens_bundle
from demo.figures.tree import tree_bundle
from demo.figures.walk import node_in
from demo.plotly_view import PlotlyView, clicked
from demo.service import Problem, RequestError, State
from demo.service.trace_file import LARGEST_FILE, check_size, open_trace
from demo.wording import Words, words_for
from demo.wording.page_words import MessageWords

from .page_view import PageView, chosen_number
from .parts.message import problem_message, state_message
from .parts.trace_file import (
    FileSelection,
    best_of,
    facts_data,
    input_data,
    looked_at_data,
    map_bundle,
    node_data,
    tree_words,
)
from .tab import EACH, LATEST, Captions, Context, Tab, part_head, quiet

SECONDS_KEPT: Final = 3600
SELECTION: Final = 6  # outputs of a choice of a node
EVERYTHING: Final = 3 + SELECTION  # of opening a file
_BUSY: Final = "(...inputs) => { window.pageViews?.busy(); return inputs; }"
_IDLE: Final = "() => window.pageViews?.idle()"

Outputs: TypeAlias = tuple[Any, ...]


class _Layout:
    """The components of the tab, from top to bottom."""

    def __init__(self, captions: Captions) -> None:
        self.chosen = gr.State(None, time_to_live=SECONDS_KEPT)
        part_head(captions, lambda words: (words.page.trace_file.title, words.page.trace_file.explain))
        self.input = PageView("tracefile")
        captions.follow(self.input, lambda words: {"value": input_data(words)})
        self.message = PageView("message", elem_id="trace-message")
        with gr.Column(visible=False, elem_classes="results") as self.results:
            self.facts = PageView("tracefacts")
            part_head(captions, lambda words: (words.page.trace_file.tree, words.page.trace_file.tree_explain))
            self.tree = PlotlyView(elem_id="trace-tree")
            with gr.Row(elem_classes="side-by-side"):
                with gr.Column(min_width=320):
                    part_head(captions, lambda words: (words.page.panel.title, words.page.panel.explain))
                    self.panel = PageView("panel", elem_id="trace-panel")
                    self.next_tokens = PlotlyView(elem_id="trace-next")
                with gr.Column(min_width=320):
                    part_head(captions, lambda words: (words.page.heatmap.title, words.page.trace_file.heatmap))
                    self.heatmap = PlotlyView(elem_id="trace-heatmap")
                    self.looked_at = PageView("attention", elem_id="trace-attention")

    @property
    def selection(self) -> list[Any]:
        return [self.chosen, self.facts, self.panel, self.heatmap, self.looked_at, self.next_tokens]

    @property
    def everything(self) -> list[Any]:
        return [self.message, self.results, self.tree, *self.selection]


def build(context: Context) -> None:
    layout, language = _Layout(context.captions), context.language
    opened = quiet(inputs=[language], outputs=layout.everything)
    layout.input.choose(open_file, js=_BUSY, **EACH, **opened).failure(None, js=_IDLE, **quiet())
    inputs = [layout.chosen, language]
    follows = quiet(inputs=inputs, outputs=layout.selection)
    layout.tree.point_click(choose_node, **follows, **EACH)
    layout.heatmap.point_click(choose_node, **follows, **EACH)
    layout.facts.choose(choose_output, **follows, **EACH)
    language.change(show_again, **quiet(inputs=inputs, outputs=layout.everything), **LATEST)


def open_file(language: str, event: gr.EventData) -> Outputs:
    """The text of a file, or the size of one that is too large to be sent."""
    words, data = words_for(language), event._data
    try:
        size = chosen_number(event, "size")
        check_size(size if size is not None and size > LARGEST_FILE else 0)
        chosen = best_of(open_trace(data.get("text") if isinstance(data, dict) else None))
        return _shown(chosen, words)
    except RequestError as error:
        return _only_message(problem_message(error, _message_words(words)))


def show_again(chosen: FileSelection | None, language: str) -> Outputs:
    """The same in another language."""
    words = words_for(language)
    return _only_message(gr.skip()) if chosen is None else _shown(chosen, words, keep=True)


def choose_node(chosen: FileSelection | None, language: str, event: gr.EventData) -> Outputs:
    """A node of the tree, or a row of the heat map."""
    node = node_in(chosen.trace, clicked(event)) if chosen else None
    if chosen is None or node is None:
        return (gr.skip(),) * SELECTION
    return _selected(chosen.at(node), words_for(language))


def choose_output(chosen: FileSelection | None, language: str, event: gr.EventData) -> Outputs:
    """A row of the outputs: the node at which it ended."""
    place = chosen_number(event, "output")
    if chosen is None or place is None or not 0 <= place < len(chosen.trace.hypotheses):
        return (gr.skip(),) * SELECTION
    best = chosen.trace.hypotheses[place]
    return _selected(chosen.at((best.step, best.index)), words_for(language))


def _shown(chosen: FileSelection, words: Words, *, keep: bool = False) -> Outputs:
    try:
        tree = tree_bundle(chosen.trace, tree_words(words), chosen=chosen.node)
    except (ValueError, LookupError, ArithmeticError) as error:  # good, and yet no search that the figure can draw
        raise RequestError(Problem.TRACE, {"reason": type(error).__name__}) from error
    message = state_message(State.READY, _message_words(words), answered=True)
    return message, gr.update(visible=True), replace(tree, keep=keep), *_selected(chosen, words)


def _selected(chosen: FileSelection, words: Words) -> Outputs:
    return (
        chosen,
        facts_data(chosen, words),
        node_data(chosen, words),
        map_bundle(chosen, words),
        looked_at_data(chosen, words),
        next_tokens_bundle(chosen.trace, chosen.node, words.figures.bars),
    )


def _message_words(words: Words) -> MessageWords:
    return replace(words.page.message, busy=words.page.trace_file.busy)


def _only_message(message: Any) -> Outputs:
    return (message, *(gr.skip(),) * (EVERYTHING - 1))


TAB: Final = Tab("trace", lambda words: words.page.trace_file.tab, build)
