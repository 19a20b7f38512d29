"""The part 'Attention' of the tab 'Translate': the selected output's heat map or picture, and the choices within it.

A click on a row of the heat map, or on a little picture, looks at one token more closely; a little map, or the list
above the heat map, chooses a head. The selected node stays what it is.
"""

from dataclasses import replace
from typing import Any, Final, TypeAlias

import gradio as gr

from demo.figures.heads import attention_choices, choice_in
from demo.figures.heatmap import heatmap_bundle
from demo.figures.walk import START, Node, node_in
from demo.plotly_view import PlotlyView, clicked
from demo.service import SourceKind
from demo.wording import Words, words_for

from .page_view import PageView, chosen_number
from .parts.attention import LITTLE, attention_view, head_data
from .parts.changes import next_data, pin_data
from .parts.node import attention_data, panel_data
from .parts.selection import Selection
from .parts.what_if import pinned_text
from .tab import Captions, part_head

ATTENTION: Final = 6  # outputs of the part
CLOSER: Final = 7  # outputs of a choice within it

Outputs: TypeAlias = tuple[Any, ...]


class AttentionPart:
    """The components, from top to bottom."""

    def __init__(self, captions: Captions) -> None:
        part_head(captions, lambda words: (words.page.heatmap.title, words.page.heatmap.explain))
        self.caption = PageView("caption")
        self.choice = PageView("choice")
        self.large = PlotlyView(elem_id="heatmap")
        self.pin = PageView("pin")
        with gr.Accordion(visible=False, elem_id="little-maps") as self.fold:
            self.little = PlotlyView(elem_id=LITTLE)

    @property
    def shown(self) -> list[Any]:
        """In the order of `attention_outputs`."""
        return [self.caption, self.choice, self.large, self.fold, self.little, self.pin]


def attention_outputs(chosen: Selection, words: Words, *, keep: bool = False) -> Outputs:
    """The part for a selection; figures of one that is in view already `keep` their place."""
    view = attention_view(chosen, words)
    large, little = (bundle and replace(bundle, keep=keep) for bundle in (view.large, view.little))
    fold = gr.update(visible=little is not None, label=view.little_title)
    told = " ".join(filter(None, (pinned_text(chosen.trace, words.page.what_if), view.how_to)))
    return {"text": view.caption, "how_to": told}, view.choice, large, fold, little, pin_data(chosen, words)


def look_closer(chosen: Selection | None, language: str, event: gr.EventData) -> Outputs:
    """A row of the heat map: the side panel shows that token, the map stays."""
    token = _token(chosen, event)
    if chosen is None or token is None:
        return _nothing()
    return _closer(chosen.closer(token), words_for(language))


def choose_little(chosen: Selection | None, language: str, event: gr.EventData) -> Outputs:
    """A little map: its head is shown large. A little picture: its token is looked at more closely."""
    words = words_for(language)
    if chosen is None or chosen.node == START:
        return _nothing()
    if chosen.decoded.entry.source is SourceKind.PICTURE:
        token = _token(chosen, event)
        if token is None or token == START:
            return _nothing()
        nearer = chosen.closer(token)
        return (*_closer(nearer, words)[:-1], attention_view(nearer, words).large)
    head = choice_in(chosen.trace, clicked(event))
    if head is None:
        return _nothing()
    chosen = chosen.by(head)
    return _by_head(chosen, words, choice=head_data(chosen, words))


def choose_head(chosen: Selection | None, language: str, event: gr.EventData) -> Outputs:
    """A line of the list: a head, or the mean of all."""
    place = chosen_number(event, "choice")
    if chosen is None or chosen.node == START or place is None:
        return _nothing()
    choices = attention_choices(chosen.trace)
    if not 0 <= place < len(choices):
        return _nothing()
    return _by_head(chosen.by(choices[place]), words_for(language), choice=gr.skip())


def _token(chosen: Selection | None, event: gr.EventData) -> Node | None:
    return node_in(chosen.trace, clicked(event)) if chosen else None


def _nothing() -> Outputs:
    return (gr.skip(),) * CLOSER


def _closer(chosen: Selection, words: Words) -> Outputs:
    """Selection, panel, attention, next tokens, pin; the choice of a head and the large figure stay."""
    panel, coming = panel_data(chosen, words.page.panel), next_data(chosen, words)
    pin = pin_data(chosen, words)
    return chosen, panel, attention_data(chosen, words), coming, pin, gr.skip(), gr.skip()


def _by_head(chosen: Selection, words: Words, *, choice: Any) -> Outputs:
    """What follows the head; the little maps stay, the browser has moved their ring."""
    large = heatmap_bundle(chosen.trace, chosen.node, words.figures.heatmap, head=chosen.head)
    return chosen, gr.skip(), attention_data(chosen, words), gr.skip(), gr.skip(), choice, large
