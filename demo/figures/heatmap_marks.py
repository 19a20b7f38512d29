"""The cells of an attention heat map, and below them the bars that say how much of each source piece was read."""

from typing import Any, Final

from demo.figures.drawing import rounded
from demo.figures.heatmap_evidence import window_text
from demo.figures.heatmap_layout import Alignment, Reading
from demo.figures.labels import full_label, number
from demo.wording.figure_words import HeatmapWords

WEIGHT_PLACES: Final = 4
BELOW_TITLE: Final = "<br><span style='font-size:6px'>\u00a0</span>"  # else the colour bar's first tick runs into it
BAR_LOOKS: Final = {
    Reading.READ: ("#0072B2", ""),
    Reading.DROPPED: ("#D55E00", "/"),
    Reading.REPEATED: ("#E69F00", "x"),
}
FLAGS: Final = {Reading.READ: "", Reading.DROPPED: "▽", Reading.REPEATED: "△"}


def cells(shown: Alignment, words: HeatmapWords, rows_px: int) -> dict[str, Any]:
    """One cell for each weight; a click on it reports the node of its row."""
    rows, columns = range(len(shown.target)), range(len(shown.source))
    return {
        "type": "heatmap",
        "z": rounded(shown.weights_TS, WEIGHT_PLACES),
        "zmin": 0,
        "zmax": 1,
        "colorscale": "Cividis",
        "xgap": 1,
        "ygap": 1,
        "hovertext": [[_cell_text(shown, row, column, words) for column in columns] for row in rows],
        "hoverinfo": "text",
        "customdata": [[node for _ in columns] for node in shown.nodes],
        "colorbar": _colour_bar(words, rows_px),
    }


def _cell_text(shown: Alignment, row: int, column: int, words: HeatmapWords) -> str:
    text = words.cell.format(
        target=full_label(shown.target[row]),
        source=full_label(shown.source[column]),
        weight=number(float(shown.weights_TS[row, column])),
    )
    return text + window_text(shown, row, words)


def _colour_bar(words: HeatmapWords, rows_px: int) -> dict[str, Any]:
    return {
        "title": {"text": words.weight + BELOW_TITLE, "side": "top"},
        "thickness": 12,
        "lenmode": "pixels",
        "len": max(110, min(rows_px, 220)),
        "y": 1,
        "yanchor": "top",
        "tickvals": [0, 0.5, 1],
        "outlinewidth": 0,
    }


def sum_bars(shown: Alignment, words: HeatmapWords) -> dict[str, Any]:
    """The sum of every column; the flags are shapes and hatching too, not colour alone."""
    sums, readings = shown.sums, shown.readings
    return {
        "type": "bar",
        "x": list(range(len(shown.source))),
        "y": [round(total, 4) for total in sums],
        "yaxis": "y2",
        "width": 0.8,
        "text": [FLAGS[found] for found in readings],
        "textposition": "outside",
        "textangle": 0,
        "cliponaxis": False,
        "hovertext": [
            words.coverage_cell.format(source=full_label(piece), sum=number(total))
            for piece, total in zip(shown.source, sums, strict=True)
        ],
        "hoverinfo": "text",
        "marker": {
            "color": [BAR_LOOKS[found][0] for found in readings],
            "pattern": {"shape": [BAR_LOOKS[found][1] for found in readings], "solidity": 0.4},
        },
    }
