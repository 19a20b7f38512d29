"""The ruler is to scale, and makes no difference of what is none."""

from demo.figures.ruler import Total, draw_ruler, roles_for
from demo.wording.decoders import ENGLISH


def heights(raws: list[float]) -> list[list[float]]:
    """Of both ends of each output's line; scores are half the sums."""
    roles = roles_for(len(raws))
    totals = [
        Total(name, name, name, raw, 2, raw / 2, role) for name, raw, role in zip("abc", raws, roles, strict=False)
    ]
    return [line["y"] for line in draw_ruler(totals, "sum / T", ENGLISH.ruler).drawing.data]


def test_lines_stand_to_scale() -> None:
    assert heights([-1.0, -4.0, -2.0]) == [[1.0, 1.0], [0.0, 0.0], [2 / 3, 2 / 3]]


def test_equal_totals_stand_together_though_the_searches_rounded_otherwise() -> None:
    assert heights([-1.1820001, -1.1820004, -1.1820001]) == [[0.5, 0.5]] * 3
