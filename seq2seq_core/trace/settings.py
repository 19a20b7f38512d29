"""The settings of a search, read back from what its trace states."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from seq2seq_core.errors import TraceError

from .data import MODEL_LOG_PROB, Fate, Trace

_FORMULA: Final = re.compile(r"log_prob_sum / T\^(?P<alpha>[0-9.e+-]+), T counts the end token")
_ENDS: Final = (Fate.FINISHED, Fate.END_BELOW_CUT)
_STOP_RULES: Final = {"greedy": "end token", "sampling": "end token drawn"}  # a beam's is an option


@dataclass(frozen=True, slots=True)
class Settings:
    """What the checks need; greedy search is a beam of one that does not refill the place of an end token.

    Sampling is that too, but chance and not rank says which candidate lives on.
    """

    alpha: float
    max_length: int
    beam_size: int
    stop_rule: str
    refills: bool
    draws: bool
    top_k: int  # of sampling; 0 where any token may be drawn

    def places(self, fates: Sequence[Fate]) -> int:
        """How many continuations of a step can live on."""
        return self.beam_size if self.refills or not fates or fates[0] not in _ENDS else 0


def settings_of(trace: Trace) -> Settings:
    """Read the settings.

    Raises:
        TraceError: an unknown algorithm, a formula that says something else than alpha, or a setting out of place.
    """
    if trace.algorithm not in ("greedy", "beam", "sampling"):
        raise TraceError(f"algorithm must be 'greedy', 'beam' or 'sampling', is {trace.algorithm!r}")
    beam, draws = trace.algorithm == "beam", trace.algorithm == "sampling"
    if draws and trace.options.get("log_prob") != MODEL_LOG_PROB:
        raise TraceError(f"option log_prob must be {MODEL_LOG_PROB!r}, is {trace.options.get('log_prob')!r}")
    return Settings(
        alpha=_alpha(trace),
        max_length=_whole(trace, "max_length"),
        beam_size=_whole(trace, "beam_size") if beam else 1,
        stop_rule=str(trace.options.get("stop_rule")) if beam else _STOP_RULES[trace.algorithm],
        refills=beam,
        draws=draws,
        top_k=_whole(trace, "top_k", 0) if draws else 0,
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


def _whole(trace: Trace, name: str, low: int = 1) -> int:
    value = trace.options.get(name)
    if not isinstance(value, int) or value < low:
        raise TraceError(f"option {name} must be a whole number from {low}, is {value!r}")
    return value
