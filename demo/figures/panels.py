"""Small multiples: equal panels in lines, on one pair of axes that counts in pixels from the upper left corner.

One pair of axes for all panels keeps a figure of fifty little maps quick, and every mark where it was placed. Each
panel has a line for its title, which carries a small circle: the page draws its ring around the chosen panel's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from demo.figures.style import LABEL_SIZE, Look, base_layout

WIDE_PX: Final = 772  # the room of a figure on a screen of 1280
NARROW_PX: Final = 300  # and on one of 390, inside the frames of a tab
GAP_PX: Final = 10
GROUP_GAP_PX: Final = 8  # more between groups than between the lines of one
TITLE_PX: Final = 24  # room for the ring around a title's circle
TITLE_MARK_PX: Final = 8  # from a panel's left edge to the middle of the circle
TITLE_TEXT_PX: Final = 20  # and to its text
EDGE_PX: Final = 5  # around all panels: rings and frames reach over the edges of a panel
SCALE_PX: Final = 52  # for the colour bar below the panels
SCALE_LENGTH_PX: Final = 160
NARROWEST_SHEET_PX: Final = 190  # room for the colour bar
TITLE_COLOUR: Final = "#808080"  # shows on white and on black


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; y runs downwards."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where the panels are."""

    boxes: tuple[Box, ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Size:
    """Of one panel, without its title."""

    width: int
    height: int


def place_panels(groups: Sequence[int], size: Size, room: int) -> Sheet:
    """Groups of panels, each beginning on a new line and broken into lines of equal length that fit the room."""
    pitch = size.width + GAP_PX
    fitting = max(1, (room - 2 * EDGE_PX + GAP_PX) // pitch)
    boxes: list[Box] = []
    top = EDGE_PX
    for count in groups:
        lines = -(-count // fitting)
        in_line = -(-count // lines)
        for place in range(count):
            line, column = divmod(place, in_line)
            left, upper = EDGE_PX + column * pitch, top + line * _line_px(size) + TITLE_PX
            boxes.append(Box(left, upper, size.width, size.height))
        top += lines * _line_px(size) + GROUP_GAP_PX
    width = max(box.right for box in boxes) + EDGE_PX
    return Sheet(tuple(boxes), max(width, NARROWEST_SHEET_PX), boxes[-1].bottom + EDGE_PX)


def _line_px(size: Size) -> int:
    return TITLE_PX + size.height + GAP_PX


def sheet_layout(sheet: Sheet, *, below: int = 0) -> dict[str, Any]:
    """The layout of a figure of panels, with `below` pixels under them."""
    width, height = round(sheet.width), round(sheet.height)
    hidden = {"visible": False, "fixedrange": True}
    return base_layout(width, height + below, {"l": 0, "r": 0, "t": 0, "b": below}) | {
        "xaxis": {"range": [0, width], **hidden},
        "yaxis": {"range": [height, 0], **hidden},
    }


@dataclass(frozen=True, slots=True)
class Title:
    """What stands above a panel, what a click on the panel reports, and its hover text; both texts are escaped."""

    text: str
    reports: tuple[int, int]
    hover: str


def title_marks(sheet: Sheet, titles: Sequence[Title]) -> dict[str, Any]:
    """The circles above the panels; their texts are annotations, which Plotly lets us place to the pixel."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [box.left + TITLE_MARK_PX for box in sheet.boxes],
        "y": [box.top - TITLE_PX / 2 for box in sheet.boxes],
        "customdata": [title.reports for title in titles],
        "hovertext": [title.hover for title in titles],
        "hoverinfo": "text",
        "marker": {"symbol": "circle-open", "size": 8, "color": TITLE_COLOUR, "line": {"width": 2}},
        "cliponaxis": False,
    }


def title_texts(sheet: Sheet, titles: Sequence[Title]) -> list[dict[str, Any]]:
    """The words beside the circles."""
    return [
        note(title.text, box.left + TITLE_TEXT_PX, box.top - TITLE_PX / 2)
        for box, title in zip(sheet.boxes, titles, strict=True)
    ]


def note(text: str, x: float, y: float, **place: Any) -> dict[str, Any]:
    """A text whose left middle is at a pixel; `place` may say otherwise in Plotly's terms."""
    at = {"x": x, "xref": "x", "y": y, "yref": "y", "xanchor": "left", "yanchor": "middle"}
    return {"text": text, "showarrow": False, "font": {"size": LABEL_SIZE}, **at, **place}


def targets(sheet: Sheet, titles: Sequence[Title]) -> list[dict[str, Any]]:
    """Invisible panes over the panels: the whole panel answers pointer and click."""
    clear = [[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]]
    return [
        {
            "type": "heatmap",
            "z": [[0]],
            **cell_places(box, 1, 1),
            "colorscale": clear,
            "showscale": False,
            "customdata": [[title.reports]],
            "hovertext": [[title.hover]],
            "hoverinfo": "text",
        }
        for box, title in zip(sheet.boxes, titles, strict=True)
    ]


def cells(box: Box, values: Sequence[Sequence[float | None]], **more: Any) -> dict[str, Any]:
    """A heat map that fills a box, first row on top; silent unless `more` gives it a hover text."""
    places = cell_places(box, len(values), len(values[0]))
    return {"type": "heatmap", "z": values, **places, "coloraxis": "coloraxis", "hoverinfo": "skip", **more}


def cell_places(box: Box, rows: int, columns: int) -> dict[str, float]:
    """Where the cells of a map that fills the box have their middles, as Plotly takes it."""
    dx, dy = box.width / columns, box.height / rows
    return {"x0": box.left + dx / 2, "dx": dx, "y0": box.top + dy / 2, "dy": dy}


def frame(box: Box, look: Look, *, outside: float = 2) -> dict[str, Any]:
    """A line around a box."""
    ends = {"x0": box.left - outside, "x1": box.right + outside, "y0": box.top - outside, "y1": box.bottom + outside}
    line = {"color": look.colour, "width": look.width, "dash": look.dash}
    return {"type": "rect", "xref": "x", "yref": "y", **ends, "line": line}


def colour_scale(title: str, highest: float, ticks: Sequence[float]) -> dict[str, Any]:
    """One colour axis for all panels, its bar below them."""
    bar = {
        "title": {"text": title, "side": "top"},
        "orientation": "h",
        "thickness": 10,
        "lenmode": "pixels",
        "len": SCALE_LENGTH_PX,
        "x": 0,
        "xanchor": "left",
        "xpad": EDGE_PX,
        "y": 0,
        "yanchor": "top",
        "tickvals": list(ticks),
        "outlinewidth": 0,
    }
    return {"cmin": 0, "cmax": highest, "colorscale": "Cividis", "colorbar": bar}
