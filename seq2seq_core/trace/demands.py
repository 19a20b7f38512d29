"""What the checks are made of: something must hold, or two columns must agree."""

from typing import Final

import numpy as np

from seq2seq_core.errors import TraceError

from .data import Doubles

TOLERANCE: Final = 1e-9


def require(holds: bool, message: str) -> None:
    """Refuse a trace where something does not hold.

    Raises:
        TraceError: it does not.
    """
    if not holds:
        raise TraceError(message)


def close(found_N: Doubles, expected_N: Doubles, rule: str) -> None:
    """Refuse a column that differs from what it must be, naming the first candidate that does.

    Raises:
        TraceError: one differs by more than 1e-9.
    """
    with np.errstate(all="ignore"):  # of numbers near the largest; what is no number is no agreement
        wrong_N = ~(np.abs(found_N - expected_N) <= TOLERANCE)
    if wrong_N.any():
        index = int(np.argmax(wrong_N))
        raise TraceError(f"{rule}; candidate {index} has {found_N[index]!r}, expected {expected_N[index]!r}")
