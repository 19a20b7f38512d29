"""Labels over the marks of a grid, each as long as its place allows.

A label stands in the middle of its column and may run into the next columns as far as nothing stands there: beside a
short label there is more room than beside a long one. Two long neighbours share what lies between them.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from demo.figures.labels import cut, visible, width_em

Place: TypeAlias = tuple[int, float]  # column, row

GAP_EM: Final = 0.6  # between two labels


def fitted(pieces: Mapping[Place, str], column_em: float) -> dict[Place, str]:
    """What to write at every place so that nothing overlaps: the piece, as much of it as fits, or nothing."""
    pitch = column_em - GAP_EM
    texts = {place: visible(piece) for place, piece in pieces.items()}
    widths = {place: min(width_em(text), pitch) for place, text in texts.items()}
    return {place: _fitted(text, _room(place, widths, pitch)) for place, text in texts.items()}


def _room(place: Place, widths: Mapping[Place, float], pitch: float) -> float:
    column, row = place
    return min(2 * pitch - widths.get((beside, row), 0.0) for beside in (column - 1, column + 1))


def _fitted(text: str, room: float) -> str:
    shown = cut(text, room)
    return shown if shown == text or len(shown) > 1 else ""
