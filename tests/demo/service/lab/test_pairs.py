"""Ready-made pairs differ in one thing."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from demo.service.lab import Comparison, Course, LessonOptions, Looks, Network, Schedule, changed, lessons_of


def differences(one: LessonOptions, other: LessonOptions) -> dict[str, tuple[Any, Any]]:
    flat = [{**asdict(each), **asdict(each.schedule)} for each in (one, other)]
    return {name: (flat[0][name], flat[1][name]) for name in flat[0] if flat[0][name] != flat[1][name]} | {}


def test_one_model_is_what_was_chosen() -> None:
    lesson = LessonOptions(task="sort", difficulty=2)
    assert lessons_of(Comparison.ONE, lesson) == (lesson,)


def test_teacher_forcing_stands_against_the_schedule_that_was_chosen() -> None:
    for course, other in ((Course.TRUTH, Course.INVERSE_SIGMOID), (Course.LINEAR, Course.LINEAR)):
        lesson = LessonOptions(schedule=Schedule(course=course))
        one, two = lessons_of(Comparison.TEACHING, lesson)
        assert differences(one, two).keys() == {"schedule", "course"}
        assert (one.schedule.course, two.schedule.course) == (Course.TRUTH, other)


@pytest.mark.parametrize("looks", [Looks.GENERAL, Looks.NONE])
def test_attention_stands_against_none(looks: Looks) -> None:
    one, two = lessons_of(Comparison.ATTENTION, LessonOptions(looks=looks))
    wanted = Looks.ADDITIVE if looks is Looks.NONE else looks
    assert differences(one, two) == {"looks": (wanted, Looks.NONE)}


def test_a_transformer_gives_way_where_attention_is_taken_away() -> None:
    lesson = LessonOptions(network=Network.TRANSFORMER, looks=Looks.OWN)
    for comparison in (Comparison.ATTENTION, Comparison.LENGTH):
        assert {each.network for each in lessons_of(comparison, lesson)} == {Network.GRU}


@pytest.mark.parametrize(("task", "shown"), [("reverse", "reverse"), ("dates", "copy"), ("", "copy")])
def test_short_sources_stand_against_long_ones_without_attention(task: str, shown: str) -> None:
    one, two = lessons_of(Comparison.LENGTH, LessonOptions(task=task))
    assert differences(one, two) == {"difficulty": (1, 2)}
    assert (one.task, one.looks) == (shown, Looks.NONE)


def test_a_change_leaves_teacher_forcing_beside_what_it_is_compared_with() -> None:
    linear, lesson = Schedule(course=Course.LINEAR), LessonOptions()
    pair = lessons_of(Comparison.TEACHING, lesson)
    assert changed(Comparison.TEACHING, pair, linear) == (pair[0].schedule, linear)
    assert changed(Comparison.ATTENTION, (lesson, replace(lesson, seed=2)), linear) == (linear, linear)
    assert changed(Comparison.TEACHING, (lesson,), linear) == (linear,)
