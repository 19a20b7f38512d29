"""Reading a trace: the way to a candidate, the attention along it, its label.

Sizes: T tokens on a path, S source pieces.
"""

from typing import TypeAlias

import numpy as np

from seq2seq_core.errors import TraceError

from .data import HELD_FATES, ROOT, Floats, Hypothesis, Trace

# Where a candidate stands: step number from 1, index in that step's columns.
Place: TypeAlias = tuple[int, int]


def path(trace: Trace, step: int, index: int) -> list[Place]:
    """The candidates from step 1 to the given one, itself included.

    Of an output that is still in the beam in later steps: to the one that wrote its end, since nothing is written
    after it.

    Raises:
        TraceError: no such candidate, or its parents lead nowhere.
    """
    places: list[Place] = []
    for number in range(step, 0, -1):
        _require(trace, number, index)
        if trace.steps[number - 1].fate_N[index] not in HELD_FATES:
            places.append((number, index))
        index = int(trace.steps[number - 1].parent_N[index])
    if not places or index != ROOT:
        raise TraceError(f"a path must begin at step 1 with parent {ROOT}, got step {step}, parent {index}")
    return places[::-1]


def attention_rows(trace: Trace, step: int, index: int) -> Floats | None:
    """Attention along the path to a candidate, (T, S); row t was computed in the step that predicted token t.

    None where the model has no attention.
    """
    rows_TS: list[Floats] = []
    for number, at in path(trace, step, index):
        here = trace.steps[number - 1]
        if here.attention_ES is None:
            return None
        rows_TS.append(here.attention_ES[_expanded_row(trace, number, at)])
    return np.stack(rows_TS)


def hypothesis_attention(trace: Trace, hypothesis: Hypothesis) -> Floats | None:
    """`attention_rows` of a hypothesis; a finished one has a last row, for its end token."""
    return attention_rows(trace, hypothesis.step, hypothesis.index)


def candidate_label(trace: Trace, step: int, index: int) -> str:
    """The label of a candidate's token."""
    _require(trace, step, index)
    return trace.labels[int(trace.steps[step - 1].token_N[index])]


def _expanded_row(trace: Trace, step: int, index: int) -> int:
    here = trace.steps[step - 1]
    parent = int(here.parent_N[index])
    (found,) = np.nonzero(here.expanded_E == parent)
    if len(found) != 1:
        raise TraceError(f"step {step}: parent {parent} must be expanded once, is {len(found)} times")
    return int(found[0])


def _require(trace: Trace, step: int, index: int) -> None:
    if not 1 <= step <= len(trace.steps):
        raise TraceError(f"step must be from 1 to {len(trace.steps)}, got {step}")
    count = len(trace.steps[step - 1].token_N)
    if not 0 <= index < count:
        raise TraceError(f"step {step}: candidate must be from 0 to {count - 1}, got {index}")
