"""Choosing a model: what of the page follows it, and what becomes of the sentence."""

from dataclasses import dataclass
from typing import Any, Final

import gradio as gr

from demo.service import ExampleBook, GalleryEntry, RequestError, Service, SourceKind
from demo.service.requests import LARGEST_SEED
from demo.service.sources import LONGEST_TABLE, MAXIMUM_CHARACTERS
from demo.wording import Words, words_for

from .page_view import chosen_number
from .parts.card import card_data, idea_text
from .parts.data import Data
from .parts.examples import examples_data
from .parts.gallery import gallery_data, source_text

LATEX: Final[list[dict[str, str | bool]]] = [{"left": "$$", "right": "$$", "display": True}]
TABLE_LINES: Final = 8  # of the input; a table is longer than a sentence
MOST_TABLE_LINES: Final = 24
DRESSED: Final = 10
UNCHANGED: Final[tuple[Any, ...]] = (gr.skip(),) * DRESSED


@dataclass(frozen=True, slots=True, eq=False)
class Dress:
    """Everything that shows which model is chosen."""

    model: str
    gallery: Data | None
    sentence: dict[str, Any]
    button: dict[str, Any]
    draws: bool  # whether the model is sampled from
    examples: Data
    idea: str
    card: Data | None

    def updates(self, text: str | None = None) -> tuple[Any, ...]:
        """For the components of `InputPart.dressed`; a `text` becomes the sentence, without one it stays."""
        sentence = gr.update(**self.sentence) if text is None else gr.update(**self.sentence, value=text)
        drawing = (gr.update(visible=self.draws) for _ in range(3))
        shown = (self.examples, self.idea, self.card)
        return self.model, self.gallery, sentence, gr.update(**self.button), *drawing, *shown


@dataclass(frozen=True, slots=True)
class ModelDesk:
    """The handlers about models."""

    service: Service
    examples: ExampleBook

    def choose(self, model: str, language: str, event: gr.EventData) -> tuple[Any, ...]:
        """Another model of the gallery; it begins to load. The sentence stays where the new model reads its like."""
        place = chosen_number(event, "model")
        if place is None or not 0 <= place < len(self.service.gallery):
            return UNCHANGED
        return self._taken_up(self.service.gallery[place], model, language)

    def take_up(self, wanted: tuple[str, int] | None, model: str, language: str) -> tuple[Any, ...]:
        """The model that another tab asks for."""
        entry = self._entry(wanted[0], None) if wanted else None
        return UNCHANGED if entry is None else self._taken_up(entry, model, language)

    def follow_own(self, language: str, model: str) -> tuple[Any, ...]:
        """Models of the visitor's own have come or gone; the first model of all in the place of one that is gone."""
        return self.dress(model if self._entry(model, None) else "", language).updates()

    def _taken_up(self, entry: GalleryEntry, model: str, language: str) -> tuple[Any, ...]:
        self.service.want(entry.name)
        text = None if self._entry(model, entry).reads_like(entry) else self._first_source(entry)
        return self.dress(entry.name, language).updates(text)

    def dress_again(self, language: str, model: str) -> tuple[Any, ...]:
        """The same model in another language."""
        return self.dress(model, language).updates()

    def other_pictures(self, model: str, language: str, event: gr.EventData) -> Any:
        """Pictures of another seed."""
        seed = chosen_number(event, "another")
        entry = self._entry(model, None)
        if seed is None or seed < 0 or entry is None:
            return gr.skip()
        return examples_data(self.examples.of(entry, seed), entry, words_for(language).page, seed=seed)

    def dress(self, model: str, language: str) -> Dress:
        """All that follows a model; little of it where the gallery is empty."""
        entry, words = self._entry(model, None), words_for(language)
        examples = self.examples.of(entry) if entry else ()
        return Dress(
            model=entry.name if entry else "",
            gallery=gallery_data(self.service.gallery, entry, words.page) if entry else None,
            sentence=_sentence(entry, words),
            button=_button(entry, words),
            draws=_draws(entry),
            examples=examples_data(examples, entry, words.page),
            idea=idea_text(entry, words.page) if entry else "",
            card=card_data(entry, words.page) if entry else None,
        )

    def _entry(self, model: str, other: Any) -> Any:
        try:
            return self.service.entry(model)
        except RequestError:
            return other

    def _first_source(self, entry: GalleryEntry) -> str:
        return next((example.source for example in self.examples.of(entry)), "")


def _sentence(entry: GalleryEntry | None, words: Words) -> dict[str, Any]:
    is_table = entry is not None and entry.source is SourceKind.TABLE
    limit = LONGEST_TABLE if is_table else MAXIMUM_CHARACTERS
    return {
        "label": words.page.input.sentence.format(what=source_text(entry, words.page), limit=limit),
        "info": words.page.gallery.table_info if is_table else "",
        "placeholder": words.page.input.placeholder,
        "visible": is_table or entry is None or entry.source is SourceKind.TEXT,
        "lines": TABLE_LINES if is_table else 1,
        "max_lines": MOST_TABLE_LINES if is_table else 4,
        "elem_classes": ["is-table"] if is_table else [],
    }


def _button(entry: GalleryEntry | None, words: Words) -> dict[str, Any]:
    is_translation = entry is None or entry.task == "translation"
    text = words.page.input.translate if is_translation else words.page.gallery.decode
    return {"value": text, "visible": not _draws(entry)}


def _draws(entry: GalleryEntry | None) -> bool:
    return entry is not None and entry.source is SourceKind.NONE


def next_seed(seed: float | None) -> int:
    """The seed after this one; the first where there is none, or none is left."""
    return int(seed) + 1 if seed is not None and 0 <= seed < LARGEST_SEED else 0
