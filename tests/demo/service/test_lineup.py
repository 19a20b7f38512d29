"""Which models can be compared, and what a card's curve of quality by length must be."""

from dataclasses import replace
from typing import Any, Final

import pytest

from demo.service import CurvePoint, GalleryEntry, LineupError, LineupProblem, SourceKind, check_lineup
from demo.service.curve import read_curve
from demo.service.lineup import groups, offered
from tests.demo.service.made import BAHDANAU, made_entry

POINT: Final = {"length_from": 1, "length_to": 4, "n": 30, "value": 41.5, "low": 38, "high": 45.25}
CURVE: Final[dict[str, Any]] = {"measure": "BLEU, beam 5, single reference", "points": [POINT]}


def of_year(name: str, year: int, **changes: Any) -> GalleryEntry:
    return made_entry(name, architecture=replace(BAHDANAU, year=year), **changes)


FRENCH: Final = (of_year("a", 2015), of_year("b", 2014), of_year("c", 2015), of_year("d", 2017), of_year("e", 2014))
CHINESE: Final = of_year("zh", 2015, target_language="zh")
GERMAN: Final = of_year("de", 2015, source_language="de", target_language="en")
COMMANDS: Final = tuple(made_entry(name, task="commands", target_language=None) for name in ("x", "y"))
PICTURES: Final = tuple(made_entry(name, task="captions", source=SourceKind.PICTURE) for name in ("p", "q"))


def names(entries: tuple[GalleryEntry, ...]) -> str:
    return " ".join(entry.name for entry in entries)


def test_models_of_one_source_language_or_one_task_stand_together_oldest_first() -> None:
    found = groups((*FRENCH, GERMAN, *COMMANDS, CHINESE, *PICTURES))
    assert [names(group) for group in found] == ["b e a c zh d", "x y"]


def test_an_architecture_without_a_year_comes_last() -> None:
    (group,) = groups((of_year("unknown", 0), *FRENCH[:2]))
    assert names(group) == "b a unknown"


def test_models_of_different_years_are_offered() -> None:
    (group,) = groups(FRENCH)
    assert names(offered(group)) == "b a d"


def test_models_of_one_year_are_offered_in_their_order() -> None:
    group = tuple(of_year(name, 2015) for name in "stuv")
    assert names(offered(group)) == "s t u"


@pytest.mark.parametrize("chosen", [FRENCH[:2], (*FRENCH[:3], CHINESE), COMMANDS])
def test_two_to_four_models_that_read_alike_can_be_compared(chosen: tuple[GalleryEntry, ...]) -> None:
    check_lineup(chosen)


@pytest.mark.parametrize(
    ("chosen", "problem", "values"),
    [
        ((), LineupProblem.HOW_MANY, {"fewest": 2, "most": 4, "found": 0}),
        (FRENCH[:1], LineupProblem.HOW_MANY, {"fewest": 2, "most": 4, "found": 1}),
        (FRENCH, LineupProblem.HOW_MANY, {"fewest": 2, "most": 4, "found": 5}),
        ((FRENCH[0], FRENCH[1], FRENCH[0]), LineupProblem.TWICE, {"found": "a"}),
        ((FRENCH[0], GERMAN), LineupProblem.UNLIKE, {"first": "a", "found": "de"}),
        ((COMMANDS[0], FRENCH[0]), LineupProblem.UNLIKE, {"first": "x", "found": "a"}),
    ],
)
def test_other_choices_are_refused_with_the_value(
    chosen: tuple[GalleryEntry, ...], problem: LineupProblem, values: dict[str, object]
) -> None:
    with pytest.raises(LineupError) as caught:
        check_lineup(chosen)
    assert (caught.value.problem, caught.value.values) == (problem, values)


def test_a_card_has_its_curve() -> None:
    curve = read_curve({"length_curve": CURVE}, "model")
    assert curve is not None
    assert curve.measure == "BLEU, beam 5, single reference"
    assert curve.points == (CurvePoint(1, 4, 30, 41.5, 38.0, 45.25),)


def test_a_card_may_have_no_curve() -> None:
    assert read_curve({}, "model") is None


@pytest.mark.parametrize(
    "record",
    [
        "a curve",
        {"points": [POINT]},
        CURVE | {"measure": 7},
        CURVE | {"points": []},
        CURVE | {"points": [POINT] * 51},
        CURVE | {"points": ["x"]},
        *(CURVE | {"points": [POINT | change]} for change in (
            {"length_from": 5}, {"n": True}, {"n": 1.5}, {"low": 50}, {"value": "41"}, {"value": float("nan")},
            {"high": 10**400},
        )),
    ],
)
def test_what_is_no_curve_is_left_out_with_a_line_in_the_log(record: object, caplog: pytest.LogCaptureFixture) -> None:
    assert read_curve({"length_curve": record}, "strange") is None
    assert "strange: its length curve is not shown" in caplog.text
