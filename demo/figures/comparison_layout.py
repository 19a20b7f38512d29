"""Where the maps of several models over one input stand, before they are drawn.

All maps have cells of one size and stand in lines whose upper edges agree; a model without attention gets an empty
map of the same kind, with its output beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from demo.figures.heads import Head
from demo.figures.heatmap_layout import Alignment, align
from demo.figures.labels import cut, visible, width_em
from demo.figures.panels import EDGE_PX, Box
from demo.figures.style import LABEL_SIZE
from demo.figures.walk import Node, best_path
from seq2seq_core.trace import Trace, candidate_label, path

LARGEST_CELL: Final = 24
SMALLEST_CELL: Final = 11
NARROWEST_MAP: Final = 132  # an empty map has room for its sentence
LOWEST_MAP: Final = 66
BETWEEN_PX: Final = 22
LABEL_SINE: Final = 0.82  # of the angle at which source labels stand
TITLE_PX: Final = 26


class Missing(StrEnum):
    """Why a model has no map."""

    ATTENTION = "attention"
    SOURCE = "source"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Compared:
    """One model's search over the input; without a node its best output counts, without a head the mean of all."""

    name: str
    trace: Trace
    node: Node | None = None
    head: Head | None = None


@dataclass(frozen=True, slots=True)
class Map:
    """What is known of one model's attention."""

    name: str
    target: tuple[str, ...]
    source: tuple[str, ...]
    alignment: Alignment | None
    missing: Missing | None


@dataclass(frozen=True, slots=True)
class PlacedMap:
    """A map and the pixels it fills, labels not included."""

    map: Map
    box: Box
    cell: float


@dataclass(frozen=True, slots=True)
class ComparedSheet:
    """All maps in their places."""

    maps: tuple[PlacedMap, ...]
    width: float
    height: float


def map_of(one: Compared) -> Map:
    """The attention of one model, or why there is none."""
    best = best_path(one.trace)
    node = one.node or (best[-1] if best else None)
    if node is None:
        return Map(one.name, (), one.trace.source_tokens, None, Missing.OUTPUT)
    target = tuple(candidate_label(one.trace, *at) for at in path(one.trace, *node))
    alignment = align(one.trace, node, one.head) if one.trace.source_tokens else None
    missing = None if alignment else Missing.ATTENTION if one.trace.source_tokens else Missing.SOURCE
    return Map(one.name, target, one.trace.source_tokens, alignment, missing)


def place_maps(maps: Sequence[Map], room: int) -> ComparedSheet:
    """The maps from left to right, broken into lines that fit the room."""
    cell = min(_cell(one, room) for one in maps)
    above = TITLE_PX + max(label_rise(one.source) if one.alignment else 0 for one in maps)
    placed: list[PlacedMap] = []
    left, top, lowest = float(EDGE_PX), float(EDGE_PX), 0.0
    for one in maps:
        width = max(NARROWEST_MAP, cell * len(one.source)) if one.missing else cell * len(one.source)
        whole = label_px(one.target) + max(width, NARROWEST_MAP)
        if placed and left + whole > room - EDGE_PX and left > EDGE_PX:
            left, top = float(EDGE_PX), lowest + BETWEEN_PX
        height = max(LOWEST_MAP if one.missing else 0, cell * len(one.target))
        box = Box(left + label_px(one.target), top + above, width, height)
        placed.append(PlacedMap(one, box, cell))
        left, lowest = left + whole + BETWEEN_PX, max(lowest, box.bottom)
    right = max(each.box.left + max(each.box.width, NARROWEST_MAP) for each in placed)
    return ComparedSheet(tuple(placed), right + EDGE_PX, lowest + EDGE_PX)


def _cell(one: Map, room: int) -> float:
    """A whole number of pixels: as many as let the map fit a line of its own."""
    columns = max(1, len(one.source))
    fitting = (room - 2 * EDGE_PX - label_px(one.target)) // columns
    return max(SMALLEST_CELL, min(LARGEST_CELL, fitting))


def label_px(pieces: Sequence[str]) -> int:
    """The room of labels beside a map."""
    return 8 + round(max((LABEL_SIZE * width_em(cut(visible(piece))) for piece in pieces), default=0))


def label_rise(pieces: Sequence[str]) -> int:
    """The room of slanted labels above a map."""
    return round(10 + LABEL_SINE * (label_px(pieces) - 8))
