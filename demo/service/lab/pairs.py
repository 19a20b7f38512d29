"""Ready-made pairs of trainings: they differ in one thing, so that what differs in the curves is owed to it."""

from dataclasses import replace
from enum import StrEnum
from typing import Final

from seq2seq_core.lesson.options import (
    DIFFICULTIES,
    OWN_FILE,
    WITHOUT_CHOICE,
    Course,
    LessonOptions,
    Looks,
    Network,
    Schedule,
)


class Comparison(StrEnum):
    """What is trained side by side."""

    ONE = "one"  # nothing: one model
    TEACHING = "teaching"  # teacher forcing against the schedule that is chosen
    ATTENTION = "attention"  # attention against one vector
    LENGTH = "length"  # short sources against long ones


COMPARED_COURSE: Final = Course.INVERSE_SIGMOID  # against teacher forcing, where the schedule chosen is that too
MEASURED_BY_LENGTH: Final = ("copy", "reverse", "sort")  # their difficulty is their length
LENGTH_TASK: Final = "copy"


def lessons_of(comparison: Comparison, lesson: LessonOptions) -> tuple[LessonOptions, ...]:
    """The trainings of a comparison, A and B, that begin from what is chosen.

    The lengths are told apart by a model without attention, on a task of letters or numbers: what differs is the
    bottleneck.
    """
    match comparison:
        case Comparison.TEACHING:
            truth = replace(lesson.schedule, course=Course.TRUTH)
            chosen = lesson.schedule
            if chosen.course is Course.TRUTH:
                chosen = replace(chosen, course=COMPARED_COURSE)
            return replace(lesson, schedule=truth), replace(lesson, schedule=chosen)
        case Comparison.ATTENTION:
            recurrent = _recurrent(lesson)
            looks = Looks.ADDITIVE if recurrent.looks is Looks.NONE else recurrent.looks
            return replace(recurrent, looks=looks), replace(recurrent, looks=Looks.NONE)
        case Comparison.LENGTH:
            task = lesson.task if lesson.task in MEASURED_BY_LENGTH else LENGTH_TASK
            bare = replace(_recurrent(lesson), task=task, looks=Looks.NONE, difficulty=1)
            return bare, replace(bare, difficulty=DIFFICULTIES[task][1])
    return (lesson,)


def changed(comparison: Comparison, lessons: tuple[LessonOptions, ...], schedule: Schedule) -> tuple[Schedule, ...]:
    """The schedules to go on with: the one that is chosen; but of a comparison of schedules A keeps its own."""
    if comparison is Comparison.TEACHING and len(lessons) > 1:
        return lessons[0].schedule, schedule
    return (schedule,) * len(lessons)


def _recurrent(lesson: LessonOptions) -> LessonOptions:
    """The same with a network that attention can be taken from."""
    if lesson.network not in WITHOUT_CHOICE:
        return lesson
    return replace(lesson, network=Network.GRU, looks=Looks.ADDITIVE)


def is_own_file(lesson: LessonOptions) -> bool:
    """Whether the pairs are a visitor's."""
    return lesson.task == OWN_FILE
