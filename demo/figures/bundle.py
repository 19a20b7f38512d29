"""What the page gets to show: a figure and what the browser needs around it, free of Gradio.

A stepped figure is sent once. Its traces carry `meta = {"from": first frame, "to": last frame, "fade": frame}`; the
browser shows a trace in the frames from `from` to `to`, pale from `fade` on, so stepping asks nobody and draws nothing.
All words of a bundle go to the page as text, never as HTML.
"""

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from demo.figures.drawing import Drawing
from demo.figures.style import LOOKS, Role
from demo.wording.figure_words import StepperWords
from demo.wording.view_words import ViewWords

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True, slots=True)
class Frame:
    """One half-step: the line that says what happens, and the column (an x value) to bring into sight.

    A frame that draws nothing in the lower part of the figure may say how many pixels of it to show.
    """

    caption: str
    column: int
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Stepper:
    """The frames of a figure, in order, and the one to open with."""

    frames: tuple[Frame, ...]
    opening: int
    words: StepperWords


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the legend."""

    role: Role
    text: str
    line: bool = True
    symbol: bool = True


@dataclass(frozen=True, slots=True)
class Strip:
    """Row labels that stay in sight while a wide figure scrolls sideways: pixel height of each row's middle, text."""

    width: int
    rows: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """One figure for the page.

    `account` is the whole figure in plain words, for those who do not see it; `notes` are shown below the figure;
    `chosen` is the node (step, index) that wears the ring when the figure appears; `savable` figures have buttons
    that save them as a picture. A bundle to `keep` tells the figure in view in other words: its step and its place
    stay. A `narrow` figure tells the same where the first would have to scroll sideways.
    """

    drawing: Drawing
    account: str
    words: ViewWords
    stepper: Stepper | None = None
    legend: tuple[Mark, ...] = ()
    strip: Strip | None = None
    notes: tuple[str, ...] = ()
    chosen: tuple[int, int] | None = None
    savable: bool = True
    keep: bool = False
    narrow_drawing: Drawing | None = None

    @property
    def figure(self) -> "go.Figure":
        """The drawing, checked."""
        return self.drawing.checked

    @property
    def narrow(self) -> "go.Figure | None":
        """The narrow drawing, checked."""
        return self.narrow_drawing.checked if self.narrow_drawing else None

    def to_json(self) -> str:
        """The message to the browser."""
        around = json.dumps(self._around(), ensure_ascii=False, allow_nan=False)
        narrow = self.narrow_drawing.to_json() if self.narrow_drawing else "null"
        return f'{{"figure":{self.drawing.to_json()},"narrow":{narrow},{around[1:]}'

    def _around(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "words": asdict(self.words),
            "stepper": asdict(self.stepper) if self.stepper else None,
            "legend": [asdict(mark) | asdict(LOOKS[mark.role]) | _parts(mark) for mark in self.legend],
            "strip": asdict(self.strip) if self.strip else None,
            "notes": self.notes,
            "chosen": self.chosen,
            "savable": self.savable,
            "keep": self.keep,
        }


def _parts(mark: Mark) -> dict[str, Any]:
    """What of its role's look a legend line shows."""
    look = LOOKS[mark.role]
    return {"line": mark.line, "symbol": look.symbol if mark.symbol and look.size else None}
