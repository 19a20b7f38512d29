"""All heads of a model at once: one little heat map each, layer by layer, on one colour scale.

Sizes: T target pieces, S source pieces, L layers, H heads.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from demo.figures.bundle import Bundle, Mark
from demo.figures.drawing import Drawing, rounded
from demo.figures.evidence import heads_along
from demo.figures.heads import Head, HeadEntropy, entropies_of
from demo.figures.labels import number
from demo.figures.panels import (
    NARROW_PX,
    SCALE_PX,
    WIDE_PX,
    Sheet,
    Size,
    Title,
    cells,
    colour_scale,
    frame,
    place_panels,
    sheet_layout,
    targets,
    title_marks,
    title_texts,
)
from demo.figures.style import LOOKS, Role
from demo.figures.walk import Node
from demo.wording.attention_words import HeadWords
from seq2seq_core.trace import Floats, Trace

LARGEST_CELL: Final = 12
LARGEST_PANEL: Final = 88  # eight in a line
LARGEST_NARROW_PANEL: Final = 65  # four in a line on a narrow screen
SMALLEST_PANEL: Final = 65  # a title has room above it
MOST_CELLS: Final = 30_000  # of all maps together: more would make the page slow
WEIGHT_PLACES: Final = 3


def draw_heads(trace: Trace, node: Node, words: HeadWords, *, chosen: Head | None = None) -> Bundle:
    """The attention of every head along the way to a node; the sharpest is framed, the chosen one wears the ring.

    A click reports (layer, head): `heads.choice_in` turns it into a head of the trace.
    """
    rows_TLHS = heads_along(trace, node)
    if rows_TLHS is None or not rows_TLHS.size:
        return Bundle(Drawing(), words.nothing, words.view, notes=(words.nothing,))
    return draw_head_rows(rows_TLHS, words, chosen=chosen)


def draw_head_rows(rows_TLHS: Floats, words: HeadWords, *, chosen: Head | None = None) -> Bundle:
    """The same for rows that are at hand; NaN, where a row may not look, leaves its cell empty."""
    entropies = entropies_of(rows_TLHS)
    drawn = sharpest_that_fit(entropies, rows_TLHS[:, 0, 0].size)
    picture = _Picture(rows_TLHS, drawn, min(entropies, key=lambda each: each.entropy), words)
    notes = picture.notes(len(entropies))
    return Bundle(
        drawing=picture.drawing(WIDE_PX, LARGEST_PANEL),
        narrow_drawing=picture.drawing(NARROW_PX, LARGEST_NARROW_PANEL),
        account=" ".join((picture.account(), *notes)),
        words=words.view,
        legend=picture.legend(),
        notes=notes,
        chosen=None if chosen is None else (chosen.layer, chosen.head),
    )


def sharpest_that_fit(entropies: Sequence[HeadEntropy], cells_each: int) -> tuple[HeadEntropy, ...]:
    """As many heads as can be drawn, those with the lowest entropy, in the order of the model."""
    room = max(1, MOST_CELLS // cells_each)
    kept = sorted(entropies, key=lambda each: each.entropy)[:room]
    return tuple(sorted(kept, key=lambda each: each.head))


def panel_size(rows: int, columns: int, largest: int) -> Size:
    """Of a map with square cells, as far as neither side grows too long or too short for its title."""
    cell = min(LARGEST_CELL, largest / columns, largest / rows)
    return Size(max(SMALLEST_PANEL, round(cell * columns)), max(round(cell * rows), LARGEST_CELL))


@dataclass(frozen=True, slots=True)
class _Picture:
    rows_TLHS: Floats
    drawn: tuple[HeadEntropy, ...]
    sharpest: HeadEntropy
    words: HeadWords

    def drawing(self, room: int, largest_panel: int) -> Drawing:
        rows, *_, columns = self.rows_TLHS.shape
        layers = [each.head.layer for each in self.drawn]
        groups = [layers.count(layer) for layer in dict.fromkeys(layers)]
        sheet = place_panels(groups, panel_size(rows, columns, largest_panel), room)
        titles = [self._title(each) for each in self.drawn]
        return Drawing(
            [*self._maps(sheet), *targets(sheet, titles), title_marks(sheet, titles)],
            sheet_layout(sheet, below=SCALE_PX)
            | {
                "coloraxis": colour_scale(self.words.weight, 1, (0, 0.5, 1)),
                "annotations": title_texts(sheet, titles),
                "shapes": [frame(sheet.boxes[self.drawn.index(self.sharpest)], LOOKS[Role.SHARPEST])],
            },
        )

    def _maps(self, sheet: Sheet) -> list[dict[str, Any]]:
        return [cells(box, self._weights(each.head)) for box, each in zip(sheet.boxes, self.drawn, strict=True)]

    def _weights(self, head: Head) -> list[list[float | None]]:
        return rounded(self.rows_TLHS[:, head.layer, head.head], WEIGHT_PLACES)

    def _title(self, each: HeadEntropy) -> Title:
        place = {"layer": each.head.layer + 1, "head": each.head.head + 1}
        wording = self.words.hover if math.isfinite(each.entropy) else self.words.hover_silent
        hover = wording.format(**place, entropy=_nats(each))
        return Title(self.words.title.format(**place), (each.head.layer, each.head.head), hover)

    def legend(self) -> tuple[Mark, ...]:
        return (Mark(Role.SHARPEST, self._worded(self.words.sharpest, self.sharpest), symbol=False),)

    def notes(self, heads: int) -> tuple[str, ...]:
        if len(self.drawn) == heads:
            return (self.words.how_to,)
        return self.words.how_to, self.words.left_out.format(shown=len(self.drawn), heads=heads)

    def account(self) -> str:
        """The maps in words: how spread out every head's attention is."""
        _, layers, heads, _ = self.rows_TLHS.shape
        head = self.words.account.format(layers=layers, heads=layers * heads)
        each = (self._worded(self.words.account_head, one) for one in self.drawn)
        return " ".join((head, *each, f"{self._worded(self.words.sharpest, self.sharpest)}."))

    def _worded(self, wording: str, each: HeadEntropy) -> str:
        return wording.format(layer=each.head.layer + 1, head=each.head.head + 1, entropy=_nats(each))


def _nats(each: HeadEntropy) -> str:
    return number(each.entropy) if math.isfinite(each.entropy) else "∞"
