"""Attention of several models over one input, side by side on one colour scale."""

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from demo.figures.bundle import Bundle
from demo.figures.comparison_layout import (
    NARROWEST_MAP,
    TITLE_PX,
    Compared,
    ComparedSheet,
    Map,
    Missing,
    PlacedMap,
    map_of,
    place_maps,
    rise,
)
from demo.figures.drawing import Drawing, rounded
from demo.figures.heatmap_layout import Alignment
from demo.figures.labels import escaped, full_label, number, short_label, visible, width_em
from demo.figures.panels import NARROW_PX, SCALE_PX, Sheet, cells, colour_scale, note, sheet_layout
from demo.figures.style import LABEL_SIZE
from demo.wording.attention_words import ComparisonWords

WIDE_PX: Final = 1180
MOST_MODELS: Final = 4
WEIGHT_PLACES: Final = 4
NOTE_PLACES: Final = 2
LABEL_ANGLE: Final = -55
CLAUSE: Final = re.compile("[^：，]+[：，]?")
OUTLINE: Final = {"color": "#808080", "width": 1, "dash": "dot"}


def draw_comparison(models: Sequence[Compared], words: ComparisonWords) -> Bundle:
    """The attention of one to four models over the same input; a model without says so in its place.

    Raises:
        ValueError: there are no models, or more than four.
    """
    if not 1 <= len(models) <= MOST_MODELS:
        raise ValueError(f"a comparison shows 1 to {MOST_MODELS} models, got {len(models)}")
    return draw_maps([map_of(one) for one in models], words)


def draw_maps(maps: Sequence[Map], words: ComparisonWords, *, room: int = WIDE_PX) -> Bundle:
    """Maps side by side as far as the room goes; NaN, where a row may not look, leaves its cell empty."""
    return Bundle(
        drawing=_drawing(place_maps(maps, room), words),
        narrow_drawing=_drawing(place_maps(maps, NARROW_PX), words),
        account=" ".join(_account(one, words) for one in maps),
        words=words.view,
        notes=(words.how_to,),
    )


def _drawing(sheet: ComparedSheet, words: ComparisonWords) -> Drawing:
    drawn = [(placed, placed.map.alignment) for placed in sheet.maps]
    boxes = Sheet(tuple(placed.box for placed in sheet.maps), sheet.width, sheet.height)
    data = [_cells(placed, shown, words) for placed, shown in drawn if shown]
    layout = sheet_layout(boxes, below=SCALE_PX if data else 0) | {
        "coloraxis": colour_scale(words.weight, 1, (0, 0.5, 1)),
        "annotations": [text for placed in sheet.maps for text in _texts(placed, words)],
        "shapes": [_outline(placed) for placed in sheet.maps if placed.map.missing],
    }
    return Drawing(data or [_nowhere()], layout)


def _nowhere() -> dict[str, Any]:
    """A view hides a figure without data; one of empty maps is to be seen."""
    return {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "hoverinfo": "skip"}


def _cells(placed: PlacedMap, shown: Alignment, words: ComparisonWords) -> dict[str, Any]:
    weights = rounded(shown.weights_TS, WEIGHT_PLACES)
    hover = [
        [
            words.cell.format(target=full_label(target), source=full_label(source), weight=number(float(weight)))
            for source, weight in zip(shown.source, row_S, strict=True)
        ]
        for target, row_S in zip(shown.target, shown.weights_TS, strict=True)
    ]
    return cells(placed.box, weights, xgap=1, ygap=1, hovertext=hover, hoverinfo="text", hoverongaps=False)


def _texts(placed: PlacedMap, words: ComparisonWords) -> list[dict[str, Any]]:
    """Name, labels, and in an empty map why it is empty."""
    texts = [_name(placed), *_target_labels(placed)]
    return [*texts, *(_source_labels(placed) if placed.map.missing is None else [_reason(placed, words)])]


def _name(placed: PlacedMap) -> dict[str, Any]:
    room = max(placed.box.width, NARROWEST_MAP) / LABEL_SIZE
    name = escaped(_shortened(placed.map.name, room))
    return note(f"<b>{name}</b>", placed.box.left, placed.box.top - rise(placed.map) - TITLE_PX / 2)


def _shortened(name: str, room_em: float) -> str:
    if width_em(name) <= room_em:
        return name
    kept = name
    while kept and width_em(kept + "…") > room_em:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _target_labels(placed: PlacedMap) -> list[dict[str, Any]]:
    box, rows = placed.box, len(placed.map.target)
    height = placed.cell if rows else 0
    return [
        note(short_label(piece), box.left - 4, box.top + (row + 0.5) * height, xanchor="right")
        for row, piece in enumerate(placed.map.target)
    ]


def _source_labels(placed: PlacedMap) -> list[dict[str, Any]]:
    """Slanted; Plotly places a slanted text by the upright rectangle around it."""
    place = {"textangle": LABEL_ANGLE, "yanchor": "bottom", "borderpad": 0}
    first = placed.box.left + placed.cell / 2 - LABEL_SIZE / 2 - 1
    return [
        note(short_label(piece), first + column * placed.cell, placed.box.top, **place)
        for column, piece in enumerate(placed.map.source)
    ]


def _reason(placed: PlacedMap, words: ComparisonWords) -> dict[str, Any]:
    box = placed.box
    text = "<br>".join(map(escaped, wrapped(_why(placed.map, words), (box.width - 12) / LABEL_SIZE)))
    return note(text, box.left + box.width / 2, box.top + box.height / 2, xanchor="center")


def _why(one: Map, words: ComparisonWords) -> str:
    """Why a map is empty."""
    if one.missing is Missing.SOURCE:
        return words.no_source
    return words.no_output if one.missing is Missing.OUTPUT else words.no_attention


def wrapped(text: str, room_em: float) -> list[str]:
    """The text in lines that fit, as few as possible and of like length.

    It is broken at blanks, or, where it has none, behind a clause's full-width comma or colon.
    """
    lines = _filled(text, room_em)
    narrower = (width_em(text) / len(lines) + step for step in range(round(room_em)))
    balanced = (_filled(text, room) for room in narrower if room < room_em)
    return next((found for found in balanced if len(found) == len(lines)), lines)


def _filled(text: str, room_em: float) -> list[str]:
    blank = " " if " " in text else ""
    lines: list[str] = []
    for part in text.split() if blank else CLAUSE.findall(text):
        if lines and width_em(lines[-1] + blank + part) <= room_em:
            lines[-1] += blank + part
        else:
            lines.append(part)
    return lines


def _outline(placed: PlacedMap) -> dict[str, Any]:
    box = placed.box
    ends = {"x0": box.left, "x1": box.right, "y0": box.top, "y1": box.bottom}
    return {"type": "rect", "xref": "x", "yref": "y", **ends, "line": OUTLINE}


def _account(one: Map, words: ComparisonWords) -> str:
    """A map in words: the output, and where each of its pieces looked most."""
    output = " ".join(map(visible, one.target))
    head = words.account.format(name=one.name, output=output)
    if one.alignment is None:
        return f"{head} {_why(one, words)}."
    return " ".join((head, *(_row(one.alignment, row, words) for row in range(len(one.target)))))


def _row(shown: Alignment, row: int, words: ComparisonWords) -> str:
    most = int(np.nanargmax(shown.weights_TS[row]))
    weight = number(float(shown.weights_TS[row, most]), NOTE_PLACES)
    pieces = {"target": visible(shown.target[row]), "source": visible(shown.source[most])}
    return words.account_row.format(**pieces, weight=weight)
