"""What is drawn on and beside an attention heat map where the model tells more: local attention's window, p_gen."""

from typing import Any, Final

from demo.figures.bundle import Mark
from demo.figures.heatmap_layout import Alignment, reaches
from demo.figures.labels import full_label, number
from demo.figures.style import FAINT, LOOKS, Role, corner_text
from demo.wording.figure_words import HeatmapWords

GENERATE_GAP_PX: Final = 16
GENERATE_BAR_PX: Final = 44  # how long p_gen = 1 is
GENERATE_TEXT_PX: Final = 34  # room for the printed value
GENERATE_PX: Final = GENERATE_GAP_PX + GENERATE_BAR_PX + GENERATE_TEXT_PX
GENERATE_PLACES: Final = 2
CENTRE_PLACES: Final = 2
HALF_ROW: Final = 0.4  # of a window's outline: neighbours do not touch
GENERATE_COLOUR: Final = "#0072B2"
HEADING_RISE_PX: Final = 26


def window_traces(shown: Alignment) -> list[dict[str, Any]]:
    """The outline of every row's window, and a dot on its centre; the pointer goes through to the cells."""
    if shown.window is None:
        return []
    return [*_outlines(shown), _centres(shown)]


def _outlines(shown: Alignment) -> list[dict[str, Any]]:
    assert shown.window is not None
    x: list[float | None] = []
    y: list[float | None] = []
    for reach in reaches(shown.window, len(shown.source)):
        upper, lower = reach.row - HALF_ROW, reach.row + HALF_ROW
        x += [reach.left, reach.right, reach.right, reach.left, reach.left, None]
        y += [upper, upper, lower, lower, upper, None]
    look = LOOKS[Role.WINDOW]
    line = {"color": look.colour, "width": look.width}
    trace = {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}
    return [trace | {"cliponaxis": False}] if x else []


def _centres(shown: Alignment) -> dict[str, Any]:
    assert shown.window is not None
    look, last = LOOKS[Role.CENTRE], len(shown.source) - 0.5
    rim = {"color": "#ffffff", "width": 1}  # else the dot is lost on some of the cells' colours
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [min(max(centre, -0.5), last) for centre in shown.window.centres_T],
        "y": list(range(len(shown.target))),
        "marker": {"color": look.colour, "symbol": look.symbol, "size": look.size, "line": rim},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def window_legend(shown: Alignment, words: HeatmapWords) -> tuple[Mark, ...]:
    """What the dots and the outlines are."""
    if shown.window is None:
        return ()
    centre = Mark(Role.CENTRE, words.centre, line=False)
    if shown.window.half_width is None:
        return (centre,)
    return centre, Mark(Role.WINDOW, words.window.format(half_width=shown.window.half_width), symbol=False)


def window_text(shown: Alignment, row: int, words: HeatmapWords) -> str:
    """The line of a cell's hover text that states its row's centre; empty without local attention."""
    if shown.window is None:
        return ""
    return "<br>" + words.centre_cell.format(centre=number(shown.window.centres_T[row], CENTRE_PLACES))


def generate_bars(shown: Alignment, words: HeatmapWords) -> list[dict[str, Any]]:
    """p_gen of every target piece as a bar from 0 to 1, with its value; none where the model does not copy."""
    if shown.generate_T is None:
        return []
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": list(shown.generate_T),
        "y": list(range(len(shown.target))),
        "xaxis": "x2",
        "width": 0.7,
        "text": [number(share, GENERATE_PLACES) for share in shown.generate_T],
        "textposition": "outside",
        "textfont": {"size": 11},
        "cliponaxis": False,
        "hovertext": [
            words.generate_cell.format(target=full_label(piece), generate=number(share))
            for piece, share in zip(shown.target, shown.generate_T, strict=True)
        ],
        "hoverinfo": "text",
        "marker": {"color": GENERATE_COLOUR},
    }
    return [bars]


def generate_axis(cells_px: int) -> dict[str, Any]:
    """The axis of p_gen, right of `cells_px` pixels of cells."""
    area_px = cells_px + GENERATE_PX
    return {
        "domain": [(cells_px + GENERATE_GAP_PX) / area_px, 1],
        "range": [0, (GENERATE_BAR_PX + GENERATE_TEXT_PX) / GENERATE_BAR_PX],
        "side": "top",
        "anchor": "y",
        "tickvals": [0, 1],
        "tickfont": {"size": 10},
        "showgrid": True,
        "gridcolor": FAINT,
        "zerolinecolor": FAINT,
        "fixedrange": True,
    }


def generate_heading(cells_px: int, words: HeatmapWords) -> dict[str, Any]:
    """The name of the strip, above its ticks."""
    place = {"x": (cells_px + GENERATE_GAP_PX) / (cells_px + GENERATE_PX), "xanchor": "left", "xshift": -4}
    return corner_text(words.generate_axis, HEADING_RISE_PX) | place
