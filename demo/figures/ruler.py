"""Outputs by two totals: left the sum of log-probabilities, right the score; a line for each, so that rank flips show.

Both sides are drawn to their own scale, best at the top, and every end of a line carries its number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from demo.figures.bundle import Bundle, Mark
from demo.figures.drawing import Drawing
from demo.figures.labels import escaped, number, width_em
from demo.figures.length_curve import spread
from demo.figures.style import CURVE_ROLES, FAINT, LABEL_SIZE, LOOKS, Role, base_layout
from demo.wording.decoder_words import RulerWords

MARGIN_TOP: Final = 56
TITLE_PX: Final = 18  # the titles stand one above the other: on a phone they are wider than half the figure
MARGIN_BOTTOM: Final = 18
ROW_PX: Final = 24
LOWEST_PX: Final = 150
GAP_PX: Final = 12
ROUNDING: Final = 1e-5  # of a total, in float32


@dataclass(frozen=True, slots=True)
class Total:
    """One output: its totals, and the role that its line is drawn in."""

    name: str
    letter: str
    text: str
    raw: float
    length: int
    score: float
    role: Role


def roles_for(count: int) -> tuple[Role, ...]:
    """The looks of the decoders' lines."""
    return CURVE_ROLES[:count]


def draw_ruler(totals: Sequence[Total], formula: str, words: RulerWords) -> Bundle:
    """One line for each output; the optimum among them is drawn like the others, in its own role."""
    if not totals:
        return Bundle(Drawing(), words.nothing, words.view, notes=(words.nothing,))
    picture = _Picture(tuple(totals), formula, words)
    return Bundle(
        drawing=Drawing(picture.lines(), picture.layout()),
        account=picture.account(),
        words=words.view,
        legend=tuple(Mark(total.role, f"{total.letter} {total.name}") for total in totals),
        notes=tuple(flips(totals, words)) or (words.no_flip,),
    )


def flips(totals: Sequence[Total], words: RulerWords) -> list[str]:
    """The pairs of outputs whose order differs on the two sides, in words."""
    letters: dict[str, str] = {}
    for total in totals:
        letters[total.text] = letters.get(total.text, "") + total.letter
    outputs = {total.text: total for total in reversed(totals)}
    return [
        words.flips.format(first=letters[one], second=letters[other])
        for one, other in combinations(letters, 2)
        if (outputs[one].raw - outputs[other].raw) * (outputs[one].score - outputs[other].score) < 0
    ]


@dataclass(frozen=True, slots=True)
class _Picture:
    totals: tuple[Total, ...]
    formula: str
    words: RulerWords

    @property
    def plot_px(self) -> float:
        return max(LOWEST_PX, ROW_PX * (len(self.totals) + 2))

    def heights(self, values: Sequence[float]) -> list[float]:
        """Places of values between 0 and 1, to scale; in the middle where all are equal.

        Two searches may add the same numbers in another order: what that changes is no difference.
        """
        low, high = min(values), max(values)
        alike = high - low <= ROUNDING * max(abs(low), abs(high))
        return [0.5 if alike else (value - low) / (high - low) for value in values]

    @property
    def left(self) -> list[float]:
        return self.heights([total.raw for total in self.totals])

    @property
    def right(self) -> list[float]:
        return self.heights([total.score for total in self.totals])

    def lines(self) -> list[dict[str, Any]]:
        ends = zip(self.totals, self.left, self.right, strict=True)
        return [self._line(total, left, right) for total, left, right in ends]

    def _line(self, total: Total, left: float, right: float) -> dict[str, Any]:
        look = LOOKS[total.role]
        told = {"name": escaped(total.name), "text": escaped(total.text), "length": total.length}
        hover = self.words.hover.format(raw=number(total.raw), score=number(total.score), **told)
        return {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [0, 1],
            "y": [left, right],
            "line": {"color": look.colour, "dash": look.dash, "width": look.width},
            "marker": {"color": look.colour, "symbol": look.symbol, "size": look.size},
            "hovertext": [hover, hover],
            "hoverinfo": "text",
            "cliponaxis": False,
        }

    def layout(self) -> dict[str, Any]:
        side = round(2 * GAP_PX + self._room())
        margin = {"l": side, "r": side, "t": MARGIN_TOP, "b": MARGIN_BOTTOM}
        height = round(self.plot_px + MARGIN_TOP + MARGIN_BOTTOM)
        hidden = {"showgrid": False, "zeroline": False, "showticklabels": False, "fixedrange": True}
        rail = {"type": "line", "y0": 0, "y1": 1, "line": {"color": FAINT, "width": 2}}
        return base_layout(None, height, margin) | {
            "xaxis": {**hidden, "range": [0, 1]},
            "yaxis": {**hidden, "range": [-0.05, 1.05]},
            "shapes": [{**rail, "x0": x, "x1": x} for x in (0, 1)],
            "annotations": [*self._titles(), *self._numbers(left=True), *self._numbers(left=False)],
        }

    def _titles(self) -> list[dict[str, Any]]:
        texts = (self.words.raw, self.words.normalised.format(formula=self.formula))
        at = {"xref": "paper", "yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False}
        left = {"x": 0, "xanchor": "left", "xshift": -self._room(), "yshift": 12 + TITLE_PX}
        right = {"x": 1, "xanchor": "right", "xshift": self._room(), "yshift": 12}
        places = (left, right)
        return [{**at, **place, "text": f"<b>{escaped(text)}</b>"} for text, place in zip(texts, places, strict=True)]

    def _texts(self, *, left: bool) -> dict[str, float]:
        """What stands beside the ends, with the height of each: the letters of outputs with one number together."""
        letters: dict[str, str] = {}
        heights: dict[str, float] = {}
        for total, height in zip(self.totals, self.left if left else self.right, strict=True):
            value = number(total.raw if left else total.score)
            letters[value] = letters.get(value, "") + total.letter
            heights.setdefault(value, height)
        return {f"<b>{letters[value]}</b> {value}": height for value, height in heights.items()}

    def _numbers(self, *, left: bool) -> list[dict[str, Any]]:
        texts = self._texts(left=left)
        places = spread(list(texts.values()), ROW_PX * 0.7 / self.plot_px, -0.05, 1.05) or tuple(texts.values())
        at = {"x": 0 if left else 1, "xanchor": "right" if left else "left", "yanchor": "middle", "showarrow": False}
        shift = -GAP_PX if left else GAP_PX
        return [{**at, "text": text, "y": y, "xshift": shift} for text, y in zip(texts, places, strict=True)]

    def _room(self) -> float:
        """Pixels of the widest number beside an end."""
        texts = (*self._texts(left=True), *self._texts(left=False))
        return max(width_em(text.replace("<b>", "").replace("</b>", "")) for text in texts) * LABEL_SIZE

    def account(self) -> str:
        head = self.words.account.format(count=len(self.totals))
        lines = (
            self.words.account_line.format(
                name=f"{total.letter} {total.name}", raw=number(total.raw), score=number(total.score)
            )
            for total in self.totals
        )
        return " ".join((head, *lines))


