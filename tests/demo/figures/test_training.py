"""Curves of trainings."""

from demo.figures.training import CurvePoint, TrainingCurve, draw_training, look_of
from demo.wording.report import CHINESE, ENGLISH

POINTS = (CurvePoint(100, 2_000, 1.25, 3.5), CurvePoint(200, 4_000, 2.5, 2.25))
TRAINING, VALIDATION = (TrainingCurve("a<b", 0, validation, POINTS) for validation in (False, True))


def test_a_line_has_its_places_on_both_axes() -> None:
    (line,) = draw_training([TRAINING], ENGLISH).data
    assert line.x == (2_000, 4_000)
    assert line.y == (3.5, 2.25)
    assert line.meta == {"tokens": [2_000, 4_000], "seconds": [1.25, 2.5]}


def test_training_is_thin_beside_validation_and_not_alone() -> None:
    thin, thick = draw_training([TRAINING, VALIDATION], ENGLISH).data
    (alone,) = draw_training([TRAINING], ENGLISH).data
    assert thin.line.width < thick.line.width == alone.line.width
    assert (thin.mode, thick.mode) == ("lines", "lines+markers")
    assert thin.line.color == thick.line.color


def test_a_single_value_is_a_marker() -> None:
    (line,) = draw_training([TrainingCurve("x", 0, False, POINTS[:1])], ENGLISH).data
    assert line.mode == "lines+markers"


def test_points_tell_run_kind_value_and_place() -> None:
    (line,) = draw_training([VALIDATION], ENGLISH).data
    assert line.hovertext[1] == "<b>a&lt;b</b><br>validation 2.25<br>update 200, 4,000 tokens, 2 s"


def test_the_axis_speaks_the_language() -> None:
    assert draw_training([TRAINING], CHINESE).layout.xaxis.title.text == CHINESE.tokens


def test_runs_beyond_six_have_a_colour_again_but_another_dash() -> None:
    first, seventh = look_of(0), look_of(6)
    assert first.colour == seventh.colour
    assert first.dash != seventh.dash
    assert len({(look_of(place).colour, look_of(place).dash) for place in range(36)}) == 36
