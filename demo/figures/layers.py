"""Plotly traces of a stepped figure: sets of marks or lines that come and go together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from demo.figures.style import LOOKS, Look, Role

PlotlyTrace: TypeAlias = dict[str, Any]
Line: TypeAlias = tuple[float, float, float, float]  # x0, y0, x1, y1


@dataclass(frozen=True, slots=True)
class Span:
    """The frames in which a layer is shown, and the one from which on it is pale (None: never)."""

    first: int
    last: int
    fade: int | None = None

    def meta(self) -> dict[str, int]:
        fade = {} if self.fade is None else {"fade": self.fade}
        return {"from": self.first, "to": self.last, **fade}


@dataclass(frozen=True, slots=True)
class Point:
    """One mark: `node` is what a click on it reports (None: nothing), `values` are what its hover text says of it."""

    x: float
    y: float
    label: str
    role: Role
    node: tuple[int, int] | None
    values: tuple[str, ...] = ()


def points(marks: Sequence[Point], span: Span, *, hover: str | None, labelled: bool = True) -> PlotlyTrace:
    """Marks with their labels above them; colour and shape by role.

    Without a hover template they let the pointer through to what lies below. A search has hundreds of these traces:
    nothing is written that Plotly would assume anyway.
    """
    trace: PlotlyTrace = {
        "type": "scatter",
        "mode": "markers+text" if labelled else "markers",
        "x": [_brief(mark.x) for mark in marks],
        "y": [_brief(mark.y) for mark in marks],
        "customdata": [(*(mark.node or (None, None)), *mark.values) for mark in marks],
        "marker": _marker([LOOKS[mark.role] for mark in marks]),
        "meta": span.meta(),
        "cliponaxis": False,
    }
    if labelled:
        trace |= {"text": [mark.label for mark in marks], "textposition": "top center"}
    return trace | ({"hovertemplate": hover} if hover else {"hoverinfo": "skip"})


def _marker(looks: Sequence[Look]) -> dict[str, Any]:
    marker = {
        "color": _one_or_all([look.colour for look in looks]),
        "symbol": _one_or_all([look.symbol for look in looks]),
        "size": _one_or_all([look.size for look in looks]),
    }
    if any(isinstance(value, list) for value in marker.values()):
        return marker | {"opacity": 1, "line": {"width": 0}}  # else Plotly takes them for pale, outlined bubbles
    hollow = all(look.symbol.endswith("-open") for look in looks)
    return marker | {"line": {"width": 2}} if hollow else marker


def _brief(value: float) -> float:
    """Whole numbers as integers: "7" instead of "7.0" in the message."""
    return int(value) if value == int(value) else value


def _one_or_all(values: list[Any]) -> Any:
    """One value where all are equal: the message stays small."""
    return values[0] if len(set(values)) == 1 else values


def lines(segments: Sequence[Line], role: Role, span: Span) -> PlotlyTrace:
    """Separate straight lines in one trace; the gaps are missing values."""
    look = LOOKS[role]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [value for x0, _, x1, _ in segments for value in (_brief(x0), _brief(x1), None)],
        "y": [value for _, y0, _, y1 in segments for value in (_brief(y0), _brief(y1), None)],
        "line": {"color": look.colour, "dash": look.dash, "width": look.width},
        "hoverinfo": "skip",
        "meta": span.meta(),
    }


def text(x: float, y: float, words: str, span: Span) -> PlotlyTrace:
    """A text without a mark."""
    at = {"x": [_brief(x)], "y": [_brief(y)], "text": [words]}
    return {"type": "scatter", "mode": "text", **at, "hoverinfo": "skip", "meta": span.meta(), "cliponaxis": False}
