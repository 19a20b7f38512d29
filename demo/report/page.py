"""One HTML document of figures and tables, with all that it needs inside.

Whatever comes from a log or a name is escaped for where it stands: as HTML text, as Plotly's small HTML, or as
JSON in a script element. The document's own policy forbids every request to anywhere.
"""

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from plotly.offline import get_plotlyjs

from demo.figures.training import CurvePoint, TrainingCurve, draw_training, look_of
from demo.report.logs import SPEED, RunLog, Series
from demo.report.style import SCRIPT, STYLE
from demo.report.tables import tables
from demo.wording.report_words import ReportWords

FIRST: Final = ("loss", "accuracy", "rate", SPEED, "epsilon")  # figures in this order, all others by name
MOST_FIGURES: Final = 40
DASHES: Final = {"solid": "", "dash": "6 4", "dot": "2 3", "dashdot": "6 3 2 3", "longdash": "10 4"}
_POLICY: Final = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the logs: its name there, and the lines of all runs that have it."""

    name: str
    curves: tuple[TrainingCurve, ...]


def figures_of(runs: Sequence[RunLog]) -> list[Figure]:
    """A figure for every number, in a fixed order."""
    names = {series.name for run in runs for series in run.series}
    ordered = [name for name in FIRST if name in names] + sorted(names - set(FIRST))
    return [Figure(name, tuple(_curves(runs, name))) for name in ordered[:MOST_FIGURES]]


def page(runs: Sequence[RunLog], words: ReportWords) -> str:
    """The document."""
    figures = figures_of(runs)
    drawings = [json.loads(draw_training(figure.curves, words).to_json()) for figure in figures]
    names = {"tokens": words.tokens, "seconds": words.seconds}
    data = _script_json({"figures": drawings, "axes": names})
    return "\n".join(
        (
            f'<!doctype html>\n<html lang="{words.language}">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(words.title)}: {_text(', '.join(run.name for run in runs))}</title>",
            f"<style>{STYLE}</style>\n<script>{get_plotlyjs()}</script>\n</head>\n<body>",
            f"<h1>{_text(words.title)}</h1>\n<p>{_text(words.explain)}</p>",
            *_bar(runs, words),
            *_frames(figures, words),
            *tables(runs, words),
            f'<script type="application/json" id="data">{data}</script>\n<script>{SCRIPT}</script>',
            "</body>\n</html>\n",
        )
    )


def _curves(runs: Sequence[RunLog], name: str) -> Iterator[TrainingCurve]:
    for place, run in enumerate(runs):
        for series in run.series:
            if series.name == name:
                yield TrainingCurve(run.name, place, series.validation, tuple(_points(series)))


def _points(series: Series) -> Iterator[CurvePoint]:
    for point in series.points:
        yield CurvePoint(point.update, point.tokens, point.seconds, point.value)


def _bar(runs: Sequence[RunLog], words: ReportWords) -> Iterator[str]:
    """The legend of all figures, and what they run over."""
    yield f'<div class="bar"><ul class="legend" aria-label="{_text(words.runs)}">'
    for place, run in enumerate(runs):
        yield f"<li>{_sample(place)}{_text(run.name)}</li>"
    yield f"</ul><fieldset><legend>{_text(words.over)}</legend>"
    for value, text in (("tokens", words.tokens), ("seconds", words.seconds)):
        checked = " checked" if value == "tokens" else ""
        yield f'<label><input type="radio" name="over" value="{value}"{checked}>{_text(text)}</label>'
    yield f"</fieldset></div>\n<p>{_text(words.lines)}</p>"


def _sample(place: int) -> str:
    look = look_of(place)
    dash = DASHES.get(look.dash, "10 3 2 3")
    line = f'<line x1="1" x2="39" y1="8" y2="8" stroke="{look.colour}" stroke-width="3" stroke-dasharray="{dash}"/>'
    return f'<svg width="40" height="16" aria-hidden="true">{line}</svg>'


def _frames(figures: Sequence[Figure], words: ReportWords) -> Iterator[str]:
    if not figures:
        yield f"<p>{_text(words.nothing)}</p>"
        return
    yield '<div class="figures">'
    for number, figure in enumerate(figures):
        note = f"<p>{_text(words.notes[figure.name])}</p>" if figure.name in words.notes else ""
        title = _text(words.series.get(figure.name, figure.name))
        yield f'<section><h2>{title}</h2><div class="figure" id="figure-{number}"></div>{note}</section>'
    yield "</div>"


def _script_json(value: Mapping[str, object]) -> str:
    """JSON that cannot end the script element around it."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _text(text: str) -> str:
    return html.escape(text)
