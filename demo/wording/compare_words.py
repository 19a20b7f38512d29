"""The words of the tab 'Compare models'; `compare.py` fills them.

Fields in braces are filled by `str.format`; the comment behind a field names them. A model is called by its letter,
A to D, in rows, maps and curves.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LineupWords:
    """Which models, asked what, how."""

    kinds: str
    from_language: str  # a kind of input; {language}
    models: str
    chosen: str  # {count} {most}
    change: str
    nothing: str  # the gallery has no two alike
    compare: str
    search: str
    search_info: str
    searches: Mapping[str, str]  # by algorithm
    reasons: Mapping[str, str]  # of examples: short, long, joined
    hint: str
    loading: str  # {place} {count} {model}
    decoding: str  # {place} {count} {model}
    problems: Mapping[str, str]  # by a problem's name; braces as the problem's values


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWords:
    """The outputs, one row for each model."""

    title: str
    explain: str
    agree: str  # {count}
    some_agree: str  # {same} {count}
    differ: str
    languages: str
    model: str
    output: str
    parameters: str
    score_is: str  # {log_prob_sum} {length} {alpha}
    base: str  # {letter}
    same: str  # {letter}
    other: str  # {letter} {other} {missing}
    alone: str
    missing: str  # for those who do not see the line through a word; {text}
    legend: str
    scores: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionWords:
    """A heading and what to look at below it."""

    title: str
    explain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareWords:
    """All words of the tab."""

    tab: str
    lineup: LineupWords
    table: TableWords
    maps: SectionWords
    curves: SectionWords
    no_curve: str
    not_measured: str  # {models}
    measured_otherwise: str  # {models}
    task_curve: SectionWords
    task_length: str  # the axis of its figure
    run: str  # {name} {year} {size}
