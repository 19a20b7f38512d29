"""Epsilon in a lesson: the probability of the true token, one half after as many updates as the schedule says."""

import math

import pytest

from seq2seq_core.lesson.options import Course, Schedule
from seq2seq_core.lesson.teaching import sigmoid_scale, teaching_options
from seq2seq_core.training.teaching import epsilon


@pytest.mark.parametrize("course", [Course.LINEAR, Course.EXPONENTIAL, Course.INVERSE_SIGMOID])
@pytest.mark.parametrize("half", [20, 300, 2_000])
def test_a_falling_epsilon_is_one_half_when_the_schedule_says(course: Course, half: int) -> None:
    options = teaching_options(Schedule(course=course, half=half))
    assert epsilon(options, half) == pytest.approx(0.5, abs=1e-6)
    assert epsilon(options, 0) > 0.85
    assert epsilon(options, 0) > epsilon(options, half // 2) > epsilon(options, 2 * half)


def test_constant_courses_never_move() -> None:
    assert {epsilon(teaching_options(Schedule(course=Course.TRUTH)), i) for i in (0, 10**6)} == {1.0}
    assert {epsilon(teaching_options(Schedule(course=Course.FREE)), i) for i in (0, 10**6)} == {0.0}


@pytest.mark.parametrize(("k", "half"), [(math.e, math.e), (math.e**2, 2 * math.e**2), (10.0, 10 * math.log(10))])
def test_the_scale_of_the_sigmoid_solves_k_ln_k(k: float, half: float) -> None:
    assert sigmoid_scale(half) == pytest.approx(k)
