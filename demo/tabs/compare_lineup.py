"""The choice of models in the tab 'Compare models': what of the page follows it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import gradio as gr

from demo.service import ExampleBook, GalleryEntry, Service
from demo.service.lineup import MOST, Group, groups, offered
from demo.service.sources import MAXIMUM_CHARACTERS
from demo.wording import Words, words_for

from .page_view import chosen_number
from .parts.data import Data
from .parts.gallery import source_text
from .parts.length_examples import LengthExamples, length_examples, length_examples_data
from .parts.lineup import lineup_data

BETWEEN_NAMES: Final = "\n"
DRESSED: Final = 4
UNCHANGED: Final[tuple[Any, ...]] = (gr.skip(),) * DRESSED


@dataclass(frozen=True, slots=True, eq=False)
class Dress:
    """Everything that shows which models are chosen."""

    models: str
    lineup: Data
    sentence: dict[str, Any]
    examples: Data | None

    @property
    def updates(self) -> tuple[Any, ...]:
        """For the components of the layout's `dressed`."""
        return self.models, self.lineup, gr.update(**self.sentence), self.examples


@dataclass(frozen=True, slots=True, eq=False)
class LineupDesk:
    """The handlers about the models; names travel as one text, a line for each."""

    service: Service
    examples: ExampleBook

    @property
    def groups(self) -> tuple[Group, ...]:
        return groups(self.service.gallery)

    def group_of(self, models: str) -> Group | None:
        """The group of the first chosen model; the first group where there is none."""
        groups_of = {entry.name: group for group in self.groups for entry in group}
        known = (groups_of[name] for name in names_of(models) if name in groups_of)
        return next(known, next(iter(self.groups), None))

    def choose_models(self, models: str, event: gr.EventData) -> Any:
        """Other models of the same group, by their places in it; they begin to load."""
        group, places = self.group_of(models), _places(event)
        if group is None or not 1 <= len(places) <= MOST or not all(0 <= place < len(group) for place in places):
            return gr.skip()
        chosen = [group[place] for place in sorted(places)]
        for entry in chosen:
            self.service.want(entry.name)
        return names_text(chosen)

    def choose_group(self, language: str, event: gr.EventData) -> tuple[Any, ...]:
        """Models that read something else; the text gives way to one of their examples."""
        place, found = chosen_number(event, "group"), self.groups
        if place is None or not 0 <= place < len(found):
            return UNCHANGED
        chosen = offered(found[place])
        shown = length_examples(found[place], self.examples).examples
        dress = self.dress(names_text(chosen), language)
        return replace(dress, sentence=dress.sentence | {"value": shown[0].source if shown else ""}).updates

    def dress_again(self, language: str, models: str) -> tuple[Any, ...]:
        """The same models in another language."""
        return self.dress(models, language).updates

    def take_example(self, text: str, models: str, event: gr.EventData) -> str:
        """The source of an example; the text as it is where there is no such example."""
        shown, place = self.examples_of(models), chosen_number(event, "example")
        if shown is None or place is None or not 0 <= place < len(shown.examples):
            return text
        return shown.examples[place].source

    def examples_of(self, models: str) -> LengthExamples | None:
        group = self.group_of(models)
        return length_examples(group, self.examples) if group else None

    def dress(self, models: str, language: str) -> Dress:
        """All that follows the models; a sentence in the place of the lineup where nothing can be compared."""
        words, group = words_for(language), self.group_of(models)
        sentence = _sentence(group[0] if group else None, words)
        if group is None:
            return Dress(models, {"nothing": words.compare.lineup.nothing}, sentence, None)
        chosen = [entry for entry in group if entry.name in names_of(models)]
        examples = length_examples_data(length_examples(group, self.examples), words)
        return Dress(models, lineup_data(self.groups, group, chosen, words), sentence, examples)

    def opening(self) -> str:
        """The models that are chosen before anybody chooses."""
        found = self.groups
        return names_text(offered(found[0])) if found else ""


def names_of(models: object) -> list[str]:
    """The names in a text of the page, or of anybody who sends one."""
    return [name for name in models.split(BETWEEN_NAMES) if name] if isinstance(models, str) else []


def names_text(entries: Sequence[GalleryEntry]) -> str:
    return BETWEEN_NAMES.join(entry.name for entry in entries)


def _places(event: gr.EventData) -> set[int]:
    """The places that the lineup reports; none where it is not a list of whole numbers, since events can be forged."""
    data = event._data
    places = data.get("models") if isinstance(data, dict) else None
    if not isinstance(places, list) or not all(isinstance(place, int) for place in places):
        return set()
    return {int(place) for place in places}


def _sentence(entry: GalleryEntry | None, words: Words) -> dict[str, Any]:
    label = words.page.input.sentence.format(what=source_text(entry, words.page), limit=MAXIMUM_CHARACTERS)
    return {"label": label, "placeholder": words.page.input.placeholder}
