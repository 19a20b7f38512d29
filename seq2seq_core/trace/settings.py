"""The settings of a search, read back from what its trace states."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from seq2seq_core.errors import OptionError, TraceError
from seq2seq_core.options import (
    MAXIMUM_BEAM_SIZE,
    MAXIMUM_LENGTH_CAP,
    MAXIMUM_REQUIRED,
    MAXIMUM_SAMPLES,
    MAXIMUM_STRENGTH,
    MAXIMUM_TOP_K,
    StopRule,
)

from .data import MODEL_LOG_PROB, PROVED, Fate, Trace
from .required import Required
from .score_rule import ScoreRule

_ENDS: Final = (Fate.FINISHED, Fate.END_BELOW_CUT)
_BEAMS: Final = ("beam", "diverse")
_LONGEST_ID: Final = 18  # digits
HIGHEST: Final = {
    "max_length": MAXIMUM_LENGTH_CAP,
    "beam_size": MAXIMUM_BEAM_SIZE,
    "groups": MAXIMUM_BEAM_SIZE,
    "top_k": MAXIMUM_TOP_K,
    "samples": MAXIMUM_SAMPLES,
    "strength": MAXIMUM_STRENGTH,
    "discount": 1,
}
_BESIDE_COMPETITION: Final = {
    "refill": (0,),
    "stop_rule": ("k_finished",),
    "coverage": (None, "none"),
    "coverage_steers": (None, 0),
}
# A beam's is an option.
_STOP_RULES: Final = {"greedy": "end token", "sampling": "end token drawn", "exact": PROVED}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the checks need; greedy search is a beam of one that does not refill the place of an end token.

    Sampling is that too, but chance and not rank says which candidate lives on.
    """

    rule: ScoreRule
    max_length: int
    beam_size: int  # of each group, where the beam is parted
    stop_rule: str
    refills: bool
    draws: bool
    proves: bool
    top_k: int  # of sampling; 0 where any token may be drawn
    samples: int
    groups: int  # of a parted beam; 1 where it is whole
    strength: float
    discount: float
    forces_end: bool
    cut_competes: bool
    steers: bool  # the coverage penalty is part of what ranks a step
    required: Required | None  # what every output must hold
    competes: bool  # finished outputs stay in the beam, and a step is ranked by score

    @property
    def shrinks(self) -> bool:
        """Whether every finished output takes a place of the beam for good."""
        return self.stop_rule == StopRule.SHRINKING

    def places(self, finished: int) -> int:
        """How many continuations of a step can live on, after so many outputs have finished in earlier steps."""
        return self.beam_size - finished if self.shrinks else self.beam_size

    def may_live(self, fates: Sequence[Fate]) -> bool:
        """Whether any continuation of a step can: not beside the end that greedy search or sampling took."""
        return self.stop_rule not in _STOP_RULES.values() or not fates or fates[0] not in _ENDS


def settings_of(trace: Trace) -> Settings:
    """Read the settings.

    Raises:
        TraceError: an unknown algorithm, a formula that says something else than the options, or a setting out of
            place.
    """
    if trace.algorithm not in (algorithms := (*_BEAMS, *_STOP_RULES)):
        raise TraceError(f"algorithm must be one of {', '.join(algorithms)}, is {trace.algorithm!r}")
    beam, draws = trace.algorithm in _BEAMS, trace.algorithm == "sampling"
    groups = _groups(trace) if trace.algorithm == "diverse" else 1
    if draws and trace.options.get("log_prob") != MODEL_LOG_PROB:
        raise TraceError(f"option log_prob must be {MODEL_LOG_PROB!r}, is {trace.options.get('log_prob')!r}")
    return Settings(
        rule=_rule(trace),
        max_length=_whole(trace, "max_length"),
        beam_size=_whole(trace, "beam_size") // groups if beam else 1,
        stop_rule=_stop_rule(trace) if beam else _STOP_RULES[trace.algorithm],
        refills=beam and bool(trace.options.get("refill", True)) and trace.options.get("stop_rule") != "shrinking",
        draws=draws,
        proves=trace.algorithm == "exact",
        top_k=_whole(trace, "top_k", 0) if draws else 0,
        samples=_whole(trace, "samples") if "samples" in trace.options else 1,
        groups=groups,
        strength=_number(trace, "strength") if trace.algorithm == "diverse" else 0.0,
        discount=_number(trace, "discount") if trace.algorithm == "diverse" else 0.0,
        forces_end=bool(trace.options.get("force_end", False)),
        cut_competes=draws or bool(trace.options.get("cut_competes", False)),
        steers=bool(trace.options.get("coverage_steers", False)),
        required=_required(trace),
        competes=_competes(trace, draws or not beam),
    )


def _competes(trace: Trace, other: bool) -> bool:
    """Whether finished outputs compete; with that go some settings and not others."""
    competes, late = bool(trace.options.get("finished_compete", False)), trace.options.get("counts") == "late_end"
    if late and not competes:
        raise TraceError("option counts 'late_end' goes with finished_compete, which is not there")
    if competes and (other or trace.algorithm != "beam"):
        raise TraceError(f"option finished_compete goes with the algorithm 'beam', is there with {trace.algorithm!r}")
    for name, wanted in _BESIDE_COMPETITION.items():
        if competes and (found := trace.options.get(name)) not in wanted:
            raise TraceError(f"option finished_compete goes with {name} {wanted[-1]!r}, is there with {found!r}")
    return competes


def _required(trace: Trace) -> Required | None:
    """Sequences parted by semicolons, their token ids by blanks.

    Raises:
        TraceError: something else, or more banks than places.
    """
    stated = trace.options.get("required", "")
    if not stated:
        return None
    parts = [part.split() for part in stated.split(";")] if isinstance(stated, str) else [[]]
    good = all(part and all(_is_id(token) for token in part) for part in parts)
    if not good or len(parts) > MAXIMUM_REQUIRED or any(len(part) > MAXIMUM_BEAM_SIZE for part in parts):
        raise TraceError(f"option required must hold sequences of token ids, parted by semicolons, is {stated!r:.80}")
    if trace.algorithm not in ("beam", "exact"):
        raise TraceError(f"option required goes with beam or exact search, is there with {trace.algorithm!r}")
    if trace.options.get("finished_compete"):
        raise TraceError("option required goes without finished_compete, both are there")
    required = Required.of([int(token) for token in part] for part in parts)
    tokens, size = sum(map(len, required.sequences)), _whole(trace, "beam_size")
    if size <= tokens:
        raise TraceError(f"option beam_size must be above the {tokens} required tokens, is {size}")
    return required


def _is_id(token: str) -> bool:
    return token.isascii() and token.isdigit() and len(token) <= _LONGEST_ID


def _rule(trace: Trace) -> ScoreRule:
    try:
        rule = ScoreRule.of(trace.options)
    except OptionError as error:
        raise TraceError(str(error)) from None
    if trace.formula != rule.formula():
        raise TraceError(f"the formula must be {rule.formula()!r} by the options, is {trace.formula!r}")
    return rule


def _stop_rule(trace: Trace) -> str:
    stated = trace.options.get("stop_rule")
    if stated not in list(StopRule):
        raise TraceError(f"option stop_rule must be one of {', '.join(StopRule)}, is {stated!r}")
    return str(stated)


def _whole(trace: Trace, name: str, low: int = 1) -> int:
    value, high = trace.options.get(name), HIGHEST[name]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise TraceError(f"option {name} must be a whole number from {low} to {high}, is {value!r:.80}")
    return value


def _number(trace: Trace, name: str) -> float:
    value, high = trace.options.get(name), HIGHEST[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= high:
        raise TraceError(f"option {name} must be a number from 0 to {high:g}, is {value!r:.80}")
    return float(value)


def _groups(trace: Trace) -> int:
    groups, beam_size = _whole(trace, "groups"), _whole(trace, "beam_size")
    if beam_size % groups:
        raise TraceError(f"option beam_size must be a multiple of groups, is {beam_size} with {groups} groups")
    return groups
