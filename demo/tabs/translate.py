"""The tab 'Translate': a sentence in; greedy beside beam, all outputs, the search and its attention."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import gradio as gr
from gradio.events import api

from demo.controls import Span, choice, options, slider
from demo.plotly_view import PlotlyView
from demo.service import Example
from demo.service.requests import (
    LARGEST_MINIMUM,
    LONGEST_OUTPUT,
    MAXIMUM_ALPHA,
    MAXIMUM_BEAM_SIZE,
    MAXIMUM_CHARACTERS,
)
from demo.wording import WORDS, Language, Words
from seq2seq_core.options import BeamOptions

from .page_view import PageView
from .parts.examples import examples_data
from .tab import Captions, Context, Properties, Tab, quiet
from .translate_desk import Desk, endpoint, look_closer

DEFAULTS: Final = BeamOptions()
ALPHA_STEP: Final = 0.05
SECONDS_KEPT: Final = 3600
LOOK_AGAIN: Final = 1.0  # seconds between two looks at whether the model is there
_FIRST: Final = WORDS[Language.ENGLISH]
_BUSY: Final = "(...inputs) => { window.pageViews?.busy(); return inputs; }"
_ALPHA_TO_TABLE: Final = "(alpha) => { window.pageViews?.alphaChanged(alpha); }"
_ALPHA_OF_TABLE: Final = "() => window.pageViews.alphaOfTable()"
_IDLE: Final = "() => window.pageViews?.idle()"


class _Layout:
    """The components of the tab, from top to bottom."""

    def __init__(self, context: Context) -> None:
        self.captions = context.captions
        self.chosen = gr.State(None, time_to_live=SECONDS_KEPT)
        self._input(context.examples)
        self.message = PageView("message")
        self.look_again = gr.Timer(LOOK_AGAIN)
        with gr.Column(visible=False, elem_classes="results") as self.results:
            _head(self.captions, lambda words: (words.page.result.title, words.page.result.explain))
            self.result = PageView("result")
            with gr.Row(elem_classes="side-by-side"):
                with gr.Column(scale=57, min_width=320):
                    self._nbest()
                with gr.Column(scale=43, min_width=320):
                    self._heatmap()
            with gr.Row(elem_classes="search-area"):
                with gr.Column(min_width=320, elem_classes="search-tree"):
                    self._tree()
                with gr.Column(min_width=320, elem_classes="search-panel"):
                    self._panel()
                with gr.Row(elem_classes="search-token"):
                    self._token()

    def _input(self, examples: Sequence[Example]) -> None:
        with gr.Row(equal_height=True):
            self.sentence = gr.Textbox(lines=1, max_lines=4, elem_id="sentence", autofocus=True, scale=4)
            self.beam_size = slider(Span(1, MAXIMUM_BEAM_SIZE, DEFAULTS.beam_size), "beam-size", scale=2)
            self.alpha = slider(Span(0, MAXIMUM_ALPHA, DEFAULTS.alpha, ALPHA_STEP), "alpha", scale=2)
            self.button = gr.Button(variant="primary", elem_id="translate", scale=1, min_width=120)
        self.examples = PageView("examples", examples_data(examples, _FIRST.page.input))
        self.captions.follow(self.examples, lambda words: {"value": examples_data(examples, words.page.input)})
        self.captions.follow(self.sentence, _sentence_texts)
        self.captions.follow(self.button, lambda words: {"value": words.page.input.translate})
        self.captions.follow(
            self.beam_size,
            lambda words: {"label": words.page.input.beam_size, "info": words.page.input.beam_size_info},
        )
        self.captions.follow(
            self.alpha, lambda words: {"label": words.page.input.alpha, "info": words.page.input.alpha_info}
        )
        self._more()

    def _more(self) -> None:
        with gr.Accordion(open=False, elem_id="more") as more, gr.Row():
            self.max_length = slider(Span(0, LONGEST_OUTPUT, 0), "max-length")
            self.min_length = slider(Span(0, LARGEST_MINIMUM, 0), "min-length")
            self.stop_rule = choice(_FIRST.page.input.stop_rules, DEFAULTS.stop_rule, "stop-rule")
        self.captions.follow(more, lambda words: {"label": words.page.input.more})
        self.captions.follow(self.max_length, _max_length_texts)
        self.captions.follow(
            self.min_length,
            lambda words: {"label": words.page.input.min_length, "info": words.page.input.min_length_info},
        )
        self.captions.follow(self.stop_rule, _stop_rule_texts)

    def _nbest(self) -> None:
        _head(self.captions, lambda words: (words.page.nbest.title, words.page.nbest.explain))
        self.nbest = PageView("nbest")

    def _heatmap(self) -> None:
        _head(self.captions, lambda words: (words.page.heatmap.title, words.page.heatmap.explain))
        self.caption = PageView("caption")
        self.heatmap = PlotlyView(elem_id="heatmap")

    def _tree(self) -> None:
        _head(self.captions, lambda words: (words.page.tree.title, words.page.tree.explain))
        self.tree = PlotlyView(elem_id="tree")

    def _panel(self) -> None:
        _head(self.captions, lambda words: (words.page.panel.title, words.page.panel.explain))
        self.panel = PageView("panel")

    def _token(self) -> None:
        """More of the selected node: what it looked at, what could come next."""
        with gr.Column(min_width=300):
            self.attention = PageView("attention")
        with gr.Column(min_width=300):
            next_tokens = gr.Markdown(elem_classes="small-head")
            self.captions.follow(next_tokens, lambda words: {"value": f"#### {words.page.panel.next_tokens}"})
            self.next_tokens = PlotlyView(elem_id="next-tokens")

    @property
    def settings(self) -> list[Any]:
        return [self.sentence, self.beam_size, self.alpha, self.max_length, self.min_length, self.stop_rule]

    @property
    def selection(self) -> list[Any]:
        """What follows the selected node."""
        return [self.chosen, self.result, self.nbest, *self.closer, self.caption, self.heatmap]

    @property
    def closer(self) -> list[Any]:
        """What a closer look at one token changes."""
        return [self.panel, self.attention, self.next_tokens]

    @property
    def everything(self) -> list[Any]:
        """What a new result fills."""
        return [self.message, self.results, self.tree, *self.selection]


def _head(captions: Captions, texts: Callable[[Words], Sequence[str]]) -> None:
    """A heading and the one line that says what is below it."""

    def value(words: Words) -> Properties:
        title, explain = texts(words)
        return {"value": f"## {title}\n{explain}"}

    captions.follow(gr.Markdown(elem_classes="part-head"), value)


def _sentence_texts(words: Words) -> Properties:
    return {
        "label": words.page.input.sentence.format(limit=MAXIMUM_CHARACTERS),
        "placeholder": words.page.input.placeholder,
    }


def _max_length_texts(words: Words) -> Properties:
    return {
        "label": words.page.input.max_length,
        "info": words.page.input.max_length_info.format(limit=LONGEST_OUTPUT),
    }


def _stop_rule_texts(words: Words) -> Properties:
    texts = words.page.input
    return {"choices": options(texts.stop_rules), "label": texts.stop_rule, "info": texts.stop_rule_info}


def build(context: Context) -> None:
    layout, desk = _Layout(context), Desk(context.service, context.examples)
    _wire_decoding(layout, desk, context.language)
    _wire_alpha(layout)
    _wire_selection(layout, desk, context.language)
    _wire_waiting(layout, desk, context)
    api(
        endpoint(context.service),
        api_name="decode",
        api_description="Decode one English sentence and return the whole search as a trace (seq2seq-trace/1).",
    )


def _wire_decoding(layout: _Layout, desk: Desk, language: gr.Radio) -> None:
    wires = quiet(inputs=[*layout.settings, language], outputs=layout.everything)
    for trigger in (layout.button.click, layout.sentence.submit):
        trigger(desk.translate, js=_BUSY, **wires).failure(None, js=_IDLE, **quiet())
    filled = layout.examples.choose(
        desk.take_example, js=_BUSY, **quiet(inputs=[layout.sentence], outputs=[layout.sentence])
    )
    filled.then(desk.translate, **wires).failure(None, js=_IDLE, **quiet())
    layout.nbest.again(
        desk.search_again, js=_BUSY, **quiet(inputs=[layout.chosen, language], outputs=layout.everything)
    ).failure(None, js=_IDLE, **quiet())


def _wire_alpha(layout: _Layout) -> None:
    """Two sliders, one value: the one above the page belongs to the search, the one at the table shows its effect."""
    layout.alpha.change(None, js=_ALPHA_TO_TABLE, **quiet(inputs=[layout.alpha]))
    layout.nbest.move(None, js=_ALPHA_OF_TABLE, **quiet(outputs=[layout.alpha]))


def _wire_selection(layout: _Layout, desk: Desk, language: gr.Radio) -> None:
    inputs = [layout.chosen, language]
    latest: dict[str, Any] = {"trigger_mode": "always_last"}
    follows = quiet(inputs=inputs, outputs=layout.selection)
    layout.tree.point_click(desk.choose_node, **follows, **latest)
    layout.nbest.choose(desk.choose_hypothesis, **follows, **latest)
    layout.result.choose(desk.choose_card, **follows, **latest)
    layout.heatmap.point_click(look_closer, **quiet(inputs=inputs, outputs=layout.closer), **latest)


def _wire_waiting(layout: _Layout, desk: Desk, context: Context) -> None:
    inputs = [layout.chosen, context.language]
    looking = quiet(inputs=inputs, outputs=[layout.message, layout.look_again])
    context.app.load(desk.look_again, **looking)
    layout.look_again.tick(desk.look_again, **looking)
    showing = quiet(inputs=inputs, outputs=layout.everything)
    context.language.change(desk.show_again, trigger_mode="always_last", **showing)


TAB: Final = Tab("translate", lambda words: words.page.translate, build)
