"""The settings of a search, read back from what its trace states."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from seq2seq_core.errors import TraceError

from .data import Fate, Trace

_FORMULA: Final = re.compile(r"log_prob_sum / T\^(?P<alpha>[0-9.e+-]+), T counts the end token")
_ENDS: Final = (Fate.FINISHED, Fate.END_BELOW_CUT)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the checks need; greedy search is a beam of one that does not refill the place of an end token."""

    alpha: float
    max_length: int
    beam_size: int
    stop_rule: str
    refills: bool

    def places(self, fates: Sequence[Fate]) -> int:
        """How many continuations of a step can live on."""
        return self.beam_size if self.refills or not fates or fates[0] not in _ENDS else 0


def settings_of(trace: Trace) -> Settings:
    """Read the settings.

    Raises:
        TraceError: an unknown algorithm, a formula that says something else than alpha, or a setting out of place.
    """
    if trace.algorithm not in ("greedy", "beam"):
        raise TraceError(f"algorithm must be 'greedy' or 'beam', is {trace.algorithm!r}")
    beam = trace.algorithm == "beam"
    return Settings(
        alpha=_alpha(trace),
        max_length=_whole(trace, "max_length"),
        beam_size=_whole(trace, "beam_size") if beam else 1,
        stop_rule=str(trace.options.get("stop_rule")) if beam else "end token",
        refills=beam,
    )


def _alpha(trace: Trace) -> float:
    stated = _FORMULA.fullmatch(trace.formula)
    alpha = trace.options.get("alpha")
    try:
        if stated is None or float(stated["alpha"]) != alpha:
            raise ValueError
    except ValueError:
        raise TraceError(f"the formula must state alpha {alpha!r}, is {trace.formula!r}") from None
    return float(alpha)


def _whole(trace: Trace, name: str) -> int:
    value = trace.options.get(name)
    if not isinstance(value, int) or value < 1:
        raise TraceError(f"option {name} must be a whole number from 1, is {value!r}")
    return value
