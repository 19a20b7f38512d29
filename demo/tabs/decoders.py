"""The tab 'Decoders': one input, one model, several ways to decode, and the best output there is."""

from collections.abc import Callable
from typing import Any, Final

import gradio as gr

from demo.controls import Span, choice, options, slider
from demo.plotly_view import PlotlyView
from demo.service.requests import LARGEST_SEED, MAXIMUM_ALPHA, MAXIMUM_BEAM_SIZE, TEMPERATURES
from demo.service.ways import Settings
from demo.wording import WORDS, Language, Words, words_for
from demo.wording.compare_words import SectionWords
from demo.wording.decoder_words import AnswerWords, SweepWords

from .decoders_desk import FIRST_WAYS, DecodersDesk
from .decoders_steps import StepsPart
from .decoders_sweep import SweepDesk
from .page_view import PageView, as_shown
from .parts.examples import examples_data
from .parts.gallery import SEPARATOR, task_text
from .tab import EACH, LATEST, Captions, Context, Properties, Tab, quiet
from .translate_models import ModelDesk

SECONDS_KEPT: Final = 3600
ALPHA_STEP: Final = 0.05
DEFAULTS: Final = Settings()
_FIRST: Final = WORDS[Language.ENGLISH]
_AS_SHOWN: Final = as_shown("view-ways")
_BUSY: Final = as_shown("view-ways", busy=True)
_IDLE: Final = "() => window.pageViews?.idle()"


class _Layout:
    """The components of the tab, from top to bottom."""

    def __init__(self, captions: Captions, desk: DecodersDesk) -> None:
        self.captions, self.desk = captions, desk
        first = desk.models[0].name if desk.models else ""
        dress = ModelDesk(desk.service, desk.examples).dress(first, _FIRST.language)
        self.trial = gr.State(None, time_to_live=SECONDS_KEPT)
        # A text field that is not shown: unlike a state of the server it lives as long as the visitor's page.
        self.ways = gr.Textbox("\n".join(FIRST_WAYS), visible=False, elem_id="decoders-ways")
        self.model = gr.Dropdown(_models(desk, _FIRST), value=first, elem_id="decoders-model")
        captions.follow(
            self.model, lambda words: {"label": words.decoders.ask.model, "choices": _models(desk, words)}
        )
        self.lineup = PageView(
            "lineup", desk.lineup(_FIRST.language, "\n".join(FIRST_WAYS), DEFAULTS.beam_size), elem_id="view-ways"
        )
        self._input(dress.sentence)
        self.examples = PageView(
            "examples", shown_examples(desk, first, _FIRST.language), elem_id="decoders-examples"
        )
        self._more()
        self.message = PageView("message", desk.hint(_FIRST.language), elem_id="decoders-message")
        with gr.Column(visible=False, elem_classes="results") as self.results:
            _head(captions, lambda words: words.decoders.answers)
            self.table = PageView("comparison", elem_id="decoders-table")
            _head(captions, lambda words: words.decoders.ruler_head)
            self.ruler = PlotlyView(elem_id="decoders-ruler")
            self.steps = StepsPart(captions)
            self._sweep()
        self._file()

    def _sweep(self) -> None:
        _head(self.captions, lambda words: words.decoders.sweep)
        self.sweep = gr.State(None, time_to_live=SECONDS_KEPT)
        self.sweep_button = gr.Button(elem_id="decoders-sweep", scale=0)
        self.captions.follow(self.sweep_button, lambda words: {"value": words.decoders.sweep.start})
        self.sweep_message = PageView("message", elem_id="decoders-sweep-message")
        self.sweep_table = PageView("comparison", elem_id="decoders-sweep-table")
        self.sweep_figure = PlotlyView(elem_id="decoders-sweep-figure")

    def _file(self) -> None:
        self.file_sweep = gr.State(None, time_to_live=SECONDS_KEPT)
        with gr.Accordion(open=False, elem_id="decoders-file") as file:
            explain = gr.Markdown()
            with gr.Row():
                self.upload = gr.UploadButton(file_types=[".tsv", ".txt"], elem_id="decoders-upload", scale=0)
                self.cancel = gr.Button(elem_id="decoders-cancel", scale=0)
            self.file_message = PageView("message", elem_id="decoders-file-message")
            self.file_table = PageView("grid", elem_id="decoders-file-table")
        follow = self.captions.follow
        follow(file, lambda words: {"label": words.decoders.file.title})
        follow(explain, lambda words: {"value": words.decoders.file.explain})
        follow(self.upload, lambda words: {"label": words.decoders.file.upload})
        follow(self.cancel, lambda words: {"value": words.decoders.file.cancel})

    def _input(self, sentence: Properties) -> None:
        with gr.Row(equal_height=True):
            self.sentence = gr.Textbox(**sentence, elem_id="decoders-sentence", scale=4)
            self.beam_size = slider(Span(1, MAXIMUM_BEAM_SIZE, DEFAULTS.beam_size), "decoders-beam-size", scale=2)
            self.alpha = slider(Span(0, MAXIMUM_ALPHA, DEFAULTS.alpha, ALPHA_STEP), "decoders-alpha", scale=2)
            self.button = gr.Button(variant="primary", elem_id="decoders-decode", scale=1, min_width=120)
        self.captions.follow(
            self.beam_size,
            lambda words: {"label": words.page.input.beam_size, "info": words.page.input.beam_size_info},
        )
        self.captions.follow(
            self.alpha, lambda words: {"label": words.page.input.alpha, "info": words.page.input.alpha_info}
        )
        self.captions.follow(self.button, lambda words: {"value": words.decoders.ask.decode})

    def _more(self) -> None:
        with gr.Accordion(open=False, elem_id="decoders-more") as more, gr.Row():
            self.length_rule = choice(_FIRST.decoders.ask.length_rules, DEFAULTS.length_rule, "decoders-length-rule")
            self.temperature = slider(Span(*TEMPERATURES, DEFAULTS.temperature, 0.1), "decoders-temperature")
            self.top_p = slider(Span(0.05, 1, DEFAULTS.top_p, 0.05), "decoders-top-p")
            self.seed = gr.Number(0, precision=0, minimum=0, maximum=LARGEST_SEED, elem_id="decoders-seed")
        follow = self.captions.follow
        follow(more, lambda words: {"label": words.page.input.more})
        follow(self.length_rule, _length_rule_texts)
        follow(
            self.temperature,
            lambda words: _labelled(words.page.input.temperature, words.page.input.temperature_info),
        )
        follow(self.top_p, lambda words: _labelled(words.decoders.ask.top_p, words.decoders.ask.top_p_info))
        follow(self.seed, lambda words: _labelled(words.page.input.seed, words.page.input.seed_info))

    @property
    def settings(self) -> list[Any]:
        """What a trial is asked with, in the order of `DecodersDesk.ask`."""
        draws = [self.temperature, self.top_p, self.seed]
        return [self.sentence, self.ways, self.model, self.beam_size, self.alpha, self.length_rule, *draws]

    @property
    def everything(self) -> list[Any]:
        """What a trial fills."""
        return [self.message, self.results, self.trial, self.table, self.ruler, *self.steps.shown]

    @property
    def swept(self) -> list[Any]:
        """What a sweep fills."""
        return [self.sweep_message, self.sweep, self.sweep_table, self.sweep_figure]


def _labelled(label: str, info: str) -> Properties:
    return {"label": label, "info": info}


def _length_rule_texts(words: Words) -> Properties:
    texts = words.decoders.ask
    return {"choices": options(texts.length_rules), "label": texts.length_rule, "info": texts.length_rule_info}


def _models(desk: DecodersDesk, words: Words) -> list[tuple[str, str | int | float]]:
    return [(SEPARATOR.join((task_text(entry, words.page), entry.title)), entry.name) for entry in desk.models]


def shown_examples(desk: DecodersDesk, model: str, language: str) -> Any:
    """The examples of a model as chips."""
    words = WORDS[Language(language)] if language in tuple(Language) else _FIRST
    entry = next((each for each in desk.models if each.name == model), None)
    if entry is None:
        return None
    named = {**words.page.input.reasons, **words.decoders.ask.reasons}
    page = words.page
    return examples_data(desk.examples_of(model), entry, page, reasons=named)


def _head(captions: Captions, texts: Callable[[Words], SectionWords | AnswerWords | SweepWords]) -> None:
    """A heading and the one line that says what to look at below it."""

    def value(words: Words) -> Properties:
        section = texts(words)
        return {"value": f"## {section.title}\n{section.explain}"}

    captions.follow(gr.Markdown(elem_classes="part-head"), value)


def build(context: Context) -> None:
    desk = DecodersDesk(context.service, context.examples)
    layout = _Layout(context.captions, desk)
    _wire_trial(layout, desk, context.language)
    layout.steps.wire(layout.trial, context.language)
    _wire_sweeps(layout, SweepDesk(desk), context.language)
    _wire_choices(layout, desk, context.language)
    _wire_own_models(layout, desk, context)
    _wire_language(layout, desk, context.language)


def _wire_trial(layout: _Layout, desk: DecodersDesk, language: gr.Radio) -> None:
    wires = quiet(inputs=[*layout.settings, language], outputs=layout.everything)
    for trigger in (layout.button.click, layout.sentence.submit):
        trigger(desk.ask, js=_BUSY, **LATEST, **wires).failure(None, js=_IDLE, **quiet())
    filled = layout.examples.choose(
        desk.take_example, **EACH, **quiet(inputs=[layout.sentence, layout.model], outputs=[layout.sentence])
    )
    filled.then(desk.ask, js=_BUSY, **LATEST, **wires).failure(None, js=_IDLE, **quiet())
    # A sweep of another source does not stay below the new outputs.
    layout.trial.change(lambda: (None,) * 3, **quiet(outputs=layout.swept[1:]))


def _wire_sweeps(layout: _Layout, desk: SweepDesk, language: gr.Radio) -> None:
    shown = layout.swept
    layout.sweep_button.click(
        desk.sweep, js=_BUSY, **quiet(inputs=[*layout.settings, language], outputs=shown)
    ).failure(None, js=_IDLE, **quiet())
    language.change(
        desk.show_again, **LATEST, **quiet(inputs=[layout.sweep, language], outputs=shown)
    )
    score = [layout.model, layout.beam_size, layout.alpha, layout.length_rule]
    running = layout.upload.upload(
        desk.sweep_file,
        **quiet(
            inputs=[layout.upload, *score, language],
            outputs=[layout.file_message, layout.file_sweep, layout.file_table],
        ),
    )
    layout.cancel.click(
        desk.cancelled, cancels=[running], **quiet(inputs=[language], outputs=[layout.file_message])
    )
    language.change(
        desk.show_file_again,
        **LATEST,
        **quiet(inputs=[layout.file_sweep, language], outputs=[layout.file_table]),
    )


def _wire_choices(layout: _Layout, desk: DecodersDesk, language: gr.Radio) -> None:
    layout.lineup.choose(
        desk.choose_ways, **EACH, **quiet(inputs=[layout.ways], outputs=[layout.ways])
    )
    layout.beam_size.release(
        desk.lineup, js=_AS_SHOWN, **quiet(inputs=[language, layout.ways, layout.beam_size], outputs=[layout.lineup])
    )
    models = ModelDesk(desk.service, desk.examples)

    def choose_model(model: str, language: str) -> tuple[Any, ...]:
        desk.service.want(model)
        shown = desk.examples_of(model)
        sentence = models.dress(model, language).sentence | {"value": shown[0].source if shown else ""}
        hidden = (gr.update(visible=False), None)
        return gr.update(**sentence), shown_examples(desk, model, language), *hidden

    # Of a dropdown's events `select` alone comes once: `input` comes again when the visitor turns to another field,
    # and would overwrite what is typed there.
    layout.model.select(
        choose_model,
        **LATEST,
        **quiet(
            inputs=[layout.model, language],
            outputs=[layout.sentence, layout.examples, layout.results, layout.trial],
        ),
    )  # what another model wrote is not shown under the new one


def _wire_own_models(layout: _Layout, desk: DecodersDesk, context: Context) -> None:
    """The list follows the models that the visitor trains; the first one in the place of one that is gone."""

    def follow(model: str, language: str) -> Any:
        names = [entry.name for entry in desk.models]
        return gr.update(choices=_models(desk, words_for(language)), value=model if model in names else names[0])

    context.own.change(follow, **quiet(inputs=[layout.model, context.language], outputs=[layout.model]))


def _wire_language(layout: _Layout, desk: DecodersDesk, language: gr.Radio) -> None:
    models = ModelDesk(desk.service, desk.examples)

    def dress_again(language: str, ways: str, beam_size: float, model: str) -> tuple[Any, ...]:
        sentence = gr.update(**models.dress(model, language).sentence)
        return desk.lineup(language, ways, beam_size), sentence, shown_examples(desk, model, language)

    language.change(
        dress_again,
        js=_AS_SHOWN,
        **LATEST,
        **quiet(
            inputs=[language, layout.ways, layout.beam_size, layout.model],
            outputs=[layout.lineup, layout.sentence, layout.examples],
        ),
    )
    shown = [layout.trial, layout.steps.place, language]
    language.change(desk.show_again, **LATEST, **quiet(inputs=shown, outputs=layout.everything))


TAB: Final = Tab("decoders", lambda words: words.decoders.tab, build)
