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
from demo.figures.panels import EDGE_PX, NARROWEST_SHEET_PX, Box, Size
from demo.figures.style import LABEL_SIZE
from demo.figures.walk import Node, best_path
from seq2seq_core.trace import Trace, candidate_label, path

LARGEST_CELL: Final = 24
SMALLEST_CELL: Final = 14  # as in the heat map: labels fit
COMFORTABLE_ROWS_PX: Final = 420
NARROWEST_MAP: Final = 132  # an empty map has room for its sentence
LOWEST_MAP: Final = 66
BETWEEN_PX: Final = 22
LABEL_SINE: Final = 0.82  # of the angle at which source labels stand
LABEL_COSINE: Final = 0.57
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
    cell: int


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
    placed: list[PlacedMap] = []
    top = float(EDGE_PX)
    for line in _lines(maps, cell, room):
        upper = top + TITLE_PX + max(rise(one) for one in line)
        left = float(EDGE_PX)
        for one in line:
            size = _map_size(one, cell)
            placed.append(PlacedMap(one, Box(left + label_px(one.target), upper, size.width, size.height), cell))
            left += _whole_px(one, cell) + BETWEEN_PX
        top = max(each.box.bottom for each in placed) + BETWEEN_PX
    right = max(each.box.left + _whole_px(each.map, cell) - label_px(each.map.target) for each in placed)
    return ComparedSheet(tuple(placed), max(right + EDGE_PX, NARROWEST_SHEET_PX), top - BETWEEN_PX + EDGE_PX)


def _lines(maps: Sequence[Map], cell: int, room: int) -> list[list[Map]]:
    lines: list[list[Map]] = []
    used = 0
    for one in maps:
        width = _whole_px(one, cell)
        if lines and used + BETWEEN_PX + width <= room - 2 * EDGE_PX:
            lines[-1].append(one)
            used += BETWEEN_PX + width
        else:
            lines.append([one])
            used = width
    return lines


def _map_size(one: Map, cell: int) -> Size:
    """Of the cells alone; an empty map has room for its sentence."""
    width, height = cell * len(one.source), cell * len(one.target)
    return Size(max(NARROWEST_MAP, width), max(LOWEST_MAP, height)) if one.missing else Size(width, height)


def _whole_px(one: Map, cell: int) -> int:
    """The width of a map with all its labels: its name may be longer than it is wide, slanted labels lean over it."""
    lean = 0 if one.missing else round(LABEL_COSINE * (label_px(one.source[-1:]) - 8))
    return label_px(one.target) + max(_map_size(one, cell).width + lean, NARROWEST_MAP)


def _cell(one: Map, room: int) -> int:
    """A whole number of pixels: as many as let the map fit a line of its own and not grow too tall."""
    columns = max(1, len(one.source))
    fitting = (room - 2 * EDGE_PX - label_px(one.target)) // columns
    return max(SMALLEST_CELL, min(LARGEST_CELL, fitting, COMFORTABLE_ROWS_PX // max(1, len(one.target))))


def label_px(pieces: Sequence[str]) -> int:
    """The room of labels beside a map."""
    return 8 + round(max((LABEL_SIZE * width_em(cut(visible(piece))) for piece in pieces), default=0))


def rise(one: Map) -> int:
    """The room of slanted labels above a map."""
    return 0 if one.missing else round(10 + LABEL_SINE * (label_px(one.source) - 8))
