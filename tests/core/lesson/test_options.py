"""The settings of a lesson: what they refuse, and that they survive the way to the process."""

from dataclasses import replace

import pytest

from seq2seq_core.errors import OptionError
from seq2seq_core.lesson.options import DIFFICULTIES, Course, LessonOptions, Looks, Network, Schedule, read_options
from seq2seq_core.tasks import TASKS


def test_settings_come_back_as_they_were_written() -> None:
    lesson = LessonOptions(
        task="reverse",
        difficulty=2,
        network=Network.TRANSFORMER,
        looks=Looks.OWN,
        schedule=Schedule(course=Course.LINEAR, half=40, begins=7),
        seconds=2.5,
    )
    assert read_options(lesson.to_json()) == lesson


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schedule": {"a": 1}}', '{"schedule": {}, "network": "abacus"}', '{"schedule": {"half": "x"}}'],
)
def test_settings_that_no_lesson_wrote_are_refused(text: str) -> None:
    with pytest.raises(OptionError):
        read_options(text)


def test_every_task_has_its_difficulties() -> None:
    for name, difficulties in DIFFICULTIES.items():
        assert set(difficulties) <= set(range(1, TASKS[name].difficulties + 1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": "chess"}, "task must be one of dates"),
        ({"task": "number-words", "difficulty": 1}, "difficulty of the task 'number-words' must be one of 2, 3, got 1"),
        ({"network": Network.TRANSFORMER}, "got 'additive' with 'transformer'"),
        ({"looks": Looks.OWN}, "got 'own' with 'gru'"),
        ({"seed": -1}, "seed must be a whole number from 0"),
        ({"seconds": 181.0}, "seconds must be above 0 and at most 180"),
        ({"seconds": float("nan")}, "seconds must be"),
    ],
)
def test_a_setting_out_of_its_range_is_named_with_its_rule(changes: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        replace(LessonOptions(), **changes)  # type: ignore[arg-type]  # they are wrong on purpose


def test_a_schedule_refuses_what_cannot_be_counted() -> None:
    with pytest.raises(OptionError, match="half must be a whole number from 10"):
        Schedule(half=9)
