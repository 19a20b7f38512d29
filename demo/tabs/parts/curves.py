"""The models' quality by length: which of their curves can stand in one figure, and what is said of the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from demo.figures.length_curve import LengthCurve, LengthPoint
from demo.service import Curve, MeasuredRun, MeasuredTask
from demo.tabs.parts.answers import Answer
from demo.tabs.parts.gallery import size_text
from demo.wording import Words
from demo.wording.gallery_words import CardWords


@dataclass(frozen=True, slots=True)
class ShownCurves:
    """The curves of one figure, and a line about the models without one."""

    curves: tuple[LengthCurve, ...]
    note: str


def shown_curves(answers: Sequence[Answer], words: Words) -> ShownCurves:
    """The curves that were measured as the first one was, on outputs in its language."""
    texts = words.compare
    measured = [(answer, curve) for answer in answers if (curve := answer.entry.length_curve)]
    if not measured:
        return ShownCurves((), texts.no_curve)
    first = measured[0]
    alike = [each for each in measured if _scale(*each) == _scale(*first)]
    without = [answer for answer in answers if answer.entry.length_curve is None]
    others = [answer for answer, curve in measured if _scale(answer, curve) != _scale(*first)]
    notes = [
        text.format(models=words.page.card.list_mark.join(map(name_of, left_out)))
        for text, left_out in ((texts.not_measured, without), (texts.measured_otherwise, others))
        if left_out
    ]
    return ShownCurves(tuple(_drawn(answer, curve, words.page.card) for answer, curve in alike), " ".join(notes))


def task_curves(measured: MeasuredTask, words: Words) -> tuple[LengthCurve, ...]:
    """The models of a generated task by their architecture."""
    return tuple(
        LengthCurve(_run_name(run, words), _points(run.curve), measure_text(run.curve.measure, words.page.card))
        for run in measured.runs
    )


def name_of(answer: Answer) -> str:
    """A model in a figure: its letter ties it to its row."""
    return f"{answer.letter} {answer.entry.title}"


def measure_text(measure: str, words: CardWords) -> str:
    """`BLEU, beam 5, single reference` in the page's language, as far as it has words for the parts."""
    known = {**words.metrics, **words.searches, **words.conditions}
    return words.list_mark.join(known.get(part, part) for part in measure.split(", "))


def _scale(answer: Answer, curve: Curve) -> tuple[str, str, str | None]:
    """What makes two curves comparable."""
    return curve.measure, answer.entry.task, answer.entry.target_language


def _drawn(answer: Answer, curve: Curve, words: CardWords) -> LengthCurve:
    return LengthCurve(name_of(answer), _points(curve), measure_text(curve.measure, words))


def _run_name(run: MeasuredRun, words: Words) -> str:
    known = run.architecture
    name = words.page.architectures.names.get(known.key, known.name)
    return words.compare.run.format(name=name, year=known.year, size=size_text(run.parameters, words.page))


def _points(curve: Curve) -> tuple[LengthPoint, ...]:
    return tuple(
        LengthPoint(point.length_from, point.length_to, point.n, point.value, point.low, point.high)
        for point in curve.points
    )
