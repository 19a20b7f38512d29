"""The part 'Self-attention' of the tab 'Translate': closed, and computed only when a visitor opens it.

It belongs to the output that was selected when it was opened: selecting another one closes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import gradio as gr

from demo.figures.self_maps import Side, within
from demo.plotly_view import PlotlyView, clicked
from demo.service import RequestError, Service
from demo.wording import Words, words_for
from demo.wording.attention_section_words import SelfAttentionSectionWords

from .page_view import PageView, chosen_number
from .parts.message import problem_text
from .parts.selection import Selection
from .parts.self_attention import SelfSelection, SideView, little_id, sharpest_of, side_view
from .tab import EACH, LATEST, Captions, quiet

SECONDS_KEPT: Final = 3600
OPENED: Final = 9  # outputs of opening it
CLOSED: Final = 3  # of these, what closing it changes: the fold itself, what is remembered, the body

Outputs: TypeAlias = tuple[Any, ...]


class SidePart:
    """One side: the head that is shown, and all of them."""

    def __init__(self, side: Side, captions: Captions, title: Callable[[SelfAttentionSectionWords], str]) -> None:
        head = gr.Markdown(elem_classes="small-head")
        captions.follow(head, lambda words: {"value": f"#### {title(words.page.self_attention)}"})
        self.choice = PageView("choice", elem_id=f"self-{side}-choice")
        self.large = PlotlyView(elem_id=f"self-{side}")
        self.little = PlotlyView(elem_id=little_id(side))

    @property
    def shown(self) -> list[Any]:
        return [self.choice, self.large, self.little]


class SelfPart:
    """The components: a fold with both sides beside each other."""

    def __init__(self, captions: Captions) -> None:
        self.chosen = gr.State(None, time_to_live=SECONDS_KEPT)
        with gr.Accordion(open=False, visible=False, elem_id="self-attention") as self.fold:
            explain = gr.Markdown(elem_classes="part-explain")
            self.problem = PageView("caption", elem_id="self-problem")
            with gr.Row(visible=False, elem_classes="side-by-side") as self.body:
                with gr.Column(min_width=320):
                    self.encoder = SidePart(Side.ENCODER, captions, lambda words: words.encoder)
                with gr.Column(min_width=320):
                    self.decoder = SidePart(Side.DECODER, captions, lambda words: words.decoder)
        captions.follow(self.fold, lambda words: {"label": words.page.self_attention.title})
        captions.follow(explain, lambda words: {"value": words.page.self_attention.explain})

    @property
    def closed(self) -> list[Any]:
        """What another selection resets."""
        return [self.fold, self.chosen, self.body]

    @property
    def opened(self) -> list[Any]:
        """What opening it fills."""
        return [self.chosen, self.problem, self.body, *self.encoder.shown, *self.decoder.shown]


def closed_outputs(chosen: Selection, *, keep: bool) -> Outputs:
    """Another selection closes the part; the same in another language leaves it as it is."""
    if keep:
        return (gr.skip(),) * CLOSED
    return gr.update(visible=chosen.decoded.entry.has_self_attention, open=False), None, gr.update(visible=False)


@dataclass(frozen=True, slots=True)
class SelfDesk:
    """The handlers; only opening asks the model."""

    service: Service

    def open(self, chosen: Selection | None, language: str) -> Outputs:
        """Self-attention within the source and within the selected output."""
        if chosen is None:
            return (gr.skip(),) * OPENED
        words = words_for(language)
        try:
            found = self.service.self_attention(chosen.decoded.request, chosen.written)
        except RequestError as error:
            text = problem_text(error, words.page.message)
            return None, {"text": text}, gr.update(visible=False), *(None,) * (OPENED - 3)
        return _shown(sharpest_of(found), words)

    def show_again(self, chosen: SelfSelection | None, language: str) -> Outputs:
        """The same in another language."""
        return (gr.skip(),) * OPENED if chosen is None else _shown(chosen, words_for(language))


def _shown(chosen: SelfSelection, words: Words) -> Outputs:
    views = [side_view(chosen, side, words) for side in Side]
    return chosen, None, gr.update(visible=True), *(each for view in views for each in _parts(view))


def _parts(view: SideView) -> Outputs:
    return view.choice, view.large, view.little


def choose_little(side: Side) -> Callable[..., Outputs]:
    """The handler of one side's little maps."""

    def choose(chosen: SelfSelection | None, language: str, event: gr.EventData) -> Outputs:
        head = within(chosen.trace, side).head(clicked(event)) if chosen else None
        if chosen is None or head is None:
            return (gr.skip(),) * 3
        chosen = chosen.by(side, head)
        view = side_view(chosen, side, words_for(language))
        return chosen, view.choice, view.large

    return choose


def choose_head(side: Side) -> Callable[..., Outputs]:
    """The handler of one side's list of heads."""

    def choose(chosen: SelfSelection | None, language: str, event: gr.EventData) -> Outputs:
        place = chosen_number(event, "choice")
        heads = within(chosen.trace, side).heads if chosen else ()
        if chosen is None or place is None or not 0 <= place < len(heads):
            return (gr.skip(),) * 3
        chosen = chosen.by(side, heads[place])
        return chosen, gr.skip(), side_view(chosen, side, words_for(language)).large

    return choose


def wire(part: SelfPart, desk: SelfDesk, selection: gr.State, language: gr.Radio) -> None:
    part.fold.expand(desk.open, **quiet(inputs=[selection, language], outputs=part.opened), **LATEST)
    again = quiet(inputs=[part.chosen, language], outputs=part.opened)
    language.change(desk.show_again, **again, **LATEST)
    for side, place in ((Side.ENCODER, part.encoder), (Side.DECODER, part.decoder)):
        wires = quiet(inputs=[part.chosen, language], outputs=[part.chosen, place.choice, place.large])
        place.little.point_click(choose_little(side), **wires, **EACH)
        place.choice.choose(choose_head(side), **wires, **EACH)
