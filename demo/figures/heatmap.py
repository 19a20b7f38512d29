"""Where a hypothesis looked: source across, target down, and below it how much of each source piece was read.

Rows and columns sit at integer positions with the pieces as tick texts: on an axis of names Plotly would merge repeated
pieces into one, and take date-like ones for dates.
"""

from dataclasses import dataclass
from typing import Any, Final

import plotly.graph_objects as go

from demo.figures import heatmap_story
from demo.figures.bundle import Bundle, Strip
from demo.figures.heatmap_layout import DROPPED_BELOW, REPEATED_ABOVE, Alignment, Reading, align
from demo.figures.labels import cut, full_label, number, short_label, visible, width_em
from demo.figures.style import FAINT, LABEL_SIZE, base_layout, corner_text
from demo.figures.walk import Node
from demo.wording.figure_words import HeatmapWords
from seq2seq_core.trace import Trace

LARGEST_CELL: Final = 28
SMALLEST_CELL: Final = 14
COMFORTABLE_ROWS_PX: Final = 340  # cells shrink so that neither side grows much longer
COMFORTABLE_COLUMNS_PX: Final = 340
STRIP_PX: Final = 64
GAP_PX: Final = 14
RIGHT_PX: Final = 76
SOURCE_RISE_PX: Final = 28  # of the word "source" above the upper left corner
TARGET_RISE_PX: Final = 11
CLEAR_SUM: Final = 3.5  # up to this height of the sum axis its two thresholds have room for their labels
LABEL_SINE: Final = 0.82  # of the angle at which source labels stand
LABEL_ANGLE: Final = -55
BELOW_TITLE: Final = "<br><span style='font-size:6px'>\u00a0</span>"  # else the colour bar's first tick runs into it
BAR_LOOKS: Final = {
    Reading.READ: ("#0072B2", ""),
    Reading.DROPPED: ("#D55E00", "/"),
    Reading.REPEATED: ("#E69F00", "x"),
}
FLAGS: Final = {Reading.READ: "", Reading.DROPPED: "▽", Reading.REPEATED: "△"}


def heatmap_bundle(trace: Trace, node: Node, words: HeatmapWords) -> Bundle:
    """The attention along the way to a node, kept or pruned; without attention a bundle that says so."""
    alignment = align(trace, node)
    if alignment is None:
        return Bundle(go.Figure(), words.nothing, words.view, notes=(words.nothing,))
    picture = _Picture(alignment, words)
    notes = heatmap_story.notes(alignment, words)
    return Bundle(
        figure=go.Figure(data=[picture.cells(), picture.bars()], layout=picture.layout()),
        account=" ".join((heatmap_story.account(alignment, words), *notes)),
        words=words.view,
        strip=picture.strip(),
        notes=notes,
    )


@dataclass(frozen=True, slots=True)
class _Picture:
    alignment: Alignment
    words: HeatmapWords

    @property
    def cell(self) -> int:
        columns = COMFORTABLE_COLUMNS_PX // len(self.alignment.source)
        rows = COMFORTABLE_ROWS_PX // len(self.alignment.target)
        return max(SMALLEST_CELL, min(LARGEST_CELL, columns, rows))

    @property
    def left(self) -> int:
        texts = (*self.alignment.target, self.words.coverage, self.words.target_axis, self.words.source_axis)
        return round(18 + max(map(_label_px, texts)))

    @property
    def top(self) -> int:
        return round(max(44, 22 + LABEL_SINE * max(map(_label_px, self.alignment.source))))

    @property
    def rows_px(self) -> int:
        return self.cell * len(self.alignment.target)

    @property
    def area_px(self) -> int:
        return self.rows_px + GAP_PX + STRIP_PX

    def cells(self) -> dict[str, Any]:
        """One cell for each weight; a click on it reports the node of its row."""
        shown, columns = self.alignment, range(len(self.alignment.source))
        return {
            "type": "heatmap",
            "z": [[round(float(weight), 4) for weight in row_S] for row_S in shown.weights_TS],
            "zmin": 0,
            "zmax": 1,
            "colorscale": "Cividis",
            "xgap": 1,
            "ygap": 1,
            "hovertext": [[self._cell_text(row, column) for column in columns] for row in range(len(shown.target))],
            "hoverinfo": "text",
            "customdata": [[node for _ in columns] for node in shown.nodes],
            "colorbar": self._colour_bar(),
        }

    def _cell_text(self, row: int, column: int) -> str:
        shown = self.alignment
        return self.words.cell.format(
            target=full_label(shown.target[row]),
            source=full_label(shown.source[column]),
            weight=number(float(shown.weights_TS[row, column])),
        )

    def _colour_bar(self) -> dict[str, Any]:
        return {
            "title": {"text": self.words.weight + BELOW_TITLE, "side": "top"},
            "thickness": 12,
            "lenmode": "pixels",
            "len": max(110, min(self.rows_px, 220)),
            "y": 1,
            "yanchor": "top",
            "tickvals": [0, 0.5, 1],
            "outlinewidth": 0,
        }

    def bars(self) -> dict[str, Any]:
        """The sum of every column; the flags are shapes and hatching too, not colour alone."""
        shown, readings = self.alignment, self.alignment.readings
        return {
            "type": "bar",
            "x": list(range(len(shown.source))),
            "y": [round(total, 4) for total in shown.sums],
            "yaxis": "y2",
            "width": 0.8,
            "text": [FLAGS[found] for found in readings],
            "textposition": "outside",
            "textangle": 0,
            "cliponaxis": False,
            "hovertext": [
                self.words.coverage_cell.format(source=full_label(piece), sum=number(total))
                for piece, total in zip(shown.source, shown.sums, strict=True)
            ],
            "hoverinfo": "text",
            "marker": {
                "color": [BAR_LOOKS[found][0] for found in readings],
                "pattern": {"shape": [BAR_LOOKS[found][1] for found in readings], "solidity": 0.4},
            },
        }

    def layout(self) -> dict[str, Any]:
        columns = len(self.alignment.source)
        margin = {"l": self.left, "r": RIGHT_PX, "t": self.top, "b": 12}
        width = self.left + RIGHT_PX + self.cell * columns
        return base_layout(width, self.top + 12 + self.area_px, margin) | {
            "xaxis": self._source_axis(),
            "yaxis": self._target_axis(),
            "yaxis2": self._sum_axis(),
            "shapes": [_threshold(DROPPED_BELOW), _threshold(REPEATED_ABOVE)],
            "bargap": 0,
            "annotations": [
                corner_text(self.words.source_axis, SOURCE_RISE_PX),
                corner_text(self.words.target_axis, TARGET_RISE_PX),
            ],
        }

    def _source_axis(self) -> dict[str, Any]:
        source = self.alignment.source
        return _piece_axis(source, [-0.5, len(source) - 0.5]) | {
            "side": "top",
            "anchor": "y",
            "tickangle": LABEL_ANGLE,
        }

    def _target_axis(self) -> dict[str, Any]:
        target = self.alignment.target
        domain = [(GAP_PX + STRIP_PX) / self.area_px, 1]
        return _piece_axis(target, [len(target) - 0.5, -0.5]) | {"domain": domain}

    @property
    def highest(self) -> float:
        """The top of the sum axis, with room for the flag above the tallest bar."""
        return max(2.0, *self.alignment.sums) * 1.25

    @property
    def threshold_labels(self) -> list[float]:
        return [DROPPED_BELOW, REPEATED_ABOVE] if self.highest < CLEAR_SUM else [REPEATED_ABOVE]

    def _sum_axis(self) -> dict[str, Any]:
        return {
            "range": [0, self.highest],
            "domain": [0, STRIP_PX / self.area_px],
            "tickvals": self.threshold_labels,
            "ticktext": [str(threshold) for threshold in self.threshold_labels],
            "showgrid": False,
            "zeroline": True,
            "zerolinecolor": FAINT,
            "fixedrange": True,
        }

    def strip(self) -> Strip:
        """The row labels, the thresholds of the sums, and what rows and sums are."""
        rows = [
            (self.top + (row + 0.5) * self.cell, cut(visible(piece))) for row, piece in enumerate(self.alignment.target)
        ]
        floor = self.top + self.area_px
        sums = [(floor - STRIP_PX * height / self.highest, str(height)) for height in self.threshold_labels]
        middle = (floor - STRIP_PX * (DROPPED_BELOW + REPEATED_ABOVE) / 2 / self.highest, self.words.coverage)
        if self.highest >= CLEAR_SUM:
            middle = (floor - STRIP_PX * 0.8, self.words.coverage)
        head = (
            (self.top - SOURCE_RISE_PX, self.words.source_axis),
            (self.top - TARGET_RISE_PX, self.words.target_axis),
        )
        return Strip(self.left, (*head, *rows, *sums, middle))


def _label_px(piece: str) -> float:
    return LABEL_SIZE * width_em(cut(visible(piece)))


def _piece_axis(pieces: tuple[str, ...], ends: list[float]) -> dict[str, Any]:
    return {
        "range": ends,
        "tickvals": list(range(len(pieces))),
        "ticktext": [short_label(piece) for piece in pieces],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
    }


def _threshold(height: float) -> dict[str, Any]:
    line = {"color": "#808080", "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y2", "y0": height, "y1": height, "line": line}
