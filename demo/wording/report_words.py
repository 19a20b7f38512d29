"""The words of the report on trainings (`python -m demo.report`); `report.py` fills them.

Fields in braces are filled by `str.format`; the comment behind a field names them.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords:
    """All words of the report."""

    language: str  # tag of the document
    title: str
    explain: str
    runs: str  # the legend
    over: str
    tokens: str  # the axis
    seconds: str
    training: str
    validation: str
    lines: str  # what is thin, what thick
    point: str  # {run} {kind} {value} {update} {tokens} {seconds}
    series: Mapping[str, str]  # by name in the log; any other name stands for itself
    notes: Mapping[str, str]  # on series, by name
    nothing: str
    summary: str
    run: str
    state: str
    states: Mapping[str, str]  # by state
    resumed: str  # {count}
    unreadable: str  # {count}
    parameters: str
    updates: str
    seen_tokens: str
    time: str
    seconds_text: str  # {seconds}
    best: str
    best_at: str  # {loss} {tokens}
    scores: str
    no_scores: str
    settings: str
    same_settings: str
    one_run: str
    data: str
    same_data: str
    other_data: str
    versions: str
    machine: str
    command: str
    missing: str  # in a cell
