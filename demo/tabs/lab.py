"""The tab 'Training lab': small models learn while the visitor looks on, one alone or two side by side."""

from typing import Any, Final

import gradio as gr

from demo.controls import Span, choice, options, slider
from demo.plotly_view import PlotlyView
from demo.service.lab import (
    LONGEST_SIDE,
    MOST_BYTES,
    MOST_LINES,
    Comparison,
    Course,
    Cut,
    LessonOptions,
    OwnToken,
    Schedule,
)
from demo.service.requests import LARGEST_SEED
from demo.wording import WORDS, Language, Words

from .lab_desk import SECONDS_BETWEEN_LOOKS, LabDesk, Shown, choose_network, choose_task
from .page_view import PageView
from .parts.exposure import exposure_section
from .tab import LATEST, Captions, Context, Properties, Tab, part_head, quiet

SECONDS_KEPT: Final = 3600
DEFAULTS: Final = LessonOptions()
LETTERS: Final = "ab"
SPEEDS: Final = Span(20, 2_000, Schedule().half, 20)  # updates
_FIRST: Final = WORDS[Language.ENGLISH]


class _Layout:
    """The components of the tab, from top to bottom."""

    def __init__(self, captions: Captions, desk: LabDesk) -> None:
        self.captions = captions
        self.shown = gr.State(Shown(), time_to_live=SECONDS_KEPT)
        self.timer = gr.Timer(SECONDS_BETWEEN_LOOKS, active=False)
        part_head(captions, lambda words: (words.lab.head.title, words.lab.head.explain))
        self._input()
        self._more()
        self.message = PageView("message", desk.hint(_FIRST.language), elem_id="lab-message")
        with gr.Column(visible=False, elem_classes="results") as self.results:
            self.runs = PageView("labruns")
            self._take_away()
            with gr.Row(elem_classes="side-by-side"):
                with gr.Column(scale=52, min_width=320):
                    part_head(captions, lambda words: (words.lab.curves.title, words.lab.curves.explain))
                    self.curves = PlotlyView(elem_id="lab-curves")
                with gr.Column(scale=48, min_width=320):
                    self._maps()
            self._answers()

    def _input(self) -> None:
        texts = _FIRST.lab.ask
        with gr.Row(equal_height=True):
            self.task = gr.Dropdown(options(texts.tasks), value=DEFAULTS.task, elem_id="lab-task", scale=3)
            self.comparison = gr.Dropdown(
                options(texts.comparisons), value=Comparison.ONE.value, elem_id="lab-comparison", scale=3
            )
            self.course = gr.Dropdown(
                options(texts.courses), value=Course.TRUTH.value, elem_id="lab-course", scale=4
            )
            self.start = gr.Button(variant="primary", elem_id="lab-start", scale=1, min_width=110)
            self.stop = gr.Button(elem_id="lab-stop", interactive=False, scale=1, min_width=90)
            self.go_on = gr.Button(elem_id="lab-go-on", interactive=False, scale=1, min_width=90)
        follow = self.captions.follow
        follow(self.task, lambda words: {"label": words.lab.ask.task, "choices": options(words.lab.ask.tasks)})
        follow(
            self.comparison,
            lambda words: {"label": words.lab.ask.comparison, "choices": options(words.lab.ask.comparisons)},
        )
        follow(self.course, _course_texts)
        follow(self.start, lambda words: {"value": words.lab.ask.start})
        follow(self.stop, lambda words: {"value": words.lab.ask.stop})
        follow(self.go_on, lambda words: {"value": words.lab.ask.go_on})

    def _more(self) -> None:
        texts, follow = _FIRST.lab.ask, self.captions.follow
        with gr.Accordion(open=False, elem_id="lab-more") as more:
            with gr.Row():
                self.network = gr.Dropdown(options(texts.networks), value=DEFAULTS.network.value, elem_id="lab-network")
                self.looks = gr.Dropdown(options(texts.looks_names), value=DEFAULTS.looks.value, elem_id="lab-looks")
                self.size = choice(texts.sizes, DEFAULTS.size, "lab-size")
                self.difficulty = gr.Radio([("1", 1), ("2", 2), ("3", 3)], value=1, elem_id="lab-difficulty")
            with gr.Row():
                self.half = slider(SPEEDS, "lab-half")
                self.own = choice(texts.owns, OwnToken.LIKELIEST, "lab-own")
                self.seed = gr.Number(1, precision=0, minimum=0, maximum=LARGEST_SEED // 2, elem_id="lab-seed")
            self._file()
        follow(more, lambda words: {"label": words.page.input.more})
        follow(
            self.network, lambda words: {"label": words.lab.ask.network, "choices": options(words.lab.ask.networks)}
        )
        follow(self.looks, _looks_texts)
        follow(self.size, lambda words: {"label": words.lab.ask.size, "choices": options(words.lab.ask.sizes)})
        follow(
            self.difficulty,
            lambda words: {"label": words.lab.ask.difficulty, "info": words.lab.ask.difficulty_info},
        )
        follow(self.half, lambda words: {"label": words.lab.ask.half, "info": words.lab.ask.half_info})
        follow(self.own, lambda words: {"label": words.lab.ask.own, "choices": options(words.lab.ask.owns)})
        follow(self.seed, lambda words: {"label": words.lab.ask.seed, "info": words.lab.ask.seed_info})

    def _file(self) -> None:
        explain, follow = gr.Markdown(elem_classes="small-head"), self.captions.follow
        with gr.Row():
            self.upload = gr.UploadButton(file_types=[".tsv", ".txt"], elem_id="lab-upload", scale=0, min_width=160)
            self.cut = choice(_FIRST.lab.ask.cuts, Cut.CHARACTERS, "lab-cut")
        self.file_message = PageView("message", elem_id="lab-file-message")
        follow(explain, _file_texts)
        follow(self.upload, lambda words: {"label": words.lab.ask.file_choose})
        follow(self.cut, lambda words: {"label": words.lab.ask.cut, "choices": options(words.lab.ask.cuts)})

    def _take_away(self) -> None:
        """To use a model, and to download it."""
        self.uses, self.downloads = [], []
        with gr.Row(elem_classes="lab-take-away"):
            for letter in LETTERS:
                self.uses.append(gr.Button(visible=False, elem_id=f"lab-use-{letter}", scale=0, min_width=220))
                self.downloads.append(
                    gr.DownloadButton(visible=False, elem_id=f"lab-download-{letter}", scale=0, min_width=220)
                )

    def _maps(self) -> None:
        """Of each run the attention at one look."""
        part_head(self.captions, lambda words: (words.lab.maps.title, words.lab.maps.explain))
        self.place = gr.Slider(0, 1, 0, step=1, elem_id="lab-place", buttons=[])
        self.captions.follow(
            self.place, lambda words: {"label": words.lab.maps.slider, "info": words.lab.maps.slider_info}
        )
        self.map_views, self.map_captions = [], []
        for letter in LETTERS:
            self.map_captions.append(PageView("caption", elem_id=f"lab-caption-{letter}"))
            self.map_views.append(PlotlyView(elem_id=f"lab-map-{letter}"))

    def _answers(self) -> None:
        """What each run says at that look."""
        part_head(self.captions, lambda words: (words.lab.answers.title, words.lab.answers.explain))
        self.answer_columns, self.answer_views = [], []
        with gr.Row(elem_classes="side-by-side"):
            for letter in LETTERS:
                with gr.Column(min_width=320, visible=False) as column:
                    self.answer_views.append(PageView("labanswers", elem_id=f"lab-answers-{letter}"))
                self.answer_columns.append(column)

    @property
    def looks_at(self) -> list[Any]:
        """What shows one look, run by run, in the order of `LabDesk`."""
        runs = zip(self.answer_columns, self.map_captions, self.map_views, self.answer_views, strict=True)
        return [view for run in runs for view in run]

    @property
    def settings(self) -> list[Any]:
        """What a training is asked with, in the order of `LabDesk.start`."""
        model = [self.network, self.looks, self.size, self.difficulty]
        return [self.task, self.comparison, self.course, *model, self.half, self.own, self.seed, self.cut]

    def everything(self, own: gr.State) -> list[Any]:
        """What a look fills, in the order of `LabDesk`."""
        taking = [button for pair in zip(self.uses, self.downloads, strict=True) for button in pair]
        controls = [self.message, self.results, self.timer, self.stop, self.go_on]
        return [*controls, self.runs, self.curves, self.place, *self.looks_at, *taking, own, self.shown]


def _course_texts(words: Words) -> Properties:
    texts = words.lab.ask
    return {"label": texts.course, "info": texts.course_info, "choices": options(texts.courses)}


def _looks_texts(words: Words) -> Properties:
    texts = words.lab.ask
    return {"label": texts.looks, "info": texts.looks_info, "choices": options(texts.looks_names)}


def _file_texts(words: Words) -> Properties:
    texts = words.lab.ask
    explain = texts.file_explain.format(lines=f"{MOST_LINES:,}", bytes=MOST_BYTES // 1000, characters=LONGEST_SIDE)
    return {"value": f"#### {texts.file_title}\n{explain}"}


def build(context: Context) -> None:
    desk = LabDesk(context.lab)
    layout = _Layout(context.captions, desk)
    _wire_training(layout, desk, context)
    _wire_choices(layout, desk, context)
    _wire_models(layout, desk, context)
    context.app.unload(desk.leave)
    exposure_section(context)


def _wire_training(layout: _Layout, desk: LabDesk, context: Context) -> None:
    everything, language = layout.everything(context.own), context.language
    view = [layout.place, layout.shown, language]
    schedule = [layout.course, layout.half, layout.own]
    layout.start.click(desk.start, **quiet(inputs=[*layout.settings, language], outputs=everything))
    layout.stop.click(desk.stop, **quiet(inputs=view, outputs=everything))
    layout.go_on.click(desk.go_on, **quiet(inputs=[*schedule, *view], outputs=everything))
    layout.timer.tick(desk.look, **quiet(inputs=view, outputs=everything))
    layout.place.input(
        desk.look_back, **LATEST, **quiet(inputs=view, outputs=[layout.place, *layout.looks_at])
    )
    language.change(desk.show_again, **LATEST, **quiet(inputs=view, outputs=everything))


def _wire_choices(layout: _Layout, desk: LabDesk, context: Context) -> None:
    layout.task.change(
        choose_task, **quiet(inputs=[layout.task, layout.difficulty], outputs=[layout.difficulty])
    )
    layout.network.change(
        choose_network, **quiet(inputs=[layout.network, layout.looks], outputs=[layout.looks])
    )
    layout.upload.upload(
        desk.upload,
        **quiet(inputs=[layout.upload, context.language], outputs=[layout.file_message, layout.task]),
    )


def _wire_models(layout: _Layout, desk: LabDesk, context: Context) -> None:
    for place, button in enumerate(layout.uses):
        button.click(desk.use_of(place), **quiet(outputs=[context.tabs, context.wanted]))


TAB: Final = Tab("lab", lambda words: words.lab.tab, build)
