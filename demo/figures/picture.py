"""A picture, and where a model looked in it while it wrote about it (Xu 2015): bright where it looked, dark elsewhere.

A veil over the picture grows clear with the attention a patch gets, so the picture's own colours stay what they are.
One scale serves all tokens of an output: fully clear is the largest weight of any of them, and the bar states it.

Sizes: T target tokens, S patches (row by row), H, W pixels.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from demo.figures.bundle import Bundle
from demo.figures.drawing import Drawing
from demo.figures.labels import cut, escaped, full_label, number, visible
from demo.figures.panels import (
    EDGE_PX,
    NARROW_PX,
    SCALE_PX,
    TITLE_TEXT_PX,
    WIDE_PX,
    Box,
    Sheet,
    Size,
    Title,
    cell_places,
    cells,
    colour_scale,
    place_panels,
    sheet_layout,
    targets,
    title_marks,
    title_texts,
)
from demo.figures.picture_layout import PatchAttention, patches
from demo.figures.png import png_address
from demo.figures.style import LABEL_SIZE
from demo.figures.walk import Node
from demo.wording.attention_words import PictureWords
from seq2seq_core.pictures import PALETTE, parse_picture, to_rgb
from seq2seq_core.trace import Trace

PICTURE_PX: Final = 288
LITTLE_PX: Final = 84  # eight in a line, three on a narrow screen
PLACES: Final = 2
SHEET_PX: Final = PICTURE_PX + 2 * EDGE_PX
ALONE: Final = Sheet((Box(EDGE_PX, EDGE_PX, PICTURE_PX, PICTURE_PX),), SHEET_PX, SHEET_PX)
WEIGHT_PLACES: Final = 3
VEIL: Final = 0.78  # how dark a patch without attention becomes
TITLE_EM: Final = (LITTLE_PX - TITLE_TEXT_PX) / LABEL_SIZE
BACKGROUND: Final = int(PALETTE["."].hex[1:3], 16)  # grey
VEIL_SCALE: Final = [[0, f"rgba(0,0,0,{VEIL})"], [1, "rgba(0,0,0,0)"]]
BAR_SCALE: Final = [  # what the veil makes of the background
    [0, "rgb({0},{0},{0})".format(round(BACKGROUND * (1 - VEIL)))],
    [1, f"rgb({BACKGROUND},{BACKGROUND},{BACKGROUND})"],
]


def draw_picture(text: str, words: PictureWords) -> Bundle:
    """A picture alone, from its text.

    Raises:
        InputError: the text is not a picture.
    """
    figure = Drawing(_pictures(text, ALONE), sheet_layout(ALONE))
    return Bundle(figure, _told(text, words), words.view)


def draw_picture_attention(trace: Trace, node: Node, words: PictureWords, *, output: Node | None = None) -> Bundle:
    """The picture under the attention with which the node's own token was predicted.

    `output` is the end of the output the token belongs to: the scale is then that of `draw_picture_steps`.
    """
    shown = patches(trace, output or node)
    if shown is None:
        return _nothing(trace.source, words)
    if node not in shown.nodes:
        return draw_picture_attention(trace, node, words)
    row = shown.nodes.index(node)
    veil = _veil(ALONE.boxes[0], shown, row) | {"hovertext": _patch_texts(shown, row, words), "hoverinfo": "text"}
    figure = Drawing(
        [*_pictures(trace.source, ALONE), veil, _bar_carrier()],
        sheet_layout(ALONE, below=SCALE_PX) | _scales(shown, words),
    )
    note = words.shown.format(target=visible(shown.target[row]))
    return Bundle(figure, f"{note} {_most(shown, row, words.account_row)}", words.view, notes=(note,))


def draw_picture_steps(trace: Trace, node: Node, words: PictureWords) -> Bundle:
    """The same for every token on the way to a node; a click reports the token's node, which wears the ring."""
    shown = patches(trace, node)
    if shown is None:
        return _nothing(trace.source, words)
    steps = _Steps(trace.source, shown, words)
    account = " ".join(_most(shown, row, words.account_row) for row in range(len(shown.target)))
    return Bundle(
        drawing=steps.drawing(WIDE_PX),
        narrow_drawing=steps.drawing(NARROW_PX),
        account=account,
        words=words.view,
        notes=(words.how_to,),
        chosen=node,
    )


@dataclass(frozen=True, slots=True)
class _Steps:
    text: str
    shown: PatchAttention
    words: PictureWords

    def drawing(self, room: int) -> Drawing:
        sheet = place_panels([len(self.shown.target)], Size(LITTLE_PX, LITTLE_PX), room)
        titles, pictures = self._titles(), _pictures(self.text, sheet)
        veils = [_veil(box, self.shown, row) for row, box in enumerate(sheet.boxes)]
        return Drawing(
            [*pictures, *veils, *targets(sheet, titles), title_marks(sheet, titles), _bar_carrier()],
            sheet_layout(sheet, below=SCALE_PX)
            | {"annotations": title_texts(sheet, titles)}
            | _scales(self.shown, self.words),
        )

    def _titles(self) -> list[Title]:
        return [
            Title(escaped(cut(visible(piece), TITLE_EM)), node, _most(self.shown, row, self.words.token, full_label))
            for row, (piece, node) in enumerate(zip(self.shown.target, self.shown.nodes, strict=True))
        ]


def _nothing(text: str, words: PictureWords) -> Bundle:
    """The picture alone, and that there is no more to see."""
    return replace(draw_picture(text, words), notes=(words.nothing,))


def _pictures(text: str, sheet: Sheet) -> list[dict[str, Any]]:
    """The picture in every box; Plotly leaves its pixels square."""
    pixels_HW = parse_picture(text)
    height, width = pixels_HW.shape
    address = png_address(to_rgb(pixels_HW))
    return [
        {"type": "image", "source": address, **cell_places(box, height, width), "hoverinfo": "skip"}
        for box in sheet.boxes
    ]


def _veil(box: Box, shown: PatchAttention, row: int) -> dict[str, Any]:
    weights = [[round(weight, WEIGHT_PLACES) for weight in line] for line in shown.weights(row)]
    return cells(box, weights)


def _scales(shown: PatchAttention, words: PictureWords) -> dict[str, Any]:
    """The veil's scale, and the same over the picture's background for the bar: a page may be dark itself."""
    highest = round(shown.highest, WEIGHT_PLACES)
    scale = colour_scale(words.weight, highest, (0, highest))
    bar = scale["colorbar"] | {"ticktext": ["0", number(shown.highest)]}
    return {
        "coloraxis": scale | {"colorscale": VEIL_SCALE, "showscale": False},
        "coloraxis2": scale | {"colorscale": BAR_SCALE, "colorbar": bar},
    }


def _bar_carrier() -> dict[str, Any]:
    """A mark that is nowhere: the bar needs one that uses its colours."""
    marker = {"color": [0], "coloraxis": "coloraxis2"}
    return {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "marker": marker, "hoverinfo": "skip"}


def _patch_texts(shown: PatchAttention, row: int, words: PictureWords) -> list[list[str]]:
    """The hover text of every patch."""
    texts = iter(
        words.patch.format(target=full_label(shown.target[row]), patch=full_label(patch), weight=number(float(weight)))
        for patch, weight in zip(shown.labels, shown.weights_TS[row], strict=True)
    )
    return [[next(texts) for _ in range(shown.columns)] for _ in range(shown.rows)]


def _most(shown: PatchAttention, row: int, wording: str, label: Callable[[str], str] = visible) -> str:
    """Where a token looked most, in words."""
    most = int(shown.weights_TS[row].argmax())
    weight = number(float(shown.weights_TS[row, most]), PLACES)
    return wording.format(target=label(shown.target[row]), patch=label(shown.labels[most]), weight=weight)


def _told(text: str, words: PictureWords) -> str:
    """The picture in words: its size and its colours."""
    pixels_HW = parse_picture(text)
    names = [colour.name for colour in PALETTE.values()]
    found = ", ".join(words.colours[names[index]] for index in np.unique(pixels_HW))
    return words.picture.format(side=len(pixels_HW), colours=found)
