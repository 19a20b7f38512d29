"""The section 'Exposure bias': what was measured, in three figures, for the task that is chosen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import gradio as gr

from demo.controls import choice, options
from demo.figures.bundle import Bundle
from demo.figures.exposure import (
    ExposedCurves,
    ShareAt,
    draw_chart,
    place_overcorrection,
    place_positions,
    place_recovery,
)
from demo.figures.labels import number
from demo.plotly_view import PlotlyView
from demo.service import ExposedModel, ExposureTask, MeasuredShare
from demo.tabs.tab import LATEST, Captions, Context, Properties, part_head, quiet
from demo.wording import WORDS, Language, Words, words_for
from demo.wording.exposure_words import ExposureWords

BESIDE: Final = 2  # models that stand beside each other
SECONDS_KEPT: Final = 3600
_AS_IT_IS: Final = (gr.skip(),) * 4


@dataclass(frozen=True, slots=True)
class ExposureFigures:
    """The three figures of a task, in the order of the section."""

    positions: Bundle
    recovery: Bundle
    overcorrection: Bundle

    @property
    def updates(self) -> list[Bundle]:
        return [self.positions, self.recovery, self.overcorrection]


def exposure_section(context: Context) -> None:
    """Lays the section out where it is called; without measurements there is none.

    The figures are drawn when a visitor first opens the tab: a start that drew them would take a tenth longer.
    """
    desk = _Desk({task.task: task for task in context.exposure})
    if not desk.tasks:
        return
    captions, first = context.captions, next(iter(desk.tasks))
    part_head(captions, lambda words: (words.exposure.title, words.exposure.explain))
    chosen = choice(_names(desk.tasks, WORDS[Language.ENGLISH]), first, "exposure-task")
    captions.follow(chosen, lambda words: {"choices": options(_names(desk.tasks, words)), "label": words.exposure.task})
    views = [part.build(captions) for part in _PARTS]
    is_drawn = gr.State(False, time_to_live=SECONDS_KEPT)
    wires: dict[str, Any] = quiet(inputs=[is_drawn, chosen, context.language], outputs=[is_drawn, *views])
    if context.place:
        context.place.select(desk.draw_first, **wires)
    chosen.change(desk.draw, **LATEST, **wires)
    context.language.change(desk.draw_again, **LATEST, **wires)


@dataclass(frozen=True, slots=True)
class _Desk:
    """The handlers; whether the figures were drawn comes first and goes back first."""

    tasks: Mapping[str, ExposureTask]

    def draw(self, _is_drawn: object, task: str, language: str) -> tuple[Any, ...]:
        """The figures of a task; of the first one where there is no such task."""
        shown = self.tasks.get(task) or next(iter(self.tasks.values()))
        return (True, *exposure_figures(shown, words_for(language)).updates)

    def draw_first(self, is_drawn: bool, task: str, language: str) -> tuple[Any, ...]:
        """The tab was opened."""
        return _AS_IT_IS if is_drawn else self.draw(is_drawn, task, language)

    def draw_again(self, is_drawn: bool, task: str, language: str) -> tuple[Any, ...]:
        """In another language, where there is something to see."""
        return self.draw(is_drawn, task, language) if is_drawn else _AS_IT_IS


def exposure_figures(task: ExposureTask, words: Words) -> ExposureFigures:
    """The figures of a task; the first two have its first two models."""
    texts = words.exposure
    beside = [_curves(model, texts) for model in task.models[:BESIDE]]
    positions = place_positions(beside, texts.positions, texts.figures)
    recovery = place_recovery(beside, texts.recovery, texts.figures)
    over = place_overcorrection(
        [_over(model, model.repeated, texts) for model in task.models],
        [_over(model, model.wrong_after_right, texts) for model in task.models],
        texts.overcorrection,
        texts.figures,
    )
    measured = texts.measured.format(pairs=task.pairs)
    perplexities = [_perplexities(model, texts) for model in task.models[:BESIDE]]
    return ExposureFigures(
        draw_chart(positions, texts.figures, (measured, texts.perplexity, *perplexities)),
        draw_chart(recovery, texts.figures, (texts.place.format(place=task.place),)),
        draw_chart(over, texts.figures, (texts.convention,)),
    )


def model_name(model: ExposedModel, words: ExposureWords) -> str:
    """A model by its training."""
    return words.forced if model.epsilon == 1 else words.sampled.format(epsilon=f"{model.epsilon:g}")


@dataclass(frozen=True, slots=True)
class _Part:
    """A figure of the section with its heading and the line on what to look at."""

    elem_id: str
    texts: Callable[[ExposureWords], tuple[str, str]]

    def head(self, words: Words) -> Properties:
        title, explain = self.texts(words.exposure)
        return {"value": f"### {title}\n{explain}"}

    def build(self, captions: Captions) -> PlotlyView:
        captions.follow(gr.Markdown(elem_classes="part-head"), self.head)
        return PlotlyView(elem_id=self.elem_id)


_PARTS: Final = (
    _Part("exposure-positions", lambda words: (words.positions, words.positions_explain)),
    _Part("exposure-recovery", lambda words: (words.recovery, words.recovery_explain)),
    _Part("exposure-overcorrection", lambda words: (words.overcorrection, words.overcorrection_explain)),
)


def _names(tasks: Iterable[str], words: Words) -> dict[str, str]:
    return {name: words.exposure.tasks.get(name, name) for name in tasks}


def _perplexities(model: ExposedModel, words: ExposureWords) -> str:
    forced, free = model.teacher_forced_perplexity, model.free_running_perplexity
    return words.perplexities.format(
        model=model_name(model, words),
        **{"forced": number(forced.value), "forced_low": number(forced.low), "forced_high": number(forced.high)},
        **{"free": number(free.value), "free_low": number(free.low), "free_high": number(free.high)},
        cut=number(model.cut_short.value, 1),
    )


def _curves(model: ExposedModel, words: ExposureWords) -> ExposedCurves:
    recovery = tuple(_points(shares) for shares in model.recovery)
    return ExposedCurves(model_name(model, words), _points(model.gold), _points(model.own), recovery)


def _points(shares: Sequence[MeasuredShare]) -> tuple[ShareAt, ...]:
    """Places from 1 on."""
    return tuple(_at(place, share) for place, share in enumerate(shares, start=1))


def _over(model: ExposedModel, share: MeasuredShare, words: ExposureWords) -> ShareAt:
    return _at(model.epsilon, share, model_name(model, words))


def _at(x: float, share: MeasuredShare, model: str = "") -> ShareAt:
    return ShareAt(x, share.n, share.count, share.value, share.low, share.high, model)
