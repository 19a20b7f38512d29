"""Pinned attention: what a trace states of it, and that its attention is what it states.

The option `pins` names steps and source positions, "3:0 5:2": in step 3 all attention went to the source's first
piece, in step 5 to its third. Such a trace shows an intervention and not the model's own behaviour.
"""

import re
from collections.abc import Mapping
from typing import Final

import numpy as np

from seq2seq_core.errors import TraceError

from .data import Floats, Trace
from .demands import require

_SLACK: Final = 1e-6
_PIN: Final = re.compile(r"([1-9][0-9]{0,5}):(0|[1-9][0-9]{0,6})")


def pins_text(pins: Mapping[int, int]) -> str:
    """Steps (from 1) and source positions (from 0) as the option has them, by step."""
    return " ".join(f"{step}:{position}" for step, position in sorted(pins.items()))


def pins_of(trace: Trace) -> dict[int, int]:
    """The pinned steps of a trace, from 1, and the source position of each, from 0.

    Raises:
        TraceError: the option is not spelled as it must be.
    """
    stated = trace.options.get("pins", "")
    parts = stated.split(" ") if isinstance(stated, str) and stated else []
    found = [_PIN.fullmatch(part) for part in parts]
    pins = {int(match[1]): int(match[2]) for match in found if match}
    if pins_text(pins) != stated:
        raise TraceError(f"option pins must be steps and positions such as '3:0 5:2', by step, is {stated!r:.80}")
    return pins


def check_pins(trace: Trace) -> None:
    """Check that the attention of every pinned step is one on its position, of every head.

    Raises:
        TraceError: it is not, or the source has no such position.
    """
    for number, position in pins_of(trace).items():
        pieces = len(trace.source_tokens)
        require(position < pieces, f"a pin must be on one of the {pieces} source pieces, is on {position}")
        if number > len(trace.steps):
            continue
        step = trace.steps[number - 1]
        if step.attention_ES is None:
            raise TraceError(f"step {number} must have attention, since it is pinned")
        for name, rows in (("attention", step.attention_ES), ("heads", step.heads_ELHS)):
            if rows is not None:
                holds = _is_pinned(rows, position)
                require(holds, f"step {number}: {name} must be 1 on position {position} and 0 elsewhere, is not")


def _is_pinned(rows: Floats, position: int) -> bool:
    expected = np.arange(rows.shape[-1]) == position
    return bool((np.abs(rows - expected) <= _SLACK).all())
