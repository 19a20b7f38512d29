"""Exposure bias: where points, intervals and titles stand, and what they tell."""

import re

import pytest

from demo.figures.exposure import (
    Chart,
    ExposedCurves,
    ShareAt,
    draw_chart,
    place_overcorrection,
    place_positions,
    place_recovery,
)
from demo.figures.style import DAMAGE_ROLES, GOLD_ROLES, LOOKS, OWN_ROLES, Role
from demo.wording import WORDS, Language
from tests.support.project import ROOT

WORDS_EN = WORDS[Language.ENGLISH].exposure.figures


def share(x: float, value: float, model: str = "") -> ShareAt:
    return ShareAt(x, 200, round(2 * value), value, value - 5, min(100.0, value + 5), model)


def curves(name: str, positions: int = 2) -> ExposedCurves:
    gold = tuple(share(x, 95) for x in range(1, positions + 1))
    own = tuple(share(x, 80) for x in range(1, positions + 1))
    return ExposedCurves(name, gold, own, ((share(1, 90), share(2, 92)), (share(1, 62),)))


def positions(*models: ExposedCurves) -> Chart:
    return place_positions(models, "Positions", WORDS_EN)


def test_each_model_has_a_solid_own_line_and_a_dotted_true_one_in_one_colour() -> None:
    chart = positions(curves("A"), curves("B"))
    assert [line.role for line in chart.lines] == [OWN_ROLES[0], GOLD_ROLES[0], OWN_ROLES[1], GOLD_ROLES[1]]
    assert [line.name for line in chart.lines[:2]] == ["A, own prefix", "A, true prefix"]
    for own, gold in zip(OWN_ROLES, GOLD_ROLES, strict=True):
        assert LOOKS[own].colour == LOOKS[gold].colour
        assert (LOOKS[own].dash, LOOKS[gold].dash) == ("solid", "dot")


def test_the_axis_of_shares_begins_at_the_ten_below_the_lowest_interval() -> None:
    assert positions(curves("A")).axes.y_range == (70, 100)  # 80 - 5
    assert positions(curves("A")).axes.x_range == (0.5, 2.5)


def test_points_tell_their_interval_and_counts() -> None:
    own = positions(curves("a<b")).lines[0]
    assert own.hovers[1] == (
        "<b>a&lt;b, own prefix</b><br>position 2: 80.0 % right<br>interval 75.0 to 85.0 %, 160 of 200"
    )


def test_a_drawn_line_has_its_points_and_whiskers() -> None:
    (own, gold) = draw_chart(positions(curves("A")), WORDS_EN).figure.data
    assert own.y == (80, 80)
    assert own.error_y.array == (5, 5)
    # Two lines stand 0.8 % of an axis of two apart, around the whole number.
    assert (own.x[0], gold.x[0]) == (pytest.approx(1 - 0.008), pytest.approx(1 + 0.008))


def test_many_positions_are_drawn_without_whiskers_and_markers_and_say_so() -> None:
    bundle = draw_chart(positions(curves("A", positions=21)), WORDS_EN)
    assert bundle.figure.data[0].mode == "lines"
    assert bundle.figure.data[0].x[:2] == (1, 2)
    assert bundle.notes == (WORDS_EN.interval_on_hover,)
    assert not any(mark.symbol for mark in bundle.legend)


def test_recovery_has_a_panel_for_each_model_and_a_look_for_each_k() -> None:
    chart = place_recovery([curves("Teacher forcing"), curves("Sampling (x)")], "Recovery", WORDS_EN)
    assert [(line.panel, line.role) for line in chart.lines] == [
        (panel, DAMAGE_ROLES[k]) for panel in (0, 1) for k in (0, 1)
    ]
    figure = draw_chart(chart, WORDS_EN).figure
    assert [trace.xaxis for trace in figure.data] == ["x", "x", "x2", "x2"]
    assert figure.layout.xaxis.domain[1] < figure.layout.xaxis2.domain[0]
    assert [each.text for each in figure.layout.annotations] == ["<b>Teacher forcing</b>", "<b>Sampling<br>(x)</b>"]
    assert [mark.text for mark in draw_chart(chart, WORDS_EN).legend] == ["k = 0: undamaged", "k = 1 random token"]


def test_over_correction_stands_over_epsilon_in_order_from_nought() -> None:
    points = [share(1.0, 6, "forced"), share(0.25, 12, "sampled")]
    chart = place_overcorrection(points, [share(1.0, 5, "forced"), share(0.25, 9, "sampled")], "Over", WORDS_EN)
    assert [[point.x for point in line.points] for line in chart.lines] == [[0.25, 1.0], [0.25, 1.0]]
    assert list(chart.axes.y_range) == [0, 20]  # 12 + 5 fits under 20
    assert chart.lines[0].hovers[0].startswith("<b>sampled</b><br>outputs with a repetition: 12.0 %")


def test_the_account_has_every_point_with_its_panel() -> None:
    account = draw_chart(place_recovery([curves("A")], "Recovery", WORDS_EN), WORDS_EN).account
    assert account == (
        "Recovery. A, k = 0: undamaged: at 1 90.0 % (85.0 to 95.0, n = 200); at 2 92.0 % (87.0 to 97.0, n = 200). "
        "A, k = 1 random token: at 1 62.0 % (57.0 to 67.0, n = 200)."
    )


def test_the_numbers_of_random_tokens_are_told_apart_without_colour() -> None:
    looks = [LOOKS[role] for role in DAMAGE_ROLES]
    assert len({look.dash for look in looks}) == len({look.symbol for look in looks}) == len(DAMAGE_ROLES)


def test_the_legend_can_draw_every_symbol() -> None:
    script = (ROOT / "assets" / "view" / "legend.js").read_text(encoding="utf-8")
    known = re.findall(r'^  "?([a-z-]+)"?: \(\) =>', script, re.MULTILINE)
    assert {LOOKS[role].symbol for role in Role if LOOKS[role].size} <= set(known)
