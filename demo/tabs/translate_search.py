"""The search in the tab 'Translate': its tree or the trie of its outputs, the ledger of a step, and its health.

All of it is sent once with a result. Which drawing is shown, and which step is in view, only the browser knows.
"""

from dataclasses import replace
from typing import Any, Final

import gradio as gr

from demo.figures.tree import tree_bundle
from demo.figures.trie import trie_bundle
from demo.plotly_view import PlotlyView
from demo.wording import Words, words_for

from .page_view import PageView
from .parts.health import health_data
from .parts.layout import layout_data
from .parts.pruning import pruning_data
from .parts.saving import save_data
from .parts.selection import Selection
from .parts.what_if import overlay
from .tab import Captions, part_head, quiet

SEARCH: Final = 4  # outputs of a result


class SearchPart:
    """Both drawings, and the ledger below the tree. The health of the search stands elsewhere."""

    def __init__(self, captions: Captions) -> None:
        part_head(captions, lambda words: (words.page.tree.title, words.page.tree.explain))
        switch = PageView("layout")
        captions.follow(switch, lambda words: {"value": layout_data(words.page.search.layout)})
        self.tree = PlotlyView(elem_id="tree")
        self.trie = PlotlyView(elem_id="trie")
        self.pruning = PageView("pruning")
        self.save = PageView("save", elem_id="save-search")
        captions.follow(self.save, lambda words: {"value": save_data(words)})

    def wire(self, chosen: gr.State, language: gr.Radio) -> None:
        """The button that saves the search in view."""
        self.save.choose(save_search, **quiet(inputs=[chosen, language], outputs=[self.save]))

    @property
    def shown(self) -> list[Any]:
        """What a new result fills, in the order of `search_outputs`; its last one is the health."""
        return [self.tree, self.trie, self.pruning]


def save_search(chosen: Selection | None, language: str) -> Any:
    """The trace of the beam as the text of a file."""
    if chosen is None:
        return gr.skip()
    return save_data(words_for(language), chosen.decoded.entry.name, chosen.decoded.beam)


def search_outputs(chosen: Selection, words: Words, *, keep: bool = False) -> tuple[Any, ...]:
    """The search of the beam; figures in view already `keep` their step and their place."""
    decoded = chosen.decoded
    laid = overlay(chosen, words)
    tree = tree_bundle(decoded.beam, laid.words, greedy=laid.trace, chosen=chosen.beam_node)
    trie = trie_bundle(decoded.beam, words.figures, chosen=chosen.beam_node)
    return (
        replace(tree, keep=keep),
        replace(trie, keep=keep),
        pruning_data(decoded.beam, words.page, decoded.entry.target_language),
        health_data(decoded.beam, words.page.search.health),
    )
