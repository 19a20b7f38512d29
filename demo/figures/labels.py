"""Pieces and numbers as figures write them.

Plotly reads labels as a small HTML: an unescaped `<s>` vanishes without a trace. And a blank piece or a newline is a
label nobody sees. Both are cured here, once.
"""

import html
import unicodedata
from typing import Final

LONGEST_LABEL: Final = 12  # letters
LABEL_EM: Final = 5.9  # what a label beside a heat map or a bar has room for
NARROW: Final = "fijlrtI.,:;'|!()[]-"
WIDE: Final = "mwMW@%…▁␣"
BLANK: Final = "␣"
SENTENCEPIECE_BLANK: Final = "▁"
_STAND_INS: Final = {" ": BLANK, "\n": "⏎", "\r": "⏎", "\t": "⇥", "\u3000": BLANK, "\u00a0": BLANK}


def visible(piece: str) -> str:
    """The piece with a visible stand-in for every character that would not show; the empty piece is `∅`.

    SentencePiece's mark of a blank stays where it opens a word; alone it would look like a stray line of the drawing.

    >>> visible("a b"), visible("▁cat"), visible("▁")
    ('a␣b', '▁cat', '␣')
    """
    return BLANK if piece == SENTENCEPIECE_BLANK else "".join(map(_stand_in, piece)) or "∅"


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
    """A piece cut to what a picture has room for."""
    return escaped(cut(visible(piece)))


def cut(text: str, room_em: float = LABEL_EM) -> str:
    """The text, or as much of it as leaves room for an ellipsis: at most twelve letters, fewer if they are wide.

    >>> cut("incomprehensible"), cut("mammogrammed"), cut("translation", 3)
    ('incompre…', 'mammo…', 'tran…')
    """
    if len(text) <= LONGEST_LABEL and width_em(text) <= room_em:
        return text
    kept = text[: LONGEST_LABEL - 1]
    while kept and width_em(kept + "…") > room_em:
        kept = kept[:-1]
    return kept + "…"


def width_em(text: str) -> float:
    """How wide the text runs, as a multiple of the font size: an estimate that needs no font, and rather too wide."""
    return sum(map(_letter_em, text))


def _letter_em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in NARROW:
        return 0.38
    if character in WIDE:
        return 1.0
    return 0.7 if character.isupper() else 0.61


def number(value: float, places: int = 3) -> str:
    """The correct rounding of a value, never "-0.000"."""
    text = f"{value:.{places}f}"
    return text.removeprefix("-") if float(text) == 0 else text
