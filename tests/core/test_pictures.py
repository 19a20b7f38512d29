"""Pictures as text: what is accepted, what is refused, and colours that can be told apart."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from seq2seq_core.errors import InputError
from seq2seq_core.pictures import PALETTE, parse_picture, picture_text, to_rgb

EMPTY = "/".join(["." * 8] * 8)


def test_a_picture_is_read_row_by_row() -> None:
    pixels = parse_picture("......../.r....../" + "/".join(["........"] * 5) + "/.......k")
    assert pixels.shape == (8, 8)
    assert pixels.dtype == np.uint8
    assert (pixels[1, 1], pixels[7, 7], np.count_nonzero(pixels)) == (1, 7, 2)  # places in ". r o y g b p k"


@given(
    st.integers(8, 64).flatmap(
        lambda side: st.lists(st.text("".join(PALETTE), min_size=side, max_size=side), min_size=side, max_size=side)
    )
)
def test_text_and_pixels_are_the_same_picture(rows: list[str]) -> None:
    text = "/".join(rows)
    assert picture_text(parse_picture(text, side=len(rows))) == text


def test_blanks_around_a_picture_are_no_pixels() -> None:
    assert np.array_equal(parse_picture(f" {EMPTY}\n"), parse_picture(EMPTY))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (EMPTY.replace(".", "x", 1), "pixels of a picture must be one of . r o y g b p k, got 'x' in row 1"),
        (EMPTY[:-1] + "R", "got 'R' in row 8"),
        (EMPTY[:-1] + "é", "got 'é' in row 8"),
        (EMPTY[:-1], "rows of a picture must be equally long, got 8 in row 1, 7 in 8"),
        (EMPTY + "/", "rows of a picture must be equally long, got 8 in row 1, 0 in 9"),
        (EMPTY + "/........", "a picture must be square, got 9 rows of 8 pixels"),
        ("", "a picture must be square, got 1 rows of 0 pixels"),
        ("...", "a picture must be square, got 1 rows of 3 pixels"),
        ("/".join(["." * 7] * 7), "side of a picture must be 8 to 64 pixels, got 7"),
        ("/".join(["." * 65] * 65), "side of a picture must be 8 to 64 pixels, got 65"),
    ],
)
def test_a_broken_picture_is_named_with_rule_and_value(text: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_picture(text)
    assert message in str(refused.value)


def test_another_side_than_asked_for_is_refused() -> None:
    assert parse_picture(EMPTY, side=8).shape == (8, 8)
    with pytest.raises(InputError, match="side of this picture must be 24 pixels, got 8"):
        parse_picture(EMPTY, side=24)


def test_pixels_outside_the_palette_have_no_text_and_no_colour() -> None:
    for pixels in (np.full((8, 8), len(PALETTE)), np.full((8, 8), -1)):
        for convert in (picture_text, to_rgb):
            with pytest.raises(InputError, match="pixels of a picture must be from 0 to 7, got"):
                convert(pixels)


def test_an_array_without_rows_and_columns_has_no_text() -> None:
    with pytest.raises(InputError, match=r"must be an array \(H, W\), got shape \(8,\)"):
        picture_text(np.zeros(8, np.uint8))


def test_rgb_is_that_of_the_palette() -> None:
    rgb = to_rgb(parse_picture("r" + EMPTY[1:]))
    assert rgb.shape == (8, 8, 3)
    assert rgb.dtype == np.uint8
    assert "#" + bytes(rgb[0, 0]).hex() == PALETTE["r"].hex
    assert "#" + bytes(rgb[5, 5]).hex() == PALETTE["."].hex


def test_no_character_of_the_palette_ends_a_row_or_needs_two_bytes() -> None:
    assert all(len(character.encode()) == 1 and character not in "/\t\r\n " for character in PALETTE)
    assert len({colour.name for colour in PALETTE.values()}) == len(PALETTE)


# Machado, Oliveira and Fernandes 2009, "A physiologically-based model for simulation of color vision deficiency",
# table 1, severity 1.0: linear RGB as seen without red, green or blue cones.
VISION = {
    "full": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ_OF_RGB = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])  # sRGB, D65
WHITE = np.array([0.9505, 1.0, 1.089])


def lab(colour: str, vision: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIELAB 1976 of #rrggbb."""
    srgb = np.array(list(bytes.fromhex(colour[1:]))) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    x = XYZ_OF_RGB @ np.clip(vision @ linear, 0, 1) / WHITE
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISION)
def test_any_two_colours_can_be_told_apart(vision: str) -> None:
    for one, two in combinations(PALETTE.values(), 2):
        distance = np.linalg.norm(lab(one.hex, VISION[vision]) - lab(two.hex, VISION[vision]))
        assert distance >= 15, (one.name, two.name)
