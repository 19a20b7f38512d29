"""Quality against source length."""

import pytest

from demo.figures.length_curve import LengthCurve, LengthPoint, draw_length_curve, spread
from demo.figures.style import CURVE_ROLES, LOOKS
from demo.wording.figures import CHINESE, ENGLISH

SHORT = LengthPoint(1, 4, 120, 0.9375, 0.875, 0.96875)
LONG = LengthPoint(5, 9, 60, 0.5, 0.375, 0.625)
RECURRENT = LengthCurve("LSTM", (SHORT, LONG), "accuracy")


def test_points_stand_at_the_middle_of_their_lengths_with_their_intervals() -> None:
    (line,) = draw_length_curve([RECURRENT], ENGLISH.curve).figure.data
    assert line.x == (2.5, 7.0)
    assert line.y == (0.9375, 0.5)
    assert line.error_y.array == (0.03125, 0.125)
    assert line.error_y.arrayminus == (0.0625, 0.125)


def test_a_point_tells_its_interval_and_its_count() -> None:
    (line,) = draw_length_curve([RECURRENT], ENGLISH.curve).figure.data
    assert line.hovertext[0] == "<b>LSTM</b><br>length 1–4<br>accuracy 0.938, interval 0.875 to 0.969<br>n = 120"


def test_the_ticks_are_the_ranges_where_all_models_share_them() -> None:
    axis = draw_length_curve([RECURRENT], ENGLISH.curve).figure.layout.xaxis
    assert axis.tickvals == (2.5, 7.0)
    assert axis.ticktext == tuple(f"{each.lengths}<br>n={each.n}" for each in (SHORT, LONG))
    other = LengthCurve("other", (LengthPoint(3, 3, 9, 0.5, 0.25, 0.75),), "accuracy")
    assert draw_length_curve([RECURRENT, other], ENGLISH.curve).figure.layout.xaxis.tickvals is None


@pytest.mark.parametrize(("high", "top"), [(1.0, 1.0), (45.5, 50.0), (97.0, 100.0), (200.0, 210.0)])
def test_a_share_ends_at_one_and_a_score_at_the_next_ten_of_a_hundred(high: float, top: float) -> None:
    curve = LengthCurve("x", (LengthPoint(1, 1, 5, high / 2, 0.0, high),), "measure")
    assert draw_length_curve([curve], ENGLISH.curve).figure.layout.yaxis.range == (0, pytest.approx(top))


def test_points_of_several_models_stand_beside_each_other() -> None:
    figure = draw_length_curve([RECURRENT, LengthCurve("other", (SHORT, LONG), "accuracy")], ENGLISH.curve).figure
    # 1.2 % of an axis of 4.5 lies between them.
    assert figure.data[1].x[0] - figure.data[0].x[0] == pytest.approx(0.054)


def test_lines_are_told_apart_without_colour() -> None:
    looks = [LOOKS[role] for role in CURVE_ROLES]
    assert len({look.dash for look in looks}) == len({look.symbol for look in looks}) == len(CURVE_ROLES)


def test_names_stand_at_the_ends_of_their_lines() -> None:
    curves = [RECURRENT, LengthCurve("a<b", (SHORT, SHORT), "accuracy")]
    bundle = draw_length_curve(curves, ENGLISH.curve)
    first, second = bundle.figure.layout.annotations
    assert first.text.endswith("</span> LSTM")
    assert second.text.endswith("</span> a&lt;b")
    assert (first.y, second.y) == (0.5, 0.9375)
    assert [mark.text for mark in bundle.legend] == ["LSTM", "a<b"]


def test_a_long_name_leaves_the_naming_to_the_legend() -> None:
    bundle = draw_length_curve([RECURRENT, LengthCurve("a very long name indeed", (LONG,), "accuracy")], ENGLISH.curve)
    assert bundle.figure.layout.annotations == ()
    assert len(bundle.legend) == 2


def test_names_that_would_meet_are_pushed_apart_in_their_order() -> None:
    # The lower stays at 4, the upper moves to 6; at the upper edge both move down.
    assert spread([5, 4], 2, 0, 10) == (6, 4)
    assert spread([10, 9.5], 2, 0, 10) == (10, 8)
    assert spread([1, 5, 9], 2, 0, 10) == (1, 5, 9)


def test_too_many_names_have_no_place() -> None:
    assert spread([1, 2, 3], 6, 0, 10) is None


def test_curves_of_different_measures_share_no_axis() -> None:
    with pytest.raises(ValueError, match="one measure, got BLEU, accuracy"):
        draw_length_curve([RECURRENT, LengthCurve("x", (LONG,), "BLEU")], ENGLISH.curve)


def test_at_most_six_curves_are_drawn() -> None:
    with pytest.raises(ValueError, match="at most 6 curves, got 7"):
        draw_length_curve([RECURRENT] * 7, ENGLISH.curve)


def test_without_points_there_is_a_sentence() -> None:
    bundle = draw_length_curve([LengthCurve("x", (), "accuracy")], CHINESE.curve)
    assert len(bundle.figure.data) == 0
    assert bundle.notes == (CHINESE.curve.nothing,)


def test_the_account_has_every_point() -> None:
    account = draw_length_curve([RECURRENT], ENGLISH.curve).account
    assert account == (
        "accuracy against source length. LSTM, length 1–4: 0.938 (0.875 to 0.969, n = 120). "
        "LSTM, length 5–9: 0.500 (0.375 to 0.625, n = 60)."
    )
