"""Score and length of the winner by beam size, one above the other; the optimum is a line across."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from demo.figures.bundle import Bundle
from demo.figures.drawing import Drawing
from demo.figures.labels import escaped, number
from demo.figures.style import FAINT, LOOKS, Look, Role, base_layout
from demo.wording.decoder_words import SweepWords

HEIGHT_PX: Final = 340
MARGIN: Final = {"l": 58, "r": 16, "t": 14, "b": 48}
SCORE_FROM: Final = 0.46  # of the height; lengths stand below
LENGTH_TO: Final = 0.34


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """The winner with one beam size."""

    beam_size: int
    text: str
    score: float
    length: int


def draw_sweep(points: Sequence[SweepPoint], optimum: float | None, words: SweepWords) -> Bundle:
    """One marker for every beam size, on both scales."""
    score, length = LOOKS[Role.MODEL_1], LOOKS[Role.MODEL_2]
    return Bundle(
        drawing=Drawing(
            [
                _line(points, [point.score for point in points], "y", score, words),
                _line(points, [float(point.length) for point in points], "y2", length, words),
            ],
            _layout(points, optimum, words),
        ),
        account=_account(points, words),
        words=words.view,
    )


def _line(
    points: Sequence[SweepPoint], values: list[float], axis: str, look: Look, words: SweepWords
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [point.beam_size for point in points],
        "y": values,
        "yaxis": axis,
        "line": {"color": look.colour, "dash": look.dash, "width": look.width},
        "marker": {"color": look.colour, "symbol": look.symbol, "size": look.size},
        "hovertext": [_hover(point, words) for point in points],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _hover(point: SweepPoint, words: SweepWords) -> str:
    told = {"score": number(point.score), "length": point.length}
    return words.hover.format(beam_size=point.beam_size, text=escaped(point.text), **told)


def _layout(points: Sequence[SweepPoint], optimum: float | None, words: SweepWords) -> dict[str, Any]:
    axis = {"gridcolor": FAINT, "zeroline": False, "fixedrange": True}
    titled = {name: {"text": text, "standoff": 6} for name, text in
              (("x", words.beam_size), ("y", words.score), ("y2", words.length))}  # fmt: skip
    sizes = [point.beam_size for point in points]
    return base_layout(None, HEIGHT_PX, MARGIN) | {
        "xaxis": {**axis, "tickvals": sizes, "title": titled["x"], "anchor": "y2", "range": _edge(sizes)},
        "yaxis": {**axis, "domain": [SCORE_FROM, 1], "title": titled["y"], "range": _range(points, optimum)},
        "yaxis2": {**axis, "domain": [0, LENGTH_TO], "title": titled["y2"], "rangemode": "tozero"},
        "shapes": [] if optimum is None else [_across(optimum)],
        "annotations": [] if optimum is None else [_named(optimum, words)],
    }


def _edge(sizes: Sequence[int]) -> list[float]:
    return [sizes[0] - 0.4, sizes[-1] + 0.4] if sizes else [0, 1]


def _range(points: Sequence[SweepPoint], optimum: float | None) -> list[float]:
    """The scores with some room; equal ones stand in the middle."""
    values = [point.score for point in points] + ([] if optimum is None else [optimum])
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = max(0.12 * (high - low), 0.01)
    return [low - room, high + 2 * room]


def _across(optimum: float) -> dict[str, Any]:
    line = {"color": LOOKS[Role.MODEL_6].colour, "dash": "longdashdot", "width": 1.6}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": optimum, "y1": optimum, "line": line}


def _named(optimum: float, words: SweepWords) -> dict[str, Any]:
    at = {"xref": "paper", "x": 0, "xanchor": "left", "y": optimum, "yanchor": "bottom", "showarrow": False}
    return {"text": f"★ {escaped(words.optimum)} {number(optimum)}", **at}


def _account(points: Sequence[SweepPoint], words: SweepWords) -> str:
    lines = (
        words.account_line.format(beam_size=point.beam_size, score=number(point.score), length=point.length)
        for point in points
    )
    return " ".join((words.account.format(count=len(points)), *lines))
