"""The tab 'Translate': a model and a source in; greedy beside beam, all outputs, the search and its attention."""

from typing import Any, Final

import gradio as gr
from gradio.events import api

from .page_view import PageView, as_shown
from .tab import EACH, LATEST, Context, Tab, part_head, quiet
from .translate_attention import AttentionPart, choose_head, choose_little, look_closer
from .translate_desk import Desk, endpoint
from .translate_input import InputPart
from .translate_models import Dress, ModelDesk, next_seed
from .translate_search import SearchPart
from .translate_self import SelfDesk, SelfPart
from .translate_self import wire as wire_self_attention
from .translate_what_if import WhatIfDesk

SECONDS_KEPT: Final = 3600
LOOK_AGAIN: Final = 1.0  # seconds between two looks at whether the model is there
_AS_SHOWN: Final = as_shown("view-gallery")
_BUSY_AS_SHOWN: Final = as_shown("view-gallery", busy=True)
_BUSY: Final = "(...inputs) => { window.pageViews?.busy(); return inputs; }"
_BUSY_AGAIN: Final = "(...inputs) => { window.pageViews?.busyAgain(); return inputs; }"
_ALPHA_TO_TABLE: Final = "(alpha) => { window.pageViews?.alphaChanged(alpha); }"
_ALPHA_OF_TABLE: Final = "() => window.pageViews.alphaOfTable()"
_IDLE: Final = "() => window.pageViews?.idle()"


class _Layout:
    """The components of the tab, from top to bottom."""

    def __init__(self, context: Context, dress: Dress) -> None:
        self.captions = context.captions
        self.chosen = gr.State(None, time_to_live=SECONDS_KEPT)
        self.input = InputPart(context.captions, dress)
        self.message = PageView("message")
        self.look_again = gr.Timer(LOOK_AGAIN)
        with gr.Column(visible=False, elem_classes="results") as self.results:
            self.what_if = PageView("whatif")
            part_head(self.captions, lambda words: (words.page.result.title, words.page.result.explain))
            self.result = PageView("result")
            with gr.Row(elem_classes="side-by-side"):
                with gr.Column(scale=57, min_width=320):
                    self._nbest()
                with gr.Column(scale=43, min_width=320):
                    self.attention = AttentionPart(self.captions)
            with gr.Row(elem_classes="search-area"):
                with gr.Column(min_width=320, elem_classes="search-tree"):
                    self.search = SearchPart(self.captions)
                with gr.Column(min_width=320, elem_classes="search-panel"):
                    self._panel()
                    self.health = PageView("health")
                with gr.Row(elem_classes="search-token"):
                    self._token()
            self.inner = SelfPart(self.captions)

    def _nbest(self) -> None:
        part_head(self.captions, lambda words: (words.page.nbest.title, words.page.nbest.explain))
        self.nbest = PageView("nbest")

    def _panel(self) -> None:
        part_head(self.captions, lambda words: (words.page.panel.title, words.page.panel.explain))
        self.panel = PageView("panel")

    def _token(self) -> None:
        """More of the selected node: what it looked at, what could come next."""
        with gr.Column(min_width=300):
            self.looked_at = PageView("attention")
        with gr.Column(min_width=300):
            next_tokens = gr.Markdown(elem_classes="small-head")
            self.captions.follow(next_tokens, lambda words: {"value": f"#### {words.page.panel.next_tokens}"})
            self.next_tokens = PageView("next")

    @property
    def selection(self) -> list[Any]:
        """What follows the selected node."""
        token = [self.panel, self.looked_at, self.next_tokens]
        return [self.chosen, self.result, self.nbest, *token, *self.attention.shown, *self.inner.closed]

    @property
    def closer(self) -> list[Any]:
        """What follows a choice within the attention, in the order of `translate_attention`."""
        token = [self.panel, self.looked_at, self.next_tokens]
        return [self.chosen, *token, self.attention.pin, self.attention.choice, self.attention.large]

    @property
    def everything(self) -> list[Any]:
        """What a new result fills."""
        return [self.message, self.results, *self.search.shown, self.health, self.what_if, *self.selection]


def build(context: Context) -> None:
    models = ModelDesk(context.service, context.examples)
    layout, desk = _Layout(context, models.dress("", "en")), Desk(context.service, context.examples)
    _wire_decoding(layout, desk, context.language)
    _wire_models(layout, desk, models, context.language)
    _wire_own_models(layout, models, context)
    _wire_alpha(layout)
    _wire_selection(layout, desk, context.language)
    layout.search.wire(layout.chosen, context.language)
    _wire_what_if(layout, WhatIfDesk(desk), context.language)
    _wire_waiting(layout, desk, context)
    wire_self_attention(layout.inner, SelfDesk(context.service), layout.chosen, context.language)
    api(
        endpoint(context.service),
        api_name="decode",
        api_description="Decode one source with one model and return the whole search as a trace (seq2seq-trace/1).",
    )


def _wire_decoding(layout: _Layout, desk: Desk, language: gr.Radio) -> None:
    part = layout.input
    wires = quiet(inputs=[*part.settings, language], outputs=layout.everything)
    for trigger in (part.button.click, part.sentence.submit, part.seed.submit):
        trigger(desk.translate, js=_BUSY_AS_SHOWN, **LATEST, **wires).failure(None, js=_IDLE, **quiet())
    filled = part.examples.choose(
        desk.take_example, js=_BUSY, **EACH, **quiet(inputs=[part.sentence, part.model], outputs=[part.sentence])
    )
    filled.then(desk.translate, **LATEST, **wires).failure(None, js=_IDLE, **quiet())
    drawn = part.sample.click(next_seed, js=_BUSY, **quiet(inputs=[part.seed], outputs=[part.seed]))
    drawn.then(desk.translate, **LATEST, **wires).failure(None, js=_IDLE, **quiet())
    layout.nbest.again(
        desk.search_again, js=_BUSY, **quiet(inputs=[layout.chosen, language], outputs=layout.everything)
    ).failure(None, js=_IDLE, **quiet())


def _wire_models(layout: _Layout, desk: Desk, models: ModelDesk, language: gr.Radio) -> None:
    """Another model answers what the page shows the answer to; before that, nothing is decoded."""
    part = layout.input
    chosen = part.gallery.choose(
        models.choose, **EACH, **quiet(inputs=[part.model, language], outputs=part.dressed)
    )
    again = quiet(inputs=[layout.chosen, *part.settings, language], outputs=layout.everything)
    chosen.then(desk.answer_again, js=_BUSY_AGAIN, **LATEST, **again).failure(None, js=_IDLE, **quiet())
    others = quiet(inputs=[part.model, language], outputs=[part.examples])
    part.examples.again(models.other_pictures, **EACH, **others)
    dressing = quiet(inputs=[language, part.model], outputs=part.dressed)
    language.change(models.dress_again, js=_AS_SHOWN, **LATEST, **dressing)


def _wire_own_models(layout: _Layout, models: ModelDesk, context: Context) -> None:
    """Those that the visitor trains: the list follows, and one may be asked for from the training lab."""
    part, language = layout.input, context.language
    following = quiet(inputs=[language, part.model], outputs=part.dressed)
    context.own.change(models.follow_own, js=_AS_SHOWN, **following)
    context.wanted.change(
        models.take_up, **quiet(inputs=[context.wanted, part.model, language], outputs=part.dressed)
    )


def _wire_alpha(layout: _Layout) -> None:
    """Two sliders, one value: the one above the page belongs to the search, the one at the table shows its effect."""
    alpha = layout.input.alpha
    alpha.change(None, js=_ALPHA_TO_TABLE, **quiet(inputs=[alpha]))
    layout.nbest.move(None, js=_ALPHA_OF_TABLE, **quiet(outputs=[alpha]))


def _wire_selection(layout: _Layout, desk: Desk, language: gr.Radio) -> None:
    inputs = [layout.chosen, language]
    follows = quiet(inputs=inputs, outputs=layout.selection)
    for nodes in (layout.search.tree.point_click, layout.search.trie.point_click, layout.search.pruning.choose):
        nodes(desk.choose_node, **follows, **EACH)
    layout.nbest.choose(desk.choose_hypothesis, **follows, **EACH)
    layout.result.choose(desk.choose_card, **follows, **EACH)
    closer = quiet(inputs=inputs, outputs=layout.closer)
    layout.attention.large.point_click(look_closer, **closer, **EACH)
    layout.attention.little.point_click(choose_little, **closer, **EACH)
    layout.attention.choice.choose(choose_head, **closer, **EACH)


def _wire_what_if(layout: _Layout, desk: WhatIfDesk, language: gr.Radio) -> None:
    wires = quiet(inputs=[layout.chosen, language], outputs=layout.everything)
    changes = ((layout.next_tokens.choose, desk.change), (layout.attention.pin.choose, desk.change))
    for trigger, handler in (*changes, (layout.what_if.choose, desk.take_back)):
        trigger(handler, js=_BUSY, **wires).failure(None, js=_IDLE, **quiet())


def _wire_waiting(layout: _Layout, desk: Desk, context: Context) -> None:
    inputs = [layout.chosen, context.language]
    looking = quiet(inputs=inputs, outputs=[layout.message, layout.look_again])
    context.app.load(desk.look_again, **looking)
    layout.look_again.tick(desk.look_again, **looking)
    showing = quiet(inputs=inputs, outputs=layout.everything)
    context.language.change(desk.show_again, **LATEST, **showing)


TAB: Final = Tab("translate", lambda words: words.page.translate, build)
