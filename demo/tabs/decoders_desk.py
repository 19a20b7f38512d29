"""The handlers of the tab 'Decoders': what a visitor asks of several ways to decode, and what the page shows of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import gradio as gr

from demo.figures.ruler import draw_ruler
from demo.service import ExampleBook, GalleryEntry, RequestError, Service, SourceKind
from demo.service.problems import Problem
from demo.service.requests import check_whole
from demo.service.trial import Progress, Trial, WaysError, tried
from demo.service.ways import RULES, WAYS, Settings
from demo.wording import Words, words_for
from seq2seq_core.errors import quoted
from seq2seq_core.options import LengthRule

from .decoders_steps import STEPS, steps_outputs
from .page_view import chosen_number
from .parts.data import Data
from .parts.message import message_data, problem_text
from .parts.ways import beam_size_of, names_of_ways, totals_of, trial_data, way_name, ways_data

EVERYTHING: Final = 5 + STEPS  # outputs of a trial
FIRST_WAYS: Final = ("greedy", "beam", "diverse")
KINDS: Final = (SourceKind.TEXT, SourceKind.TABLE)  # what can be typed

Outputs: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DecodersDesk:
    """The handlers that need the models."""

    service: Service
    examples: ExampleBook

    @property
    def models(self) -> tuple[GalleryEntry, ...]:
        """The models of this tab."""
        return tuple(entry for entry in self.service.gallery if entry.source in KINDS)

    def ask(  # noqa: PLR0913, PLR0917 - one parameter for each control
        self,
        text: str,
        ways: str,
        model: str,
        beam_size: float,
        alpha: float,
        length_rule: str,
        temperature: float,
        top_p: float,
        seed: float,
        language: str,
    ) -> Iterator[Outputs]:
        """A source, the ways and the settings; says which way is at work as long as it is."""
        words = words_for(language)
        try:
            settings = settings_of(beam_size, alpha, length_rule, temperature, top_p, seed)
            for state in tried(self.service, text, names_of_ways(ways), model, settings):
                if isinstance(state, Trial):
                    yield self._shown(replace(state, reference=self.reference(state.entry, state.text)), words)
                else:
                    yield _progress(state, settings, words)
        except (RequestError, WaysError) as error:
            yield only_message(_message(sentence_of(error, words), "problem", words))

    def show_again(self, trial: Trial | None, place: int, language: str) -> Outputs:
        """The last trial, and the search of it in view, in another language."""
        if trial is None:
            return only_message(self.hint(language))
        return self._shown(trial, words_for(language), place)

    def hint(self, language: str) -> Data:
        """What to say before anything was asked."""
        words = words_for(language)
        return _message(words.decoders.ask.hint, "hint", words)

    def lineup(self, language: str, ways: str, beam_size: float) -> Data:
        """The ways, named with the beam size."""
        return ways_data(names_of_ways(ways), beam_size_of(beam_size), words_for(language))

    def choose_ways(self, ways: str, event: gr.EventData) -> Any:
        """Other ways, by their places in the list."""
        data = event._data
        places = data.get("models") if isinstance(data, dict) else None
        names = list(WAYS)
        if not isinstance(places, list) or not all(isinstance(at, int) and 0 <= at < len(names) for at in places):
            return gr.skip()
        return "\n".join(names[at] for at in sorted(set(places)))

    def take_example(self, text: str, model: str, event: gr.EventData) -> str:
        """The source of an example; the text as it is where there is no such example."""
        place, shown = chosen_number(event, "example"), self.examples_of(model)
        return shown[place].source if place is not None and 0 <= place < len(shown) else text

    def examples_of(self, model: str) -> Any:
        try:
            return self.examples.for_decoders(self.service.entry(model))
        except RequestError:
            return ()

    def _shown(self, trial: Trial, words: Words, place: int | None = None) -> Outputs:
        formula = trial.exact.trace.formula.partition(",")[0] if trial.exact else ""
        return (
            _message("", "hint", words),
            gr.update(visible=True),
            trial,
            trial_data(trial, words),
            draw_ruler(totals_of(trial, words), formula, words.decoders.ruler),
            *steps_outputs(trial, words, place),
        )

    def reference(self, entry: GalleryEntry, text: str) -> str:
        """What should come out, where an example was asked."""
        found = (each for each in self.examples.for_decoders(entry) if each.source.strip() == text.strip())
        return next((each.reference for each in found), "")


def settings_of(
    beam_size: object, alpha: Any, length_rule: object, temperature: Any, top_p: Any, seed: object
) -> Settings:
    """From whatever a browser sent.

    Raises:
        RequestError: a value is of the wrong kind or out of its range.
    """
    if not isinstance(length_rule, str) or length_rule not in tuple(RULES):
        found = {"found": quoted(length_rule), "rules": ", ".join(RULES)}
        raise RequestError(Problem.LENGTH_RULE, found)
    return Settings(
        beam_size=_whole(Problem.BEAM_SIZE, beam_size),
        alpha=alpha,
        length_rule=LengthRule(length_rule),
        temperature=temperature,
        top_p=top_p,
        seed=_whole(Problem.SEED, seed),
    )


def _whole(problem: Problem, value: object) -> int:
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    check_whole(problem, whole, 0, 10**6)
    return whole if isinstance(whole, int) else 0


def sentence_of(error: RequestError | WaysError, words: Words) -> str:
    """What is wrong, in the page's language."""
    if isinstance(error, WaysError):
        return words.decoders.ask.problems[error.problem].format(**error.values)
    return problem_text(error, words.page.message)


def only_message(message: Data) -> Outputs:
    """A message, and all else as it was."""
    return (message, *(gr.skip(),) * (EVERYTHING - 1))


def _message(text: str, tone: str, words: Words) -> Data:
    return message_data(text, tone, words.page.message)


def _progress(progress: Progress, settings: Settings, words: Words) -> Outputs:
    """Says so while the page goes on waiting."""
    texts = words.decoders.ask
    if progress.way is None:
        text = texts.proving
    else:
        way = way_name(progress.way, settings.beam_size, words)
        text = texts.working.format(place=progress.place, count=progress.count, way=way)
    return only_message(_message(text, "busy", words) | {"busy": text, "goes_on": True})
