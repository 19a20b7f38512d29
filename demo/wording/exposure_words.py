"""The words of the section 'Exposure bias'; `exposure.py` fills them.

Fields in braces are filled by `str.format`; the comment behind a field names them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .view_words import ViewWords


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureFigureWords:
    """The three figures. A share is told by {value} {low} {high} {count} {n}."""

    view: ViewWords
    right: str  # axis of the first two
    wrong: str  # axis of the third
    position: str
    after: str
    epsilon: str
    gold: str  # a line: {model}
    own: str  # a line: {model}
    intact: str  # k = 0
    damaged_one: str  # k = 1
    damaged: str  # {k}
    repeated: str
    wrong_after_right: str
    at_position: str  # {line} {x} and a share
    at_after: str  # {model} {line} {x} and a share
    at_epsilon: str  # {model} {line} {x} and a share
    interval: str
    interval_on_hover: str
    account: str  # {title}
    account_line: str  # {line} {points}
    account_point: str  # {x} and a share


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureWords:
    """All words of the section."""

    title: str
    explain: str
    task: str
    tasks: Mapping[str, str]  # by the name in the file; any other name stands for itself
    forced: str  # a model by its training
    sampled: str  # {epsilon}
    positions: str
    positions_explain: str
    perplexity: str
    perplexities: str  # {model} {forced} {forced_low} {forced_high} {free} {free_low} {free_high} {cut}
    measured: str  # {pairs}
    recovery: str
    recovery_explain: str
    place: str  # {place}
    overcorrection: str
    overcorrection_explain: str
    convention: str
    figures: ExposureFigureWords
