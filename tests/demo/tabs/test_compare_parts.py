"""Comparing outputs: what differs word by word, against which output, and what is said of curves and examples."""

from dataclasses import replace
from typing import Any, Final

import pytest

from demo.service import (
    Curve,
    CurvePoint,
    Decoded,
    DecodeRequest,
    Example,
    ExampleBook,
    GalleryEntry,
    Problem,
    RequestError,
)
from demo.tabs.parts.answers import LETTERS, Answer, Comparison
from demo.tabs.parts.comparison import comparison_data
from demo.tabs.parts.curves import measure_text, shown_curves
from demo.tabs.parts.differences import difference, words_of
from demo.tabs.parts.length_examples import length_examples
from demo.wording import words_for
from seq2seq_core.trace import Fate
from tests.demo.service.made import lure_traces, made_entry

ENGLISH, CHINESE = words_for("en"), words_for("zh")
BLEU: Final = "BLEU, beam 5, single reference"


@pytest.mark.parametrize(
    ("text", "base", "marked", "counts"),
    [
        ("Je vois un chat.", "Je vois le chat.", "Je vois [un] chat.", (1, 0)),
        ("Je vois chat.", "Je vois le chat.", "Je vois {le} chat.", (0, 1)),
        ("Je vois", "Je vois le chat.", "Je vois {le chat.}", (0, 2)),
        ("Je le vois bien", "Je vois", "Je [le] vois [bien]", (2, 0)),
        ("a b", "a b", "a b", (0, 0)),
        ("我看见狗。", "我看见一只猫。", "我看见[狗]。", (1, 2)),
        ("我看见猫。", "我看见一只猫。", "我看见{一只}猫。", (0, 2)),
    ],
)
def test_words_are_marked_where_an_output_departs(text: str, base: str, marked: str, counts: tuple[int, int]) -> None:
    signs = {"same": "{}", "other": "[{}]", "missing": "{{{}}}"}
    found = difference(text, base)
    assert "".join(signs[piece.part].format(piece.text) + piece.after for piece in found.pieces) == marked
    assert (found.other, found.missing) == counts


def test_a_letter_of_a_script_without_blanks_is_a_word() -> None:
    assert words_of("  Tom 喜欢 cats. ") == ["Tom ", "喜", "欢 ", "cats."]


def answer(place: int, text: str | None, *, cut: bool = False, **changes: Any) -> Answer:
    """An answer whose winner, in both searches, is the text; None: the model refused."""
    entry = made_entry(f"model-{place}", **changes)
    if text is None:
        return Answer(LETTERS[place], entry, None, RequestError(Problem.FAILED))
    greedy, beam = lure_traces()
    fate = Fate.CUT_AT_MAXIMUM if cut else Fate.FINISHED
    won = replace(beam, hypotheses=(replace(beam.hypotheses[0], text=text, fate=fate),))
    return Answer(LETTERS[place], entry, Decoded(DecodeRequest(text="x"), entry, greedy, won, 0.25, 0.0375))


def comparison(*answers: Answer, greedy: bool = False) -> Comparison:
    return Comparison(DecodeRequest(text="x"), greedy, answers)


def rows(*answers: Answer) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = comparison_data(comparison(*answers), "", ENGLISH)["rows"]
    return shown


def parts(row: dict[str, Any]) -> list[str]:
    return [piece["part"] for piece in row["pieces"]]


def test_outputs_are_held_against_the_one_that_most_agree_on() -> None:
    shown = rows(answer(0, "a b"), answer(1, "a c"), answer(2, "a c"))
    assert [row["notes"] for row in shown] == [
        ["against B: other words 1, missing words 0"],
        ["B: the others are held against this one"],
        ["the same as B"],
    ]
    assert [parts(row) for row in shown] == [["same", "other"], ["same"], ["same"]]


def test_without_agreement_outputs_are_held_against_the_first() -> None:
    shown = rows(answer(0, "a b"), answer(1, "a b c"))
    assert shown[0]["notes"] == ["A: the others are held against this one"]
    assert shown[1]["notes"] == ["against A: other words 1, missing words 0"]


def test_an_empty_output_says_so_and_nothing_is_held_against_it() -> None:
    shown = rows(answer(0, ""), answer(1, ""), answer(2, "a"))
    assert [row["instead"] for row in shown] == ["(empty output)", "(empty output)", ""]
    assert [row["notes"] for row in shown] == [[], [], []]
    assert parts(shown[2]) == ["same"]


def test_outputs_in_different_languages_are_not_held_against_each_other() -> None:
    shown = rows(answer(0, "a"), answer(1, "b", target_language="zh"), answer(2, "c"))
    assert shown[1]["notes"] == ["the only output in its language"]
    assert parts(shown[1]) == ["same"]
    assert shown[2]["notes"] == ["against A: other words 1, missing words 0"]


def test_a_refusal_stands_in_its_row_and_does_not_hide_the_others() -> None:
    shown = rows(answer(0, None), answer(1, "a"))
    assert shown[0]["instead"] == "This model could not be loaded. The log of the app says why."
    assert (shown[0]["score"], shown[0]["numbers"]) == ("", ["", "", "", "1 k"])
    assert parts(shown[1]) == ["same"]


def test_an_output_that_was_cut_says_so() -> None:
    assert rows(answer(0, "a", cut=True), answer(1, "a"))[0]["notes"][1] == "cut at maximum length"


def test_a_row_shows_the_score_with_its_formula_and_the_numbers() -> None:
    # The beam wins with "b c": 0.4 * 0.9 * 1, so ln 0.36 = -1.02165; T = 3, 3^0.7 = 2.15767, score -0.473498.
    (row, _) = rows(answer(0, "b c", parameters=4_652_656), answer(1, "b c"))
    assert (row["score"], row["score_is"]) == ("-0.473", "-1.022 / 3^0.7")
    assert row["numbers"] == ["-1.022", "3", "38 ms", "4.7 M"]


def test_greedy_shows_greedys_winner_and_time() -> None:
    # Greedy takes "a" and ends: 0.6 * 0.4, so ln 0.24 = -1.4271; T = 2.
    data = comparison_data(comparison(answer(0, "b c"), answer(1, "b c"), greedy=True), "", ENGLISH)
    assert [piece["text"] for piece in data["rows"][0]["pieces"]] == ["a"]
    assert data["rows"][0]["numbers"][:3] == ["-1.427", "2", "250 ms"]


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        (("a", "a", "a"), "All 3 models write the same."),
        (("a", "b", "b"), "2 of 3 models write the same"),
        (("a", "", "a"), "2 of 3 models write the same"),
        (("a", "b"), "No two models write the same"),
    ],
)
def test_the_verdict_counts_agreement(texts: tuple[str, ...], verdict: str) -> None:
    shown = comparison_data(comparison(*(answer(place, text) for place, text in enumerate(texts))), "", ENGLISH)
    assert shown["verdict"].startswith(verdict)


def test_there_is_no_verdict_over_one_output() -> None:
    shown = comparison_data(comparison(answer(0, "a"), answer(1, None), answer(2, "")), "", ENGLISH)
    assert (shown["verdict"], shown["legend"]) == ("", "")


def test_the_verdict_says_that_languages_differ() -> None:
    shown = comparison_data(comparison(answer(0, "a"), answer(1, "b", target_language="zh")), "", ENGLISH)
    assert shown["verdict"] == ENGLISH.compare.table.languages


def curve(measure: str = BLEU) -> Curve:
    return Curve(measure, (CurvePoint(1, 4, 30, 41.5, 38.0, 45.0),))


def curves_of(*answers: Answer) -> tuple[list[str], str]:
    found = shown_curves(answers, ENGLISH)
    return [each.name for each in found.curves], found.note


def test_curves_carry_the_letters_of_the_rows() -> None:
    shown = curves_of(answer(0, "a", length_curve=curve()), answer(1, "a", length_curve=curve()))
    assert shown == (["A The model model-0", "B The model model-1"], "")


def test_models_without_a_curve_are_named() -> None:
    names, note = curves_of(answer(0, "a"), answer(1, "a", length_curve=curve()))
    assert names == ["B The model model-1"]
    assert note == "Not measured by length: A The model model-0."


def test_one_sentence_says_that_there_is_no_curve() -> None:
    assert curves_of(answer(0, "a"), answer(1, "a")) == ([], ENGLISH.compare.no_curve)


@pytest.mark.parametrize(
    "other", [{"length_curve": curve("exact match %")}, {"length_curve": curve(), "target_language": "zh"}]
)
def test_curves_on_another_scale_are_named_and_not_drawn(other: dict[str, Any]) -> None:
    names, note = curves_of(answer(0, "a", length_curve=curve()), answer(1, "a", **other))
    assert names == ["A The model model-0"]
    assert note.endswith("so not drawn with the others: B The model model-1.")


def test_a_measure_is_named_in_the_pages_language() -> None:
    assert measure_text(BLEU, ENGLISH.page.card) == "BLEU, beam 5, one reference"
    assert measure_text(BLEU, CHINESE.page.card) == "BLEU，束宽 5，一个参考答案"


def suggesting(*suggestions: str, task: str = "translation") -> GalleryEntry:
    return made_entry("one", task=task, suggestions=suggestions)


def test_examples_are_short_long_and_joined() -> None:
    group = (suggesting("Go on.", "Hi.", "What is it?", "No way!", "I see the old cat."), made_entry("two"))
    found = length_examples(group, ExampleBook())
    assert [(each.kind, each.source) for each in found.examples] == [
        ("short", "Hi."),
        ("long", "I see the old cat."),
        ("joined", "Hi. Go on. No way! What is it?"),
    ]


def test_commands_are_not_joined() -> None:
    found = length_examples((suggesting("walk", "run twice", task="commands"),), ExampleBook())
    assert [each.kind for each in found.examples] == ["short", "long"]


def test_what_joined_would_be_too_long_is_not_offered() -> None:
    found = length_examples((suggesting("x" * 250, "y" * 251),), ExampleBook())
    assert [each.kind for each in found.examples] == ["short", "long"]


def test_references_are_joined_too_and_strange_words_left_out() -> None:
    found_by_script = (("unseen", "A.", "Un."), ("long", "Be.", "Deux."), ("long", "Cee.", "Trois."))
    book = ExampleBook(tuple(Example(kind, source, reference, "") for kind, source, reference in found_by_script))
    found = length_examples((made_entry("one"), made_entry("two")), book)
    assert found.reference("Be. Cee. ") == "Deux. Trois."
    assert found.reference("A.") == "Un."
    assert found.reference("Else.") == ""


def test_a_group_without_examples_has_none() -> None:
    group = (made_entry("one", task="commands"), made_entry("two", task="commands"))
    assert length_examples(group, ExampleBook()).examples == ()
