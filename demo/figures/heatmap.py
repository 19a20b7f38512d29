"""Where a hypothesis looked: source across, target down, and below it how much of each source piece was read.

What only some models tell is drawn by `heatmap_evidence`: the window of local attention and the p_gen of a pointer.

Rows and columns sit at integer positions with the pieces as tick texts: on an axis of names Plotly would merge repeated
pieces into one, and take date-like ones for dates.
"""

from dataclasses import dataclass
from typing import Any, Final

from demo.figures import heatmap_evidence, heatmap_story
from demo.figures.bundle import Bundle, Strip
from demo.figures.drawing import Drawing
from demo.figures.heads import Head
from demo.figures.heatmap_layout import DROPPED_BELOW, REPEATED_ABOVE, Alignment, align
from demo.figures.heatmap_marks import cells, sum_bars
from demo.figures.labels import cut, short_label, visible, width_em
from demo.figures.style import FAINT, LABEL_SIZE, STAYING, base_layout, corner_text
from demo.figures.walk import Node
from demo.wording.figure_words import HeatmapWords
from seq2seq_core.trace import Trace

LARGEST_CELL: Final = 28
SMALLEST_CELL: Final = 14
COMFORTABLE_ROWS_PX: Final = 340  # cells shrink so that neither side grows much longer
COMFORTABLE_COLUMNS_PX: Final = 340
STRIP_PX: Final = 64
GAP_PX: Final = 14
RIGHT_PX: Final = 76
SOURCE_RISE_PX: Final = 28  # of the word "source" above the upper left corner
TARGET_RISE_PX: Final = 11
CLEAR_SUM: Final = 3.5  # up to this height of the sum axis its two thresholds have room for their labels
LABEL_SINE: Final = 0.82  # of the angle at which source labels stand
LABEL_ANGLE: Final = -55


def heatmap_bundle(trace: Trace, node: Node, words: HeatmapWords, *, head: Head | None = None) -> Bundle:
    """The attention along the way to a node, kept or pruned; without attention a bundle that says so.

    Of one head (see `heads.default_choice`), or of all heads on average.

    Raises:
        ValueError: the trace has no such head; `heads.choice_in` asks it.
    """
    alignment = align(trace, node, head)
    if alignment is None:
        return Bundle(Drawing(), words.nothing, words.view, notes=(words.nothing,))
    picture = _Picture(alignment, words)
    notes = heatmap_story.notes(alignment, words)
    return Bundle(
        drawing=Drawing(picture.data(), picture.layout()),
        account=" ".join((heatmap_story.account(alignment, words), *notes)),
        words=words.view,
        legend=heatmap_evidence.window_legend(alignment, words),
        strip=picture.strip(),
        notes=notes,
    )


@dataclass(frozen=True, slots=True)
class _Picture:
    alignment: Alignment
    words: HeatmapWords

    @property
    def cell(self) -> int:
        columns = COMFORTABLE_COLUMNS_PX // len(self.alignment.source)
        rows = COMFORTABLE_ROWS_PX // len(self.alignment.target)
        return max(SMALLEST_CELL, min(LARGEST_CELL, columns, rows))

    @property
    def left(self) -> int:
        texts = (*self.alignment.target, self.words.coverage, self.words.target_axis, self.words.source_axis)
        return round(18 + max(map(_label_px, texts)))

    @property
    def top(self) -> int:
        return round(max(44, 22 + LABEL_SINE * max(map(_label_px, self.alignment.source))))

    @property
    def rows_px(self) -> int:
        return self.cell * len(self.alignment.target)

    @property
    def columns_px(self) -> int:
        return self.cell * len(self.alignment.source)

    @property
    def area_px(self) -> int:
        return self.rows_px + GAP_PX + STRIP_PX

    @property
    def beside_px(self) -> int:
        return 0 if self.alignment.generate_T is None else heatmap_evidence.GENERATE_PX

    def data(self) -> list[dict[str, Any]]:
        shown, words = self.alignment, self.words
        evidence = (*heatmap_evidence.window_traces(shown), *heatmap_evidence.generate_bars(shown, words))
        return [cells(shown, words, self.rows_px), sum_bars(shown, words), *evidence]

    def layout(self) -> dict[str, Any]:
        margin = {"l": self.left, "r": RIGHT_PX, "t": self.top, "b": 12}
        width = self.left + RIGHT_PX + self.columns_px + self.beside_px
        return base_layout(width, self.top + 12 + self.area_px, margin) | {
            "xaxis": self._source_axis(),
            **self._generate_axis(),
            "yaxis": self._target_axis(),
            "yaxis2": self._sum_axis(),
            "shapes": [_threshold(DROPPED_BELOW), _threshold(REPEATED_ABOVE)],
            "bargap": 0,
            "annotations": [
                corner_text(self.words.source_axis, SOURCE_RISE_PX),
                corner_text(self.words.target_axis, TARGET_RISE_PX),
                *([heatmap_evidence.generate_heading(self.columns_px, self.words)] if self.beside_px else []),
            ],
        }

    def _generate_axis(self) -> dict[str, Any]:
        return {"xaxis2": heatmap_evidence.generate_axis(self.columns_px)} if self.beside_px else {}

    def _source_axis(self) -> dict[str, Any]:
        source = self.alignment.source
        return _piece_axis(source, [-0.5, len(source) - 0.5]) | {
            "domain": [0, self.columns_px / (self.columns_px + self.beside_px)],
            "side": "top",
            "anchor": "y",
            "tickangle": LABEL_ANGLE,
        }

    def _target_axis(self) -> dict[str, Any]:
        target = self.alignment.target
        domain = [(GAP_PX + STRIP_PX) / self.area_px, 1]
        return _piece_axis(target, [len(target) - 0.5, -0.5]) | {"domain": domain}

    @property
    def highest(self) -> float:
        """The top of the sum axis, with room for the flag above the tallest bar."""
        return max(2.0, *self.alignment.sums) * 1.25

    @property
    def threshold_labels(self) -> list[float]:
        return [DROPPED_BELOW, REPEATED_ABOVE] if self.highest < CLEAR_SUM else [REPEATED_ABOVE]

    def _sum_axis(self) -> dict[str, Any]:
        return {
            "range": [0, self.highest],
            "domain": [0, STRIP_PX / self.area_px],
            "tickvals": self.threshold_labels,
            "ticktext": [str(threshold) for threshold in self.threshold_labels],
            "showgrid": False,
            "zeroline": True,
            "zerolinecolor": FAINT,
            "fixedrange": True,
            **STAYING,
        }

    def strip(self) -> Strip:
        """The row labels, the thresholds of the sums, and what rows and sums are."""
        rows = [
            (self.top + (row + 0.5) * self.cell, cut(visible(piece))) for row, piece in enumerate(self.alignment.target)
        ]
        floor = self.top + self.area_px
        sums = [(floor - STRIP_PX * height / self.highest, str(height)) for height in self.threshold_labels]
        middle = (floor - STRIP_PX * (DROPPED_BELOW + REPEATED_ABOVE) / 2 / self.highest, self.words.coverage)
        if self.highest >= CLEAR_SUM:
            middle = (floor - STRIP_PX * 0.8, self.words.coverage)
        head = (
            (self.top - SOURCE_RISE_PX, self.words.source_axis),
            (self.top - TARGET_RISE_PX, self.words.target_axis),
        )
        return Strip(self.left, (*head, *rows, *sums, middle))


def _label_px(piece: str) -> float:
    return LABEL_SIZE * width_em(cut(visible(piece)))


def _piece_axis(pieces: tuple[str, ...], ends: list[float]) -> dict[str, Any]:
    return {
        "range": ends,
        "tickvals": list(range(len(pieces))),
        "ticktext": [short_label(piece) for piece in pieces],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
        **STAYING,
    }


def _threshold(height: float) -> dict[str, Any]:
    line = {"color": "#808080", "width": 1, "dash": "dot"}
    ends = {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y2", "y0": height, "y1": height}
    return {"type": "line", **ends, "line": line}
