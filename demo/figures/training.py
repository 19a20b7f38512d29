"""Curves of trainings: one figure for one number of the logs, with a line for each run.

A run has its own look. Beside validation, which is thick with markers, training is thin and pale. Every line carries
its places over tokens and over seconds, so that a page can change the axis without drawing anything anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import plotly.graph_objects as go

from demo.figures.labels import escaped
from demo.figures.style import CURVE_ROLES, FAINT, LOOKS, Look, base_layout
from demo.wording.report_words import ReportWords

HEIGHT_PX: Final = 300
MARGIN: Final = {"l": 62, "r": 14, "t": 10, "b": 46}
PALE: Final = 0.7
THIN: Final = 1.4
MOST_MARKERS: Final = 60  # points of a line; more would hide it
DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One value of a run."""

    update: int
    tokens: float
    seconds: float
    value: float


@dataclass(frozen=True, slots=True)
class TrainingCurve:
    """One line; `place` is the run's, from 0."""

    run: str
    place: int
    validation: bool
    points: tuple[CurvePoint, ...]


def look_of(place: int) -> Look:
    """The look of a run: six colours, and other dashes and markers for each further six."""
    count = len(CURVE_ROLES)
    colour, other = LOOKS[CURVE_ROLES[place % count]], LOOKS[CURVE_ROLES[(place + place // count) % count]]
    return Look(colour.colour, other.dash, colour.width, other.symbol, other.size)


def draw_training(curves: Sequence[TrainingCurve], words: ReportWords) -> go.Figure:
    """The curves over tokens; each trace's `meta` has `tokens` and `seconds`."""
    axis = {"gridcolor": FAINT, "zeroline": False}
    validated = any(curve.validation for curve in curves)
    layout = base_layout(None, HEIGHT_PX, MARGIN) | {
        "xaxis": {**axis, "title": {"text": escaped(words.tokens), "standoff": 6}},
        "yaxis": {**axis, "automargin": True},
        "dragmode": "zoom",
    }
    lines = [_trace(curve, words, pale=validated and not curve.validation) for curve in curves]
    return go.Figure(data=lines, layout=layout)


def _trace(curve: TrainingCurve, words: ReportWords, *, pale: bool) -> dict[str, Any]:
    look, points = look_of(curve.place), curve.points
    tokens, seconds = [point.tokens for point in points], [point.seconds for point in points]
    marked = (curve.validation and len(points) <= MOST_MARKERS) or len(points) == 1
    return {
        "type": "scatter",
        "mode": "lines+markers" if marked else "lines",
        "x": tokens,
        "y": [point.value for point in points],
        "meta": {"tokens": tokens, "seconds": seconds},
        "opacity": PALE if pale else 1,
        "line": {"color": look.colour, "dash": look.dash, "width": THIN if pale else look.width},
        "marker": {"color": look.colour, "symbol": look.symbol, "size": look.size},
        "hovertext": [_hover(curve, point, words) for point in points],
        "hoverinfo": "text",
    }


def _hover(curve: TrainingCurve, point: CurvePoint, words: ReportWords) -> str:
    kind = words.validation if curve.validation else words.training
    return words.point.format(
        run=escaped(curve.run),
        kind=escaped(kind),
        value=f"{point.value:.{DIGITS}g}",
        update=f"{point.update:,}",
        tokens=f"{point.tokens:,.0f}",
        seconds=f"{point.seconds:,.0f}",
    )
