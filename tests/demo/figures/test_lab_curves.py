"""Trainings as they go, in one figure."""

from itertools import pairwise

import pytest

from demo.figures.lab_curves import MARKERS_UP_TO, LabCurve, LabPoint, draw_lab_curves
from demo.figures.style import CURVE_ROLES
from demo.wording import WORDS, Language

WORDS_OF = WORDS[Language.ENGLISH].lab.curves
BEGIN = LabPoint(0, 2.5, 4.5, 0.0, 0.125, 0.0, 1.0)
LATER = LabPoint(12_000, 8.04, 1.25, 0.5, 0.875, 0.625, 0.75)
A = LabCurve("A <one>", (BEGIN, LATER))
B = LabCurve("B", (BEGIN,), changes=(4_000,))


def test_each_run_has_a_line_in_each_panel_over_the_tokens() -> None:
    figure = draw_lab_curves([A, B], WORDS_OF).figure
    lines = [(line.yaxis, line.x, line.y) for line in figure.data]
    assert lines == [
        ("y", (0, 12_000), (4.5, 1.25)),
        ("y", (0,), (4.5,)),
        ("y2", (0, 12_000), (0.0, 50.0)),
        ("y2", (0,), (0.0,)),
        ("y3", (0, 12_000), (1.0, 0.75)),
        ("y3", (0,), (1.0,)),
    ]
    assert [figure.layout[f"yaxis{row}"].title.text for row in ("", "2", "3")] == ["loss (nats)", "exact match %", "ε"]


def test_the_gap_is_what_only_the_true_prefix_gets_right() -> None:
    bundle = draw_lab_curves([A], WORDS_OF, gap=True)
    assert bundle.figure.data[2].y == (12.5, 25.0)  # .125 - 0 and .875 - .625, in percent
    assert bundle.notes == (WORDS_OF.gap_note,)
    assert len(bundle.figure.data) == 4


def test_panels_do_not_overlap() -> None:
    layout = draw_lab_curves([A], WORDS_OF, gap=True).figure.layout
    spans = [layout[f"yaxis{row}"].domain for row in ("", "2", "3", "4")]
    assert spans[0][1] == 1
    assert spans[-1][0] == pytest.approx(0, abs=1e-9)
    assert all(lower[1] < upper[0] for upper, lower in pairwise(spans))


def test_a_point_tells_all_its_numbers_and_escapes_its_name() -> None:
    hover = draw_lab_curves([A], WORDS_OF).figure.data[0].hovertext[1]
    assert hover == (
        "<b>A &lt;one&gt;</b><br>12,000 tokens, 8.0 s<br>loss 1.250 nats a token<br>exact match 50.0 %<br>"
        "tokens right: 87.5 % with the true prefix, 62.5 % with its own<br>ε 0.750"
    )


def test_a_change_of_the_schedule_is_marked_where_it_was_made() -> None:
    layout = draw_lab_curves([A, B], WORDS_OF).figure.layout
    assert [(shape.x0, shape.x1) for shape in layout.shapes] == [(4_000, 4_000)]
    assert layout.annotations[0].text == "schedule changed"


def test_a_run_without_a_point_keeps_its_place_in_the_legend() -> None:
    waiting = LabCurve("B", ())
    assert [mark.text for mark in draw_lab_curves([A, waiting], WORDS_OF).legend] == ["A <one>", "B"]
    assert draw_lab_curves([waiting], WORDS_OF).notes == (WORDS_OF.nothing,)


def test_many_points_have_no_markers() -> None:
    many = LabCurve("A", (BEGIN,) * (MARKERS_UP_TO + 1))
    assert draw_lab_curves([many], WORDS_OF).figure.data[0].mode == "lines"
    assert draw_lab_curves([A], WORDS_OF).figure.data[0].mode == "lines+markers"


def test_the_account_says_where_each_run_stands() -> None:
    account = draw_lab_curves([A, LabCurve("B", ())], WORDS_OF).account
    assert account == "A <one>: after 12,000 tokens loss 1.250, exact match 50.0 %, epsilon 0.750."


def test_more_runs_than_looks_are_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        draw_lab_curves([A] * (len(CURVE_ROLES) + 1), WORDS_OF)
