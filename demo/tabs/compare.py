"""The tab 'Compare models': one source, two to four models, the same search; outputs, attention, quality by length."""

from collections.abc import Callable
from typing import Any, Final

import gradio as gr
from gradio.events import api

from demo.controls import Span, choice, options, slider
from demo.plotly_view import PlotlyView
from demo.service.requests import MAXIMUM_ALPHA, MAXIMUM_BEAM_SIZE
from demo.wording import WORDS, Language, Words
from demo.wording.compare_words import SectionWords, TableWords
from seq2seq_core.options import BeamOptions

from .compare_desk import CompareDesk
from .compare_lineup import LineupDesk
from .compare_search import endpoint
from .page_view import PageView, as_shown
from .tab import EACH, LATEST, Captions, Context, Properties, Tab, quiet

SECONDS_KEPT: Final = 3600
ALPHA_STEP: Final = 0.05
DEFAULTS: Final = BeamOptions()
_FIRST: Final = WORDS[Language.ENGLISH]
_AS_SHOWN: Final = as_shown("view-lineup")
_BUSY: Final = as_shown("view-lineup", busy=True)
_IDLE: Final = "() => window.pageViews?.idle()"


class _Layout:
    """The components of the tab, from top to bottom."""

    def __init__(self, captions: Captions, desk: CompareDesk) -> None:
        self.captions = captions
        dress = desk.lineup.dress(desk.lineup.opening(), _FIRST.language)
        self.comparison = gr.State(None, time_to_live=SECONDS_KEPT)
        # A text field that is not shown: unlike a state of the server it lives as long as the visitor's page.
        self.models = gr.Textbox(dress.models, visible=False, elem_id="compare-models")
        self.lineup = PageView("lineup", dress.lineup)
        self._input(dress.sentence)
        self.examples = PageView("examples", dress.examples, elem_id="compare-examples")
        self._more()
        self.message = PageView("message", desk.hint(_FIRST.language), elem_id="compare-message")
        with gr.Column(visible=False, elem_classes="results") as self.results:
            _head(captions, lambda words: words.compare.table)
            self.table = PageView("comparison")
            _head(captions, lambda words: words.compare.maps)
            self.maps = PlotlyView(elem_id="compare-maps")
            _head(captions, lambda words: words.compare.curves)
            self.curve_note = PageView("caption", elem_id="compare-curve-note")
            self.curves = PlotlyView(elem_id="compare-curves")
            with gr.Column(visible=bool(desk.measured)):
                _head(captions, lambda words: words.compare.task_curve)
                self.task_curve = PlotlyView(elem_id="compare-task-curve")

    def _input(self, sentence: Properties) -> None:
        with gr.Row(equal_height=True):
            self.sentence = gr.Textbox(**sentence, lines=1, max_lines=4, elem_id="compare-sentence", scale=4)
            self.search = choice(_FIRST.compare.lineup.searches, "beam", "compare-search")
            self.beam_size = slider(Span(1, MAXIMUM_BEAM_SIZE, DEFAULTS.beam_size), "compare-beam-size", scale=2)
            self.button = gr.Button(variant="primary", elem_id="compare", scale=1, min_width=120)
        self.captions.follow(self.search, _search_texts)
        self.captions.follow(
            self.beam_size,
            lambda words: {"label": words.page.input.beam_size, "info": words.page.input.beam_size_info},
        )
        self.captions.follow(self.button, lambda words: {"value": words.compare.lineup.compare})

    def _more(self) -> None:
        with gr.Accordion(open=False, elem_id="compare-more") as more:
            self.alpha = slider(Span(0, MAXIMUM_ALPHA, DEFAULTS.alpha, ALPHA_STEP), "compare-alpha")
        self.captions.follow(more, lambda words: {"label": words.page.input.more})
        self.captions.follow(
            self.alpha, lambda words: {"label": words.page.input.alpha, "info": words.page.input.alpha_info}
        )

    @property
    def settings(self) -> list[Any]:
        """What a comparison is asked with, in the order of `CompareDesk.ask`."""
        return [self.sentence, self.models, self.search, self.beam_size, self.alpha]

    @property
    def dressed(self) -> list[Any]:
        """What follows the models, in the order of `Dress.updates`."""
        return [self.models, self.lineup, self.sentence, self.examples]

    @property
    def everything(self) -> list[Any]:
        """What a comparison fills."""
        shown = [self.table, self.maps, self.curve_note, self.curves, self.task_curve]
        return [self.message, self.results, self.comparison, *shown]


def _search_texts(words: Words) -> Properties:
    texts = words.compare.lineup
    return {"choices": options(texts.searches), "label": texts.search, "info": texts.search_info}


def _head(captions: Captions, texts: Callable[[Words], SectionWords | TableWords]) -> None:
    """A heading and the one line that says what to look at below it."""

    def value(words: Words) -> Properties:
        section = texts(words)
        return {"value": f"## {section.title}\n{section.explain}"}

    captions.follow(gr.Markdown(elem_classes="part-head"), value)


def build(context: Context) -> None:
    desk = CompareDesk(context.service, LineupDesk(context.service, context.examples), context.measured)
    layout = _Layout(context.captions, desk)
    _wire_comparing(layout, desk, context.language)
    _wire_models(layout, desk.lineup, context.language)
    again = quiet(inputs=[context.language, layout.models], outputs=layout.dressed)
    # The models that the visitor trains come and go.
    context.own.change(desk.lineup.dress_again, js=_AS_SHOWN, **again)
    context.language.change(desk.lineup.dress_again, js=_AS_SHOWN, **LATEST, **again)
    _wire_language(layout, desk, context.language)
    api(
        endpoint(context.service),
        api_name="compare",
        api_description="Decode one source with two to four models; each answer has its search as a trace.",
    )


def _wire_comparing(layout: _Layout, desk: CompareDesk, language: gr.Radio) -> None:
    wires = quiet(inputs=[*layout.settings, language], outputs=layout.everything)
    for trigger in (layout.button.click, layout.sentence.submit):
        trigger(desk.ask, js=_BUSY, **LATEST, **wires).failure(None, js=_IDLE, **quiet())
    taking = quiet(inputs=[layout.sentence, layout.models], outputs=[layout.sentence])
    filled = layout.examples.choose(desk.lineup.take_example, js=_BUSY, **EACH, **taking)
    filled.then(desk.ask, js=_AS_SHOWN, **LATEST, **wires).failure(None, js=_IDLE, **quiet())
    layout.search.change(_with_size, **quiet(inputs=[layout.search], outputs=[layout.beam_size]))


def _with_size(search: str) -> Any:
    """Greedy search has no beam."""
    return gr.update(interactive=search == "beam")


def _wire_models(layout: _Layout, lineup: LineupDesk, language: gr.Radio) -> None:
    layout.lineup.choose(
        lineup.choose_models, **EACH, **quiet(inputs=[layout.models], outputs=[layout.models])
    )
    layout.lineup.again(lineup.choose_group, **EACH, **quiet(inputs=[language], outputs=layout.dressed)).then(
        lambda: (gr.update(visible=False), None), **LATEST, **quiet(outputs=[layout.results, layout.comparison])
    )  # what other models wrote about another kind of text is not shown under the new ones


def _wire_language(layout: _Layout, desk: CompareDesk, language: gr.Radio) -> None:
    showing = quiet(inputs=[layout.comparison, language], outputs=layout.everything)
    language.change(desk.show_again, **LATEST, **showing)


TAB: Final = Tab("compare", lambda words: words.compare.tab, build)
