"""The handlers of the tab 'Compare models': what a visitor asks several models, and what the page shows of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import gradio as gr

from demo.figures.comparison import draw_comparison
from demo.figures.comparison_layout import Compared
from demo.figures.length_curve import draw_length_curve
from demo.service import LineupError, MeasuredTask, RequestError, Service
from demo.wording import Words, words_for

from .compare_lineup import LineupDesk, names_of
from .compare_search import Progress, answered, requests_for, sentence_of
from .parts.answers import Comparison
from .parts.comparison import comparison_data
from .parts.curves import name_of, shown_curves, task_curves
from .parts.data import Data
from .parts.message import message_data

EVERYTHING: Final = 8  # outputs of a comparison

Outputs: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CompareDesk:
    """The handlers that need the models."""

    service: Service
    lineup: LineupDesk
    measured: tuple[MeasuredTask, ...] = ()

    def ask(
        self, text: str, models: str, algorithm: str, beam_size: float, alpha: float, language: str
    ) -> Iterator[Outputs]:
        """A source, the models and the search; says which model is at work as long as it is."""
        words = words_for(language)
        try:
            requests = requests_for(
                self.service, text, names_of(models), algorithm=algorithm, beam_size=beam_size, alpha=alpha
            )
            for state in answered(self.service, requests, greedy=algorithm == "greedy"):
                yield self._shown(state, words) if isinstance(state, Comparison) else _progress(state, words)
        except (RequestError, LineupError) as error:
            yield only_message(_message(sentence_of(error, words), "problem", words))

    def show_again(self, comparison: Comparison | None, language: str) -> Outputs:
        """The last comparison in another language."""
        words = words_for(language)
        if comparison is None:
            return only_message(self.hint(language))
        return self._shown(comparison, words)

    def hint(self, language: str) -> Data:
        """What to say before anything was asked."""
        words = words_for(language)
        return _message(words.compare.lineup.hint if self.lineup.groups else "", "hint", words)

    def _shown(self, comparison: Comparison, words: Words) -> Outputs:
        curves = shown_curves(comparison.answers, words)
        return (
            _message("", "hint", words),
            gr.update(visible=True),
            comparison,
            comparison_data(comparison, self._reference(comparison), words),
            draw_comparison(_compared(comparison), words.figures.comparison),
            {"text": curves.note},
            draw_length_curve(curves.curves, words.figures.curve) if curves.curves else None,
            self._task_curve(words),
        )

    def _task_curve(self, words: Words) -> Any:
        """The first of the measured tasks; none where there is none."""
        if not self.measured:
            return None
        texts = replace(words.figures.curve, length=words.compare.task_length)
        return draw_length_curve(task_curves(self.measured[0], words), texts)

    def _reference(self, comparison: Comparison) -> str:
        """What should come out, where an example was asked and some model writes in its reference's language."""
        shown = self.lineup.examples_of(comparison.answers[0].entry.name)
        languages = {answer.entry.target_language for answer in comparison.answers}
        if shown is None or shown.owner.target_language not in languages:
            return ""
        return shown.reference(comparison.request.text)


def only_message(message: Data) -> Outputs:
    """A message, and all else as it was."""
    return (message, *(gr.skip(),) * (EVERYTHING - 1))


def _message(text: str, tone: str, words: Words) -> Data:
    return message_data(text, tone, words.page.message)


def _progress(progress: Progress, words: Words) -> Outputs:
    """Says so while the page goes on waiting."""
    texts = words.compare.lineup
    wording = texts.loading if progress.loading else texts.decoding
    text = wording.format(place=progress.place, count=progress.count, model=progress.entry.title)
    return only_message(_message(text, "busy", words) | {"busy": text, "goes_on": True})


def _compared(comparison: Comparison) -> list[Compared]:
    """The models with a search, as the figure wants them."""
    pairs = ((answer, comparison.trace(answer)) for answer in comparison.answers)
    return [Compared(name_of(answer), trace) for answer, trace in pairs if trace]
