"""Pieces and numbers as figures write them."""

import pytest

from demo.figures.labels import cut, escaped, full_label, number, short_label, visible, width_em


@pytest.mark.parametrize("piece", ["<s>", "</s>", "<unk>", "<b>", "a & b"])
def test_no_letter_of_a_piece_is_read_as_markup(piece: str) -> None:
    assert "<" not in escaped(piece)
    assert escaped(piece).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == piece


def test_quotes_stay_since_labels_are_no_attributes() -> None:
    assert escaped('l\'été "chaud"') == 'l\'été "chaud"'


@pytest.mark.parametrize(
    ("piece", "shown"),
    [
        (" ", "␣"),
        ("", "∅"),
        ("\n", "⏎"),
        ("\t", "⇥"),
        ("▁", "␣"),
        ("▁the", "▁the"),
        ("\u200b", "[200B]"),
        ("\u3000", "␣"),
    ],
)
def test_what_would_not_show_gets_a_stand_in(piece: str, shown: str) -> None:
    assert visible(piece) == shown


def test_long_labels_are_cut_and_short_ones_kept() -> None:
    assert short_label("translation") == "translation"
    assert short_label("incomprehensibility") == "incompre…"
    assert full_label("incomprehensibility") == "incomprehensibility"


def test_an_ampersand_is_cut_as_one_letter() -> None:
    assert short_label("&&&") == "&amp;&amp;&amp;"


@pytest.mark.parametrize("text", ["W" * 30, "i" * 30, "地" * 30, "Donaudampfschifffahrt"])
def test_a_cut_label_fits_its_column(text: str) -> None:
    assert cut(text).endswith("…")
    assert len(cut(text)) <= 12
    assert width_em(cut(text)) <= 6.0


@pytest.mark.parametrize(
    ("value", "shown"), [(-0.0004, "0.000"), (-2.3125, "-2.312"), (1.9996, "2.000"), (0.0, "0.000")]
)
def test_numbers_are_correctly_rounded_and_zero_has_no_sign(value: float, shown: str) -> None:
    assert number(value) == shown
