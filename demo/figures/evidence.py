"""What a trace states beside the attention, along the way to one candidate.

Sizes: T tokens on the path, S source pieces, L layers, H heads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from demo.figures.walk import Node, step_at
from seq2seq_core.trace import Floats, Trace, TraceStep, path

Column: TypeAlias = Callable[[TraceStep], NDArray[Any] | None]


@dataclass(frozen=True, slots=True)
class Window:
    """Local attention (Luong 2015): row t sees the source from centres_T[t] - half_width to centres_T[t] + half_width.

    The half width is None where the trace does not state it.
    """

    centres_T: tuple[float, ...]
    half_width: int | None


def along(trace: Trace, node: Node, column: Column) -> NDArray[Any] | None:
    """A column's rows along the path to a node, (T, ...); None where a step of it lacks the column."""
    rows: list[Any] = []
    for number, index in path(trace, *node):
        step = step_at(trace, number)
        values = column(step)
        if values is None:
            return None
        rows.append(values[_expanded_row(step, index)])
    return np.stack(rows)


def _expanded_row(step: TraceStep, index: int) -> int:
    """Where the values lie that predicted a candidate: siblings of one parent share them."""
    return int(np.flatnonzero(step.expanded_E == step.parent_N[index])[0])


def heads_along(trace: Trace, node: Node) -> Floats | None:
    """The attention of every layer and head, (T, L, H, S)."""
    return along(trace, node, lambda step: step.heads_ELHS)


def window_along(trace: Trace, node: Node) -> Window | None:
    """The centres of local attention, where the trace states them."""
    centres_T = along(trace, node, lambda step: step.centre_E)
    return None if centres_T is None else Window(tuple(centres_T.tolist()), trace.window)


def generate_along(trace: Trace, node: Node) -> tuple[float, ...] | None:
    """The pointer-generator's p_gen at every step."""
    generate_T = along(trace, node, lambda step: step.generate_E)
    return None if generate_T is None else tuple(generate_T.tolist())


def final_coverage(trace: Trace, node: Node) -> tuple[float, ...] | None:
    """The coverage after the last step: what entered its score, and its own attention (See 2017, eq. 10)."""
    entered_TS = along(trace, node, lambda step: step.coverage_ES)
    attention_TS = along(trace, node, lambda step: step.attention_ES)
    if entered_TS is None or attention_TS is None:
        return None
    return tuple((entered_TS[-1].astype(np.float64) + attention_TS[-1]).tolist())
