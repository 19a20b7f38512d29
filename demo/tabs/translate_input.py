"""The upper part of the tab 'Translate': which model, what source, which settings; and the card of the model."""

from typing import Any, Final

import gradio as gr

from demo.controls import Span, choice, options, slider
from demo.service.requests import (
    LARGEST_MINIMUM,
    LARGEST_SEED,
    LONGEST_OUTPUT,
    MAXIMUM_ALPHA,
    MAXIMUM_BEAM_SIZE,
    TEMPERATURES,
)
from demo.wording import WORDS, Language, Words
from seq2seq_core.options import BeamOptions

from .page_view import PageView
from .tab import Captions, Properties
from .translate_models import LATEX, Dress

DEFAULTS: Final = BeamOptions()
ALPHA_STEP: Final = 0.05
TEMPERATURE_STEP: Final = 0.1
_FIRST: Final = WORDS[Language.ENGLISH]


class InputPart:
    """The components, from top to bottom; those that follow the chosen model start with its `dress`."""

    def __init__(self, captions: Captions, dress: Dress) -> None:
        self.captions = captions
        # A text field that is not shown: unlike a state of the server it lives as long as the visitor's page.
        self.model = gr.Textbox(dress.model, visible=False, elem_id="model")
        self.gallery = PageView("gallery", dress.gallery)
        self._source(dress)
        self.examples = PageView("examples", dress.examples)
        self._more()
        with gr.Accordion(open=False, elem_id="about") as about:
            self.idea = gr.Markdown(dress.idea, latex_delimiters=LATEX, elem_id="idea")
            self.card = PageView("card", dress.card)
        captions.follow(about, lambda words: {"label": words.page.card.title})

    def _source(self, dress: Dress) -> None:
        with gr.Row(equal_height=True):
            self.sentence = gr.Textbox(**dress.sentence, elem_id="sentence", autofocus=True, scale=4)
            self._drawing(dress)
            self.beam_size = slider(Span(1, MAXIMUM_BEAM_SIZE, DEFAULTS.beam_size), "beam-size", scale=2)
            self.alpha = slider(Span(0, MAXIMUM_ALPHA, DEFAULTS.alpha, ALPHA_STEP), "alpha", scale=2)
            self.button = gr.Button(
                **dress.button, variant="primary", elem_id="translate", scale=1, min_width=120
            )
            self.sample = gr.Button(
                visible=dress.draws, variant="primary", elem_id="sample", scale=1, min_width=120
            )
        self.captions.follow(self.sample, lambda words: {"value": words.page.input.sample})
        self.captions.follow(
            self.beam_size,
            lambda words: {"label": words.page.input.beam_size, "info": words.page.input.beam_size_info},
        )
        self.captions.follow(
            self.alpha, lambda words: {"label": words.page.input.alpha, "info": words.page.input.alpha_info}
        )

    def _drawing(self, dress: Dress) -> None:
        """For models without a source."""
        self.seed = gr.Number(
            0, precision=0, minimum=0, maximum=LARGEST_SEED, visible=dress.draws, elem_id="seed", scale=1, min_width=160
        )
        self.temperature = gr.Slider(
            *TEMPERATURES, 1.0, step=TEMPERATURE_STEP, visible=dress.draws, elem_id="temperature", scale=2,
            min_width=220, buttons=[],
        )  # fmt: skip
        self.captions.follow(
            self.seed, lambda words: {"label": words.page.input.seed, "info": words.page.input.seed_info}
        )
        self.captions.follow(
            self.temperature,
            lambda words: {"label": words.page.input.temperature, "info": words.page.input.temperature_info},
        )

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

    @property
    def settings(self) -> list[Any]:
        """What a decode is asked with, in the order of `Desk.translate`."""
        controls = [self.beam_size, self.alpha, self.max_length, self.min_length, self.stop_rule]
        return [self.sentence, self.model, *controls, self.seed, self.temperature]

    @property
    def dressed(self) -> list[Any]:
        """What follows the chosen model, in the order of `Dress.updates`."""
        drawing = [self.seed, self.temperature, self.sample]
        return [self.model, self.gallery, self.sentence, self.button, *drawing, self.examples, self.idea, self.card]


def _max_length_texts(words: Words) -> Properties:
    return {
        "label": words.page.input.max_length,
        "info": words.page.input.max_length_info.format(limit=LONGEST_OUTPUT),
    }


def _stop_rule_texts(words: Words) -> Properties:
    texts = words.page.input
    return {"choices": options(texts.stop_rules), "label": texts.stop_rule, "info": texts.stop_rule_info}
