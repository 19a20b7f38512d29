"""Quality against source length, one line for each model, with the interval a bootstrap gives every point.

Lines differ in colour, dash and marker, and carry their names at their right ends, pushed apart where they would meet.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from demo.figures.bundle import Bundle, Mark
from demo.figures.drawing import Drawing
from demo.figures.labels import escaped, number, width_em
from demo.figures.style import CURVE_ROLES, FAINT, LABEL_SIZE, LOOKS, base_layout
from demo.wording.curve_words import CurveWords

HEIGHT_PX: Final = 340
MARGIN: Final = {"l": 52, "t": 14, "b": 62}
PLOT_PX: Final = HEIGHT_PX - MARGIN["t"] - MARGIN["b"]
NAME_PX: Final = 110  # the widest name beside a line's end
NAME_ROW_PX: Final = 16
LINE_SIGN: Final = "━"  # in the line's colour before its name: the name itself stays legible in the page's
NAME_GAP_PX: Final = 10
SIDE_STEP: Final = 0.012  # of the axis: points of several models over one length stand beside each other
WHISKER_PX: Final = 3
PLACES: Final = 3


@dataclass(frozen=True, slots=True)
class LengthPoint:
    """The quality on the sources of one range of lengths, both ends included."""

    length_from: int
    length_to: int
    n: int
    value: float
    low: float
    high: float

    @property
    def middle(self) -> float:
        return (self.length_from + self.length_to) / 2

    @property
    def lengths(self) -> str:
        """The range in figures: "7", or "5–9"."""
        return str(self.length_from) if self.length_from == self.length_to else f"{self.length_from}–{self.length_to}"


@dataclass(frozen=True, slots=True)
class LengthCurve:
    """One model; `measure` is the name of the quality, such as "accuracy", and the same for all curves of a figure."""

    name: str
    points: tuple[LengthPoint, ...]
    measure: str


def draw_length_curve(curves: Sequence[LengthCurve], words: CurveWords) -> Bundle:
    """The curves of one to six models; one without points is left out.

    Raises:
        ValueError: more than six models, or they were measured differently.
    """
    shown = [curve for curve in curves if curve.points]
    if not shown:
        return Bundle(Drawing(), words.nothing, words.view, notes=(words.nothing,))
    if len(shown) > len(CURVE_ROLES):
        raise ValueError(f"a figure shows at most {len(CURVE_ROLES)} curves, got {len(shown)}")
    if len(measures := {curve.measure for curve in shown}) > 1:
        raise ValueError(f"all curves must have one measure, got {', '.join(sorted(measures))}")
    picture = _Picture(tuple(shown), words)
    return Bundle(
        drawing=Drawing(picture.lines(), picture.layout()),
        account=picture.account(),
        words=words.view,
        legend=tuple(Mark(role, curve.name) for role, curve in zip(CURVE_ROLES, shown, strict=False)),
        notes=(words.interval,),
    )


def spread(wanted: Sequence[float], gap: float, lowest: float, highest: float) -> tuple[float, ...] | None:
    """Places near the wanted ones, in their order, no two nearer than the gap; None where that does not fit."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    if (len(wanted) - 1) * gap > highest - lowest:
        return None
    found = list(wanted)
    floor = lowest
    for place in order:
        found[place] = floor = max(floor, min(wanted[place], highest))
        floor += gap
    ceiling = highest
    for place in reversed(order):
        found[place] = ceiling = min(ceiling, found[place])
        ceiling -= gap
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Picture:
    curves: tuple[LengthCurve, ...]
    words: CurveWords

    @property
    def first(self) -> float:
        return min(point.middle for curve in self.curves for point in curve.points)

    @property
    def last(self) -> float:
        return max(point.middle for curve in self.curves for point in curve.points)

    @property
    def width(self) -> float:
        """Of the axis; a single length has some too."""
        return max(self.last - self.first, 1)

    @property
    def top(self) -> float:
        """Where the axis of the quality ends: at 1 for a share, at the next ten of a hundred, else above all."""
        highest = max(max(point.high, point.value) for curve in self.curves for point in curve.points)
        if highest <= 1.0:
            return 1.0
        return min(100.0, math.ceil(highest / 10) * 10.0) if highest <= 100.0 else highest * 1.05

    def lines(self) -> list[dict[str, Any]]:
        return [self._line(place) for place in range(len(self.curves))]

    def _line(self, place: int) -> dict[str, Any]:
        curve, look = self.curves[place], LOOKS[CURVE_ROLES[place]]
        aside = (place - (len(self.curves) - 1) / 2) * SIDE_STEP * self.width
        points = curve.points
        return {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [point.middle + aside for point in points],
            "y": [point.value for point in points],
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": [point.high - point.value for point in points],
                "arrayminus": [point.value - point.low for point in points],
                "thickness": 1.2,
                "width": WHISKER_PX,
                "color": look.colour,
            },
            "line": {"color": look.colour, "dash": look.dash, "width": look.width},
            "marker": {"color": look.colour, "symbol": look.symbol, "size": look.size},
            "hovertext": [self._hover(curve, point) for point in points],
            "hoverinfo": "text",
            "cliponaxis": False,
        }

    def _hover(self, curve: LengthCurve, point: LengthPoint) -> str:
        return self.words.point.format(name=escaped(curve.name), measure=escaped(curve.measure), **_figures(point))

    def layout(self) -> dict[str, Any]:
        names = self._names()
        longest = max(width_em(f"{LINE_SIGN} {curve.name}") for curve in self.curves) * LABEL_SIZE
        margin = {**MARGIN, "r": round(NAME_GAP_PX + longest) if names else 16}
        edge = 0.04 * self.width
        return base_layout(None, HEIGHT_PX, margin) | {
            "xaxis": {
                "range": [self.first - edge, self.last + edge],
                "title": {"text": self.words.length, "standoff": 6},
                "gridcolor": FAINT,
                "zeroline": False,
                "fixedrange": True,
                **self._ticks(),
            },
            "yaxis": {
                "range": [0, self.top],
                "title": {"text": escaped(self.curves[0].measure), "standoff": 6},
                "gridcolor": FAINT,
                "zerolinecolor": FAINT,
                "fixedrange": True,
            },
            "annotations": names,
        }

    def _ticks(self) -> dict[str, Any]:
        """The ranges themselves where all models were measured on the same ones."""
        ranges = {tuple(point.lengths for point in curve.points) for curve in self.curves}
        if len(ranges) > 1:
            return {}
        points = self.curves[0].points
        counts = {tuple(point.n for point in curve.points) for curve in self.curves}
        texts = [f"{point.lengths}<br>n={point.n}" if len(counts) == 1 else point.lengths for point in points]
        return {"tickvals": [point.middle for point in points], "ticktext": texts}

    def _names(self) -> list[dict[str, Any]]:
        """The names at the ends of the lines; none where they do not fit: the legend has them too."""
        if any(width_em(curve.name) * LABEL_SIZE > NAME_PX for curve in self.curves):
            return []
        per_px = self.top / PLOT_PX
        ends = [curve.points[-1].value for curve in self.curves]
        heights = spread(ends, NAME_ROW_PX * per_px, 0, self.top)
        return [] if heights is None else [self._name(place, height) for place, height in enumerate(heights)]

    def _name(self, place: int, height: float) -> dict[str, Any]:
        curve = self.curves[place]
        at = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": NAME_GAP_PX - 4, "y": height, "yanchor": "middle"}
        line = f"<span style='color:{LOOKS[CURVE_ROLES[place]].colour}'>{LINE_SIGN}</span>"
        return {"text": f"{line} {escaped(curve.name)}", **at, "showarrow": False}

    def account(self) -> str:
        """Every point in words."""
        head = self.words.account.format(measure=self.curves[0].measure)
        points = (
            self.words.account_point.format(name=curve.name, **_figures(point))
            for curve in self.curves
            for point in curve.points
        )
        return " ".join((head, *points))


def _figures(point: LengthPoint) -> dict[str, str]:
    """A point's numbers as they are printed."""
    values = {"value": point.value, "low": point.low, "high": point.high}
    return {"lengths": point.lengths, "n": str(point.n)} | {name: number(v, PLACES) for name, v in values.items()}
