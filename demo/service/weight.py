"""How many bytes a trace takes, near enough to bound what is remembered of them."""

from dataclasses import fields
from typing import Final

import numpy as np

from seq2seq_core.trace import Trace, TraceStep

BYTES_OF_A_STEP: Final = 5_000  # of its objects, beside the numbers; measured

_ARRAYS: Final = tuple(field.name for field in fields(TraceStep))


def bytes_of(trace: Trace) -> int:
    """Numbers and objects of all steps."""
    return sum(BYTES_OF_A_STEP + _numbers(step) for step in trace.steps)


def _numbers(step: TraceStep) -> int:
    values = (getattr(step, name) for name in _ARRAYS)
    return sum(value.nbytes for value in values if isinstance(value, np.ndarray))
