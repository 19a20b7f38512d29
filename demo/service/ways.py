"""The ways to decode that stand side by side: our own searches, and beam search as the toolkits do it.

Every way gets the same settings and the same maximum length, so that what differs is the way itself. A toolkit's preset
keeps its own formula, what T counts, how many candidates a step has, the fate of finished outputs, and its stop rule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from seq2seq_core.errors import OptionError, quoted
from seq2seq_core.options import (
    BeamOptions,
    DiverseOptions,
    ExactOptions,
    GreedyOptions,
    LengthRule,
    SamplingOptions,
    SearchOptions,
    StopRule,
)
from seq2seq_core.presets import PRESETS, preset

from .problems import Problem, RequestError
from .requests import (
    LARGEST_MINIMUM,
    LARGEST_SEED,
    MAXIMUM_ALPHA,
    MAXIMUM_BEAM_SIZE,
    TEMPERATURES,
    check_number,
    check_whole,
)

MOST: Final = 4  # ways side by side
RULES: Final = (LengthRule.POWER, LengthRule.GNMT, LengthRule.NONE)
MAXIMUM_NODES: Final = 3_000  # prefixes that the exact search may continue
MAXIMUM_SECONDS: Final = 6.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What the ways share.

    Raises:
        RequestError: a value is of the wrong kind or out of its range.
    """

    beam_size: int = 5
    alpha: float = 0.7
    length_rule: LengthRule = LengthRule.POWER
    min_length: int = 0
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        check_whole(Problem.BEAM_SIZE, self.beam_size, 1, MAXIMUM_BEAM_SIZE)
        check_number(Problem.ALPHA, self.alpha, 0, MAXIMUM_ALPHA)
        if self.length_rule not in RULES:
            found = {"found": quoted(self.length_rule), "rules": ", ".join(RULES)}
            raise RequestError(Problem.LENGTH_RULE, found)
        check_whole(Problem.MINIMUM_LENGTH, self.min_length, 0, LARGEST_MINIMUM)
        check_number(Problem.TEMPERATURE, self.temperature, *TEMPERATURES)
        check_number(Problem.TOP_P, self.top_p, 0.05, 1)
        check_whole(Problem.SEED, self.seed, 0, LARGEST_SEED)

    @property
    def common(self) -> dict[str, Any]:
        """What every search of ours is told."""
        return {"alpha": self.alpha, "length_rule": self.length_rule, "min_length": self.min_length}

    @property
    def exact(self) -> ExactOptions:
        """The search that proves the optimum under the common score."""
        return ExactOptions(
            beam_size=self.beam_size, max_nodes=MAXIMUM_NODES, max_seconds=MAXIMUM_SECONDS, **self.common
        )


Build: TypeAlias = Callable[[Settings], SearchOptions]


def _greedy(settings: Settings) -> SearchOptions:
    return GreedyOptions(**settings.common)


def _beam(settings: Settings) -> SearchOptions:
    return BeamOptions(beam_size=settings.beam_size, **settings.common)


def _patient(settings: Settings) -> SearchOptions:
    return BeamOptions(beam_size=settings.beam_size, stop_rule=StopRule.NOTHING_LIVE_CAN_WIN, **settings.common)


def _diverse(settings: Settings) -> SearchOptions:
    """Groups of two where the beam is even, of one where it is odd."""
    groups = settings.beam_size // 2 if settings.beam_size % 2 == 0 else settings.beam_size
    return DiverseOptions(beam_size=settings.beam_size, groups=groups, **settings.common)


def _sampling(settings: Settings) -> SearchOptions:
    drawn: dict[str, Any] = {"temperature": settings.temperature, "top_p": settings.top_p, "seed": settings.seed}
    return SamplingOptions(**drawn, **settings.common)


def _toolkit(name: str) -> Build:
    """A toolkit demands more content tokens than the settings where it does so by itself; its formula is its own."""

    def build(settings: Settings) -> SearchOptions:
        least = max(settings.min_length, PRESETS[name].options.min_length)
        return preset(name, beam_size=settings.beam_size, alpha=settings.alpha, min_length=least)

    return build


OWN: Final[Mapping[str, Build]] = {
    "greedy": _greedy,
    "beam": _beam,
    "patient": _patient,
    "diverse": _diverse,
    "sampling": _sampling,
}
WAYS: Final[Mapping[str, Build]] = {**OWN, **{name: _toolkit(name) for name in PRESETS}}


def options_of(way: object, settings: Settings, max_length: int | None = None) -> SearchOptions:
    """The options of a way by its name; without a maximum length they follow the source.

    Raises:
        RequestError: there is no such way, or it cannot have these settings.
    """
    if not isinstance(way, str) or way not in WAYS:
        raise RequestError(Problem.ALGORITHM, {"found": quoted(way), "algorithms": ", ".join(WAYS)})
    try:
        return replace(WAYS[way](settings), max_length=max_length)
    except OptionError as error:
        raise RequestError(Problem.REFUSED, {"reason": str(error)}) from error
