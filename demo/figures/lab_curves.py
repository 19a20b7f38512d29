"""Trainings as they go: loss, exact match and epsilon over the target tokens learnt from, two of them in one figure.

A dotted line marks where a run's schedule was changed. The `gap`, where it is shown, is the share of tokens that are
right only because the decoder read the true prefix.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from demo.figures.bundle import Bundle, Mark
from demo.figures.drawing import Drawing
from demo.figures.labels import escaped, number
from demo.figures.style import CURVE_ROLES, FAINT, LOOKS, base_layout
from demo.wording.lab_words import LabCurveWords

PANEL_PX: Final = 130
GAP_PX: Final = 22
MARGIN: Final = {"l": 62, "r": 18, "t": 14, "b": 50}
MARKERS_UP_TO: Final = 40  # points of a run; more would run into each other
EMPTY_TOKENS: Final = 10_000  # the axis before anything was learnt


@dataclass(frozen=True, slots=True)
class LabPoint:
    """One look; shares from 0 to 1."""

    tokens: int
    seconds: float
    loss: float  # nats per token
    exact: float
    true_prefix: float
    own_prefix: float
    epsilon: float


@dataclass(frozen=True, slots=True)
class LabCurve:
    """One run, and the tokens at which its schedule was changed."""

    name: str
    points: tuple[LabPoint, ...]
    changes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Panel:
    title: str
    value: Callable[[LabPoint], float]
    top: float | None  # of the axis; None: as the values want it


def draw_lab_curves(curves: Sequence[LabCurve], words: LabCurveWords, *, gap: bool = False) -> Bundle:
    """One to two runs; those without a point yet have their place in the legend.

    Raises:
        ValueError: more runs than there are looks for.
    """
    if len(curves) > len(CURVE_ROLES):
        raise ValueError(f"a figure shows at most {len(CURVE_ROLES)} runs, got {len(curves)}")
    if not any(curve.points for curve in curves):
        return Bundle(Drawing(), words.nothing, words.view, notes=(words.nothing,))
    panels = _panels(words, gap=gap)
    lines = [
        _line(curve, place, row, panel, words)
        for row, panel in enumerate(panels)
        for place, curve in enumerate(curves)
    ]
    return Bundle(
        drawing=Drawing(lines, _layout(curves, panels, words)),
        account=" ".join(_account(curve, words) for curve in curves if curve.points),
        words=words.view,
        legend=tuple(Mark(role, curve.name) for role, curve in zip(CURVE_ROLES, curves, strict=False)),
        notes=(words.gap_note,) if gap else (),
        keep=True,
    )


def _panels(words: LabCurveWords, *, gap: bool) -> list[_Panel]:
    between = [_Panel(words.gap, lambda point: 100 * (point.true_prefix - point.own_prefix), None)] if gap else []
    return [
        _Panel(words.loss, lambda point: point.loss, None),
        _Panel(words.exact, lambda point: 100 * point.exact, 100.0),
        *between,
        _Panel(words.epsilon, lambda point: point.epsilon, 1.0),
    ]


def _line(curve: LabCurve, place: int, row: int, panel: _Panel, words: LabCurveWords) -> dict[str, Any]:
    look = LOOKS[CURVE_ROLES[place]]
    marked = len(curve.points) <= MARKERS_UP_TO
    return {
        "type": "scatter",
        "mode": "lines+markers" if marked else "lines",
        "x": [point.tokens for point in curve.points],
        "y": [panel.value(point) for point in curve.points],
        "yaxis": _axis_name(row),
        "line": {"color": look.colour, "dash": look.dash, "width": look.width},
        "marker": {"color": look.colour, "symbol": look.symbol, "size": look.size - 3},
        "hovertext": [_hover(curve, point, words) for point in curve.points],
        "hoverinfo": "text",
    }


def _layout(curves: Sequence[LabCurve], panels: Sequence[_Panel], words: LabCurveWords) -> dict[str, Any]:
    inner = len(panels) * PANEL_PX + (len(panels) - 1) * GAP_PX
    end = max([EMPTY_TOKENS, *(curve.points[-1].tokens for curve in curves if curve.points)])
    axes = {f"yaxis{row + 1 if row else ''}": _y_axis(row, panel, inner) for row, panel in enumerate(panels)}
    return base_layout(None, inner + MARGIN["t"] + MARGIN["b"], MARGIN) | {
        "xaxis": {
            "range": [0, 1.02 * end],
            "anchor": _axis_name(len(panels) - 1),
            "title": {"text": escaped(words.tokens), "standoff": 6},
            "gridcolor": FAINT,
            "zeroline": False,
            "fixedrange": True,
            "tickformat": "~s",
        },
        **axes,
        "shapes": [_change(tokens, place) for place, curve in enumerate(curves) for tokens in curve.changes],
        "annotations": [_changed(tokens, words) for curve in curves[-1:] for tokens in curve.changes[-1:]],
    }


def _y_axis(row: int, panel: _Panel, inner: int) -> dict[str, Any]:
    top = 1 - row * (PANEL_PX + GAP_PX) / inner
    span = {"range": [-0.03 * panel.top, 1.05 * panel.top]} if panel.top else {"rangemode": "tozero"}
    return {
        "domain": [max(0.0, top - PANEL_PX / inner), top],
        "title": {"text": escaped(panel.title), "standoff": 6},
        "gridcolor": FAINT,
        "zerolinecolor": FAINT,
        "fixedrange": True,
        "nticks": 5,
        **span,
    }


def _axis_name(row: int) -> str:
    return f"y{row + 1}" if row else "y"


def _change(tokens: int, place: int) -> dict[str, Any]:
    line = {"color": LOOKS[CURVE_ROLES[place]].colour, "dash": "dot", "width": 1.5}
    return {"type": "line", "x0": tokens, "x1": tokens, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _changed(tokens: int, words: LabCurveWords) -> dict[str, Any]:
    at = {"x": tokens, "xanchor": "left", "xshift": 4, "yref": "paper", "y": 1, "yanchor": "top", "showarrow": False}
    return {"text": escaped(words.changed), **at}


def _hover(curve: LabCurve, point: LabPoint, words: LabCurveWords) -> str:
    return words.hover.format(name=escaped(curve.name), **_figures(point))


def _account(curve: LabCurve, words: LabCurveWords) -> str:
    return words.account.format(name=curve.name, **_figures(curve.points[-1]))


def _figures(point: LabPoint) -> dict[str, str]:
    """A point's numbers as they are printed."""
    return {
        "tokens": f"{point.tokens:,}",
        "seconds": number(point.seconds, 1),
        "loss": number(point.loss),
        "exact": number(100 * point.exact, 1),
        "true_prefix": number(100 * point.true_prefix, 1),
        "own_prefix": number(100 * point.own_prefix, 1),
        "epsilon": number(point.epsilon),
    }
