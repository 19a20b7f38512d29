"""The search of one decoder in the tab 'Decoders': its tree, the ledger of a step, its health, its trace as a file."""

from typing import Any, Final

import gradio as gr

from demo.figures.tree import tree_bundle
from demo.plotly_view import PlotlyView
from demo.service.searched import Searched
from demo.service.trial import Trial
from demo.wording import Words, words_for

from .page_view import PageView, chosen_number
from .parts.answers import LETTERS
from .parts.data import Data
from .parts.health import health_data
from .parts.pruning import pruning_data
from .parts.saving import save_data
from .parts.ways import STAR, way_name
from .tab import EACH, Captions, part_head, quiet

TREE: Final = "decoders-tree"
STEPS: Final = 6  # outputs of a choice of a search
FIRST: Final = 1  # beside greedy search, which has no choice to show

Outputs = tuple[Any, ...]


class StepsPart:
    """The components, from top to bottom."""

    def __init__(self, captions: Captions) -> None:
        part_head(captions, lambda words: (words.decoders.steps.title, words.decoders.steps.explain))
        self.place = gr.State(FIRST)
        self.choice = PageView("choice", elem_id="decoders-search")
        with gr.Row(elem_classes="search-area"):
            with gr.Column(min_width=320, elem_classes="search-tree"):
                self.tree = PlotlyView(elem_id=TREE)
                self.pruning = PageView("pruning", elem_id="decoders-pruning")
                self.save = PageView("save", elem_id="decoders-save")
            with gr.Column(min_width=320, elem_classes="search-panel"):
                self.health = PageView("health", elem_id="decoders-health")

    @property
    def shown(self) -> list[Any]:
        """What a choice of a search fills, in the order of `steps_outputs`."""
        return [self.place, self.choice, self.tree, self.pruning, self.health, self.save]

    def wire(self, trial: gr.State, language: gr.Radio) -> None:
        """A choice, and a click on the button that saves."""
        self.choice.choose(choose_search, **EACH, **quiet(inputs=[trial, language], outputs=self.shown))
        self.save.choose(save_search, **quiet(inputs=[trial, self.place, language], outputs=[self.save]))


def choose_search(trial: Trial | None, language: str, event: gr.EventData) -> Outputs:
    """Another search of the trial."""
    place = chosen_number(event, "choice")
    if trial is None or place is None or not 0 <= place < len(searches_of(trial)):
        return (gr.skip(),) * STEPS
    return steps_outputs(trial, words_for(language), place)


def save_search(trial: Trial | None, place: int, language: str) -> Any:
    """The trace of the search in view as the text of a file."""
    if trial is None or not 0 <= place < len(searches_of(trial)):
        return gr.skip()
    return save_data(words_for(language), trial.entry.name, searches_of(trial)[place].trace)


def searches_of(trial: Trial) -> list[Searched]:
    """The searches that were made, the exact one last."""
    return [*trial.searched, *([trial.exact] if trial.exact else [])]


def steps_outputs(trial: Trial, words: Words, place: int | None = None) -> Outputs:
    """The search at a place; at first, the one beside the first."""
    searches = searches_of(trial)
    place = FIRST if place is None else place
    place = min(place, len(searches) - 1)
    searched = searches[place]
    trace, language = searched.trace, searched.entry.target_language
    return (
        place,
        _choice(trial, place, words),
        tree_bundle(trace, words.figures.tree),
        pruning_data(trace, words.page, language, figure=TREE),
        health_data(trace, words.page.search.health, figure=TREE),
        save_data(words),
    )


def _choice(trial: Trial, place: int, words: Words) -> Data:
    made = [
        f"{letter} {way_name(each.way, trial.settings.beam_size, words)}"
        for each, letter in zip(trial.tried, LETTERS, strict=False)
        if each.searched
    ]
    optimum = [f"{STAR} {words.decoders.answers.optimum}"] if trial.exact else []
    options = [*made, *optimum]
    return {
        "label": words.decoders.steps.choice,
        "options": options,
        "chosen": place,
        "figure": TREE,
        "nodes": [None] * len(options),
    }
