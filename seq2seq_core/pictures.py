"""Pictures as text: rows of equal length joined by "/", one character of the palette for each pixel.

    ......
    .rr...          "....../.rr.../.rr.../....../...bb./...bb."
    .rr...
    ......          A picture is square, its side 8 to 64 pixels (this one is too small to be accepted).
    ...bb.
    ...bb.

So a picture travels wherever a sentence does: through files, checkpoints, traces and caches. Inside a program it is an
array (H, W) of palette indices: 0 is the background, the others follow the order of `PALETTE`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from seq2seq_core.errors import InputError

Bytes: TypeAlias = NDArray[np.uint8]

SMALLEST_SIDE: Final = 8
LARGEST_SIDE: Final = 64
ROW_END: Final = "/"


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour of the palette: its English name and #rrggbb."""

    name: str
    hex: str


# Any two differ by 15 or more in CIELAB, for readers without red, green or blue cones too. The background is part of
# the picture, so that it looks the same on light and dark pages.
PALETTE: Final[Mapping[str, Colour]] = {
    ".": Colour("background", "#f4f4f4"),
    "r": Colour("red", "#cc1f1f"),
    "o": Colour("orange", "#ff8c1a"),
    "y": Colour("yellow", "#ffe119"),
    "g": Colour("green", "#00a878"),
    "b": Colour("blue", "#1e7be0"),
    "p": Colour("purple", "#6a0f8e"),
    "k": Colour("black", "#111111"),
}

_CHARACTERS: Final = "".join(PALETTE)
_CODES: Final = np.frombuffer(_CHARACTERS.encode("ascii"), np.uint8)
_RGB: Final = np.array([list(bytes.fromhex(colour.hex[1:])) for colour in PALETTE.values()], np.uint8)
_INDEX_OF_CODE: Final = np.zeros(256, np.uint8)
_INDEX_OF_CODE[_CODES] = np.arange(len(PALETTE))


def parse_picture(text: str, side: int | None = None) -> Bytes:
    """The palette indices (H, W) of a picture; with `side`, of exactly that side.

    Raises:
        InputError: a character is not in the palette, rows differ in length, the picture is not square, or its side is
            out of range or not the one asked for.
    """
    rows = text.strip().split(ROW_END)
    _check_characters(rows)
    width = len(rows[0])
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise InputError(
                f"the rows of a picture must be equally long, got {width} in row 1, {len(row)} in {number}"
            )
    if len(rows) != width:
        raise InputError(f"a picture must be square, got {len(rows)} rows of {width} pixels")
    if not SMALLEST_SIDE <= width <= LARGEST_SIDE:
        raise InputError(f"the side of a picture must be {SMALLEST_SIDE} to {LARGEST_SIDE} pixels, got {width}")
    if side is not None and width != side:
        raise InputError(f"the side of this picture must be {side} pixels, got {width}")
    codes = np.frombuffer("".join(rows).encode("ascii"), np.uint8)
    return _INDEX_OF_CODE[codes].reshape(width, width)


def picture_text(pixels_HW: NDArray[np.integer]) -> str:
    """The text of an array of palette indices.

    Raises:
        InputError: the array is not (H, W), or an index is not in the palette.
    """
    _check_indices(pixels_HW)
    if pixels_HW.ndim != 2:
        raise InputError(f"a picture must be an array (H, W), got shape {pixels_HW.shape}")
    return ROW_END.join(row.tobytes().decode("ascii") for row in _CODES[pixels_HW])


def to_rgb(pixels_HW: NDArray[np.integer]) -> Bytes:
    """Red, green and blue (H, W, 3) of palette indices.

    Raises:
        InputError: an index is not in the palette.
    """
    _check_indices(pixels_HW)
    rgb_HWC: Bytes = _RGB[pixels_HW]
    return rgb_HWC


def _check_characters(rows: list[str]) -> None:
    for number, row in enumerate(rows, start=1):
        if unknown := next((character for character in row if character not in PALETTE), None):
            allowed = " ".join(PALETTE)
            raise InputError(f"the pixels of a picture must be one of {allowed}, got {unknown!r} in row {number}")


def _check_indices(pixels_HW: NDArray[np.integer]) -> None:
    if pixels_HW.size and not 0 <= pixels_HW.min() <= pixels_HW.max() < len(PALETTE):
        found = f"{pixels_HW.min()} to {pixels_HW.max()}"
        raise InputError(f"the pixels of a picture must be from 0 to {len(PALETTE) - 1}, got {found}")
