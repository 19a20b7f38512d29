"""A figure as plotly.js reads it: plain traces and a plain layout.

Plotly's `Figure` checks and copies every value of every trace, which takes longer than all else that a result needs. So
the page is sent the plain one, and tests hold it against the checked one.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class Drawing:
    """Traces and layout; numbers are finite, a gap is None."""

    data: Sequence[Mapping[str, Any]] = ()
    layout: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The message to the browser; what is None is not said.

        Raises:
            ValueError: a number is not finite.
        """
        told = {"data": [_told(trace) for trace in self.data], "layout": _told(self.layout)}
        return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    @cached_property
    def checked(self) -> "go.Figure":
        """The same as Plotly's own figure.

        Raises:
            ValueError: plotly.js would not take it.
        """
        import plotly.graph_objects as go  # noqa: PLC0415 - see above: the page does without

        return go.Figure(data=list(self.data), layout=self.layout)


def _told(value: Any) -> Any:
    """Properties that are set; values of a property stay as they are, gaps included."""
    if isinstance(value, Mapping):
        return {name: _told(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        return [_told(each) for each in value]
    return value


def rounded(rows: Iterable[Iterable[float]], places: int) -> list[list[float | None]]:
    """The values of a heat map; NaN, which JSON does not know, is a gap."""
    return [[None if math.isnan(value) else round(float(value), places) for value in row] for row in rows]
