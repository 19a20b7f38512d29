"""The words of quality against length; `attention_figures.py` fills them."""

from dataclasses import dataclass

from .view_words import ViewWords


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveWords:
    """One line for every model.

    Fields in braces are filled by `str.format`; the comment behind a field names them.
    """

    view: ViewWords
    length: str  # the axis
    point: str  # {name} {lengths} {measure} {value} {low} {high} {n}
    interval: str  # what the thin lines are
    nothing: str
    account: str  # {measure}
    account_point: str  # {name} {lengths} {value} {low} {high} {n}
