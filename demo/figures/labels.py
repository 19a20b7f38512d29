"""Pieces and numbers as figures write them.

Plotly reads labels as a small HTML: an unescaped `<s>` vanishes without a trace. And a blank piece or a newline is a
label nobody sees. Both are cured here, once.
"""

import html
import unicodedata
from typing import Final

LABEL_WIDTH: Final = 12
BLANK: Final = "␣"
_STAND_INS: Final = {" ": BLANK, "\n": "⏎", "\r": "⏎", "\t": "⇥", "\u3000": BLANK, "\u00a0": BLANK}


def visible(piece: str) -> str:
    """The piece with a visible stand-in for every character that would not show; the empty piece is `∅`.

    >>> visible("a b")
    'a␣b'
    """
    return "".join(map(_stand_in, piece)) or "∅"


def _stand_in(character: str) -> str:
    if character in _STAND_INS:
        return _STAND_INS[character]
    if unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Zs", "Cs"}:
        return f"[{ord(character):X}]"
    return character


def escaped(text: str) -> str:
    """Text that Plotly shows letter for letter."""
    return html.escape(text, quote=False)


def full_label(piece: str) -> str:
    """A piece in full, for hover texts."""
    return escaped(visible(piece))


def short_label(piece: str) -> str:
    """A piece cut to the width of twelve Latin letters, for the picture."""
    return escaped(cut(visible(piece)))


def cut(text: str, width: int = LABEL_WIDTH) -> str:
    """The text, or as much of it as leaves room for an ellipsis; wide letters (Chinese) count twice.

    >>> cut("incomprehensible")
    'incomprehen…'
    """
    if sum(map(_width, text)) <= width:
        return text
    kept, room = "", width - 1
    for character in text:
        room -= _width(character)
        if room < 0:
            break
        kept += character
    return kept + "…"


def _width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def number(value: float, places: int = 3) -> str:
    """The correct rounding of a value, never "-0.000"."""
    text = f"{value:.{places}f}"
    return text.removeprefix("-") if float(text) == 0 else text
