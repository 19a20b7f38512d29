"""Exposure bias in three figures: right tokens by position, recovery from damaged prefixes, over-correction.

`place_…` makes a chart of lines and texts, `draw_chart` a figure of the chart.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from demo.figures.bundle import Bundle, Mark
from demo.figures.drawing import Drawing
from demo.figures.labels import escaped, number
from demo.figures.style import DAMAGE_ROLES, FAINT, GOLD_ROLES, LOOKS, OWN_ROLES, Role, base_layout
from demo.wording.exposure_words import ExposureFigureWords

HEIGHT_PX: Final = 334
MARGIN: Final = {"l": 52, "r": 16, "t": 40, "b": 50}
GAP: Final = 0.06  # of the width, between panels
MOST_WHISKERS: Final = 20  # points of a line; more are too dense
SIDE_STEP: Final = 0.008  # of an axis: points of several lines over one value stand beside each other
PLACES: Final = 1


@dataclass(frozen=True, slots=True)
class ShareAt:
    """`count` of `n` at one place of the axis, in percent, and its 95 % interval; `model` where a line has several."""

    x: float
    n: int
    count: int
    value: float
    low: float
    high: float
    model: str = ""


@dataclass(frozen=True, slots=True)
class ExposedCurves:
    """One model: right tokens by position behind both prefixes, and by the number of random tokens behind damage."""

    name: str
    gold: tuple[ShareAt, ...]
    own: tuple[ShareAt, ...]
    recovery: tuple[tuple[ShareAt, ...], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart, in one of its panels."""

    role: Role
    name: str
    points: tuple[ShareAt, ...]
    hovers: tuple[str, ...]
    panel: int = 0


@dataclass(frozen=True, slots=True)
class Axes:
    """Titles and ends of the axes; the same for all panels."""

    x: str
    y: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    whole: bool = True  # the x axis counts


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines in their places; `panels` are the titles of panels side by side."""

    title: str
    lines: tuple[Line, ...]
    panels: tuple[str, ...]
    axes: Axes
    notes: tuple[str, ...] = ()


def place_positions(models: Sequence[ExposedCurves], title: str, words: ExposureFigureWords) -> Chart:
    """Two lines for each of one or two models, in one panel."""
    lines = []
    for place, model in enumerate(models):
        for role, text, points in (
            (OWN_ROLES[place], words.own, model.own),
            (GOLD_ROLES[place], words.gold, model.gold),
        ):
            name = text.format(model=model.name)
            lines.append(Line(role, name, points, _hovers(words.at_position, points, line=name)))
    axes = Axes(words.position, words.right, *_ranges(lines))
    return Chart(title, tuple(lines), ("",), axes, (_interval(lines, words),))


def place_recovery(models: Sequence[ExposedCurves], title: str, words: ExposureFigureWords) -> Chart:
    """A panel for each model, in it a line for each number of random tokens."""
    lines = []
    for panel, model in enumerate(models):
        for k, points in enumerate(model.recovery):
            name = words.intact if k == 0 else words.damaged_one if k == 1 else words.damaged.format(k=k)
            hovers = _hovers(words.at_after, points, model=model.name, line=name)
            lines.append(Line(DAMAGE_ROLES[k], name, points, hovers, panel))
    axes = Axes(words.after, words.right, *_ranges(lines))
    return Chart(title, tuple(lines), tuple(model.name for model in models), axes, (_interval(lines, words),))


def place_overcorrection(
    repeated: Sequence[ShareAt], wrong: Sequence[ShareAt], title: str, words: ExposureFigureWords
) -> Chart:
    """Both measures of all models over epsilon."""
    lines = [
        Line(role, name, ordered, _hovers(words.at_epsilon, ordered, line=name))
        for role, name, points in (
            (Role.MODEL_1, words.repeated, repeated),
            (Role.MODEL_2, words.wrong_after_right, wrong),
        )
        for ordered in (tuple(sorted(points, key=lambda point: point.x)),)
    ]
    highest = max(point.high for line in lines for point in line.points)
    axes = Axes(words.epsilon, words.wrong, (-0.05, 1.05), (0, _ceiling(highest)), whole=False)
    return Chart(title, tuple(lines), ("",), axes, (_interval(lines, words),))


def draw_chart(chart: Chart, words: ExposureFigureWords, notes: Sequence[str] = ()) -> Bundle:
    """The chart as a figure; further notes stand before its own."""
    named = {line.role: line.name for line in chart.lines}
    return Bundle(
        drawing=Drawing([_trace(line, chart) for line in chart.lines], _layout(chart)),
        account=_account(chart, words),
        words=words.view,
        legend=tuple(Mark(role, name, symbol=_has_whiskers(chart.lines)) for role, name in named.items()),
        notes=(*notes, *chart.notes),
    )


def _hovers(text: str, points: Sequence[ShareAt], **names: str) -> tuple[str, ...]:
    shown = {name: escaped(value) for name, value in names.items()}
    return tuple(text.format(**{"model": escaped(point.model)} | shown | _figures(point)) for point in points)


def _figures(point: ShareAt) -> dict[str, str]:
    """A point's numbers as they are printed."""
    values = {"value": point.value, "low": point.low, "high": point.high}
    shown = {name: number(value, PLACES) for name, value in values.items()}
    return {"x": f"{point.x:g}", "n": str(point.n), "count": str(point.count), **shown}


def _interval(lines: Sequence[Line], words: ExposureFigureWords) -> str:
    return words.interval if _has_whiskers(lines) else words.interval_on_hover


def _has_whiskers(lines: Sequence[Line]) -> bool:
    return max(len(line.points) for line in lines) <= MOST_WHISKERS


def _ranges(lines: Sequence[Line]) -> tuple[tuple[float, float], tuple[float, float]]:
    """All positions, and the shares from the ten below the lowest up to all."""
    points = [point for line in lines for point in line.points]
    last, lowest = max(point.x for point in points), min(point.low for point in points)
    return (0.5, last + 0.5), (min(90.0, math.floor(lowest / 10) * 10.0), 100.0)


def _ceiling(highest: float) -> float:
    """The end of an axis from 0: the next of 1, 2, 5, 10, 20, 50, 100 percent."""
    return next((top for top in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0) if highest <= top), 100.0)


def _trace(line: Line, chart: Chart) -> dict[str, Any]:
    look, points = LOOKS[line.role], line.points
    beside = [other for other in chart.lines if other.panel == line.panel]
    low, high = chart.axes.x_range
    aside = (beside.index(line) - (len(beside) - 1) / 2) * SIDE_STEP * (high - low) * _has_whiskers(chart.lines)
    axis = str(line.panel + 1) if line.panel else ""
    return {
        "type": "scatter",
        "mode": "lines+markers" if _has_whiskers(chart.lines) else "lines",
        "x": [point.x + aside for point in points],
        "y": [point.value for point in points],
        "xaxis": f"x{axis}",
        "error_y": _whiskers(points, look.colour) if _has_whiskers(chart.lines) else None,
        "line": {"color": look.colour, "dash": look.dash, "width": look.width},
        "marker": {"color": look.colour, "symbol": look.symbol, "size": look.size},
        "hovertext": list(line.hovers),
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _whiskers(points: Sequence[ShareAt], colour: str) -> Mapping[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [point.high - point.value for point in points],
        "arrayminus": [point.value - point.low for point in points],
        "thickness": 1.2,
        "width": 2,
        "color": colour,
    }


def _layout(chart: Chart) -> dict[str, Any]:
    axes, count = chart.axes, len(chart.panels)
    width = (1 - GAP * (count - 1)) / count
    return base_layout(None, HEIGHT_PX, MARGIN) | {
        "yaxis": {
            "range": list(axes.y_range),
            "title": {"text": escaped(axes.y), "standoff": 6},
            "gridcolor": FAINT,
            "zeroline": False,
            "fixedrange": True,
        },
        **{
            f"xaxis{panel + 1 if panel else ''}": {
                "domain": [panel * (width + GAP), panel * (width + GAP) + width],
                "range": list(axes.x_range),
                "title": {"text": escaped(axes.x), "standoff": 6},
                "gridcolor": FAINT,
                "zeroline": False,
                "fixedrange": True,
                **({"dtick": _step(axes.x_range[1])} if axes.whole else {}),
            }
            for panel in range(count)
        },
        "annotations": [
            {
                "text": f"<b>{_two_lines(escaped(title))}</b>",
                "xanchor": "center",
                "x": panel * (width + GAP) + width / 2,
                "xref": "paper",
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "showarrow": False,
            }
            for panel, title in enumerate(chart.panels)
            if title
        ],
    }


def _two_lines(title: str) -> str:
    """A title with what stands in brackets below it: panels are narrow on a phone."""
    return title.replace(" (", "<br>(").replace("（", "<br>（")


def _step(last: float) -> int:
    """Between the ticks of an axis that counts."""
    return next((step for step in (1, 2, 5, 10, 20) if last / step <= 16), 50)


def _account(chart: Chart, words: ExposureFigureWords) -> str:
    """Every point in words."""
    return " ".join((words.account.format(title=chart.title), *_account_lines(chart, words)))


def _account_lines(chart: Chart, words: ExposureFigureWords) -> Iterator[str]:
    for line in chart.lines:
        points = "; ".join(words.account_point.format(**_figures(point)) for point in line.points)
        panel = chart.panels[line.panel]
        yield words.account_line.format(line=f"{panel}, {line.name}" if panel else line.name, points=points)
