"""What the tab 'Training lab' shows of trainings: cards, answers, curves, the attention of one example."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from demo.figures.bundle import Bundle
from demo.figures.heatmap import heatmap_bundle
from demo.figures.lab_curves import LabCurve, LabPoint, draw_lab_curves
from demo.figures.labels import number
from demo.service.lab import Answer, Comparison, Frame, RunView, Stage, attention_file
from demo.tabs.parts.data import Data
from demo.tabs.parts.selection import end_of
from demo.wording import Words
from seq2seq_core.errors import TraceError
from seq2seq_core.trace import Trace, from_json

TONES: Final = {Stage.FAILED: "problem", Stage.WAITING: "waiting", Stage.CANCELLED: "waiting"}


def runs_data(runs: Sequence[RunView], words: Words) -> Data:
    """The trainings as cards."""
    return {"runs": [_card(run, words) for run in runs]}


def answers_data(run: RunView, frame: Frame, words: Words) -> Data:
    """What a training's model said at one look."""
    texts = words.lab.answers
    return {
        "letter": run.letter,
        "columns": [texts.source, texts.output, texts.target],
        "rows": [_answer(answer, words) for answer in frame.answers],
    }


def curves_bundle(runs: Sequence[RunView], words: Words) -> Bundle:
    """All looks of all trainings."""
    curves = [
        LabCurve(run_name(run, words), tuple(_point(frame) for frame in run.frames), run.changes)
        for run in runs
    ]
    return draw_lab_curves(curves, words.lab.curves, gap=any(run.comparison is Comparison.TEACHING for run in runs))


def map_bundle(run: RunView, frame: Frame, words: Words) -> Bundle | None:
    """Where the model looked in the watched example at one look; None where the file of it cannot be read."""
    trace = watched(run.folder, frame)
    if trace is None or not trace.hypotheses:
        return None
    return heatmap_bundle(trace, end_of(trace.hypotheses[0]), words.figures.heatmap)


def map_caption(run: RunView, frame: Frame, words: Words) -> Data:
    """Which look it is, and what the model said to the example."""
    texts, trace = words.lab.maps, watched(run.folder, frame)
    output = trace.hypotheses[0].text if trace and trace.hypotheses else ""
    figures = {"tokens": f"{frame.tokens:,}", "seconds": number(frame.seconds, 1)}
    said = texts.quoted.format(output=output) if output else words.lab.answers.empty
    return {"text": texts.caption.format(letter=run.letter, output=said, **figures), "how_to": ""}


def watched(folder: Path, frame: Frame) -> Trace | None:
    """The search of the watched example at a look; None where its file is gone."""
    try:
        return from_json(attention_file(folder, frame.number).read_text(encoding="utf-8"))
    except (OSError, TraceError):
        return None


def run_name(run: RunView, words: Words) -> str:
    """A training by its letter and what sets it apart from the other one."""
    texts, lesson = words.lab.ask, run.lesson
    apart = {
        Comparison.TEACHING: texts.courses[lesson.schedule.course],
        Comparison.ATTENTION: texts.looks_names[lesson.looks],
        Comparison.LENGTH: words.lab.run.difficulty.format(difficulty=lesson.difficulty),
    }
    return " · ".join((run.letter, apart.get(run.comparison, _task_name(run, words))))


def _task_name(run: RunView, words: Words) -> str:
    return words.lab.ask.tasks[run.lesson.task] if run.lesson.task else words.page.gallery.tasks["own-pairs"]


def _card(run: RunView, words: Words) -> Data:
    texts, ask, lesson, last = words.lab.run, words.lab.ask, run.lesson, run.last
    what = texts.what.format(
        task=_task_name(run, words),
        network=ask.networks[lesson.network],
        looks=ask.looks_names[lesson.looks],
        size=ask.sizes[lesson.size],
    )
    difficulty = [texts.difficulty.format(difficulty=lesson.difficulty)] if lesson.task else []
    changes = [texts.changed.format(tokens=number(tokens / 1000, 0)) for tokens in run.changes]
    return {
        "letter": run.letter,
        "stage": texts.stages[run.stage].format(place=run.place, reason=run.message),
        "state": str(run.stage),
        "tone": TONES.get(run.stage, "live" if run.is_unfinished else "done"),
        "lines": [", ".join((what, *difficulty)), ask.courses[lesson.schedule.course], *changes],
        "numbers": _numbers(last, words) if last else [],
        "ready": texts.ready if run.model else "",
    }


def _numbers(frame: Frame, words: Words) -> list[Data]:
    texts = words.lab.run
    learnt = texts.tokens.format(thousands=number(frame.tokens / 1000, 1), seconds=number(frame.seconds, 1))
    return [
        _number(
            "exact", texts.exact, f"{number(100 * frame.exact, 1)} %", texts.exact_of.format(count=frame.held_out)
        ),
        _number("loss", texts.loss, number(frame.loss)),
        _number("epsilon", texts.epsilon, number(frame.epsilon)),
        _number("learnt-from", texts.learnt_from, learnt),
    ]


def _number(name: str, label: str, value: str, note: str = "") -> Data:
    return {"name": name, "label": label, "value": value, "note": note}


def _answer(answer: Answer, words: Words) -> Data:
    texts = words.lab.answers
    return {
        "source": answer.source,
        "output": answer.output,
        "instead": texts.empty,
        "target": "" if answer.is_right else answer.target,
        "right": answer.is_right,
        "verdict": texts.right if answer.is_right else texts.wrong,
    }


def _point(frame: Frame) -> LabPoint:
    return LabPoint(
        tokens=frame.tokens,
        seconds=frame.seconds,
        loss=frame.loss,
        exact=frame.exact,
        true_prefix=frame.true_prefix,
        own_prefix=frame.own_prefix,
        epsilon=frame.epsilon,
    )
