"""What a visitor may ask for. Every limit is checked here, in Python: a browser or an API caller may send anything."""

from dataclasses import dataclass, field
from typing import Any, Final

from seq2seq_core.errors import quoted
from seq2seq_core.options import BeamOptions, GreedyOptions, SamplingOptions, StopRule

from .problems import Problem, RequestError
from .sources import SourceKind, check_source
from .what_if import WhatIf

MAXIMUM_SOURCE_TOKENS: Final = 200
MAXIMUM_BEAM_SIZE: Final = 10
MAXIMUM_ALPHA: Final = 2.0
LONGEST_OUTPUT: Final = 120  # bounds T, also where the maximum length is left to follow the source
LARGEST_MINIMUM: Final = 60
LARGEST_SEED: Final = 9_999
TEMPERATURES: Final = (0.1, 3.0)
STOP_RULES: Final = (StopRule.K_FINISHED, StopRule.NOTHING_LIVE_CAN_WIN)


@dataclass(frozen=True, kw_only=True, slots=True)
class DecodeRequest:
    """One source, the model that is asked about it, and the settings of both searches.

    A model without a source is sampled from where others are searched greedily.

    Raises:
        RequestError: a value is of the wrong kind or out of its range.
    """

    text: str
    model: str = ""  # a name in the gallery; empty: the first one
    source: SourceKind = SourceKind.TEXT  # what that model reads
    beam_size: int = 5
    alpha: float = 0.7
    max_length: int | None = None  # None: follows the length of the source
    min_length: int = 0
    stop_rule: StopRule = StopRule.K_FINISHED
    seed: int = 0  # of a sample
    temperature: float = 1.0
    what_if: WhatIf = field(default_factory=WhatIf)  # what a visitor changed about both searches

    def __post_init__(self) -> None:
        check_source(self.text, self.source)
        check_whole(Problem.BEAM_SIZE, self.beam_size, 1, MAXIMUM_BEAM_SIZE)
        check_number(Problem.ALPHA, self.alpha, 0, MAXIMUM_ALPHA)
        check_whole(Problem.SEED, self.seed, 0, LARGEST_SEED)
        check_number(Problem.TEMPERATURE, self.temperature, *TEMPERATURES)
        check_whole(Problem.MINIMUM_LENGTH, self.min_length, 0, LARGEST_MINIMUM)
        if self.max_length is not None:
            check_whole(Problem.MAXIMUM_LENGTH, self.max_length, 1, LONGEST_OUTPUT)
            if self.min_length >= self.max_length:
                limits = {"minimum": self.min_length, "maximum": self.max_length}
                raise RequestError(Problem.MINIMUM_TOO_HIGH, limits)
        if self.stop_rule not in STOP_RULES:
            raise RequestError(Problem.STOP_RULE, {"found": quoted(self.stop_rule), "rules": ", ".join(STOP_RULES)})

    @classmethod
    def of(  # noqa: PLR0913 - one parameter for each field
        cls,
        text: object,
        *,
        beam_size: object,
        alpha: object,
        max_length: object,
        min_length: object,
        stop_rule: object,
        model: str = "",
        source: SourceKind = SourceKind.TEXT,
        seed: object = 0,
        temperature: object = 1.0,
    ) -> "DecodeRequest":
        """From whatever a browser or an API caller sent: 5.0 is 5, a maximum length of 0 follows the source.

        Raises:
            RequestError: a value is of the wrong kind or out of its range.
        """
        longest = _whole(max_length)
        return cls(
            text=_anything(text),
            model=model,
            source=source,
            beam_size=_anything(_whole(beam_size)),
            alpha=_anything(alpha),
            max_length=None if longest == 0 and longest is not False else _anything(longest),
            min_length=_anything(_whole(min_length)),
            stop_rule=_anything(_rule(stop_rule)),
            seed=_anything(_whole(seed)),
            temperature=_anything(temperature),
        )

    @property
    def greedy(self) -> GreedyOptions | SamplingOptions:
        """What stands beside the beam: a sample where there is no source, for greedy would always write the same."""
        bounds: dict[str, Any] = {"max_length": self.max_length, "min_length": self.min_length, **self._changed}
        if self.source is SourceKind.NONE:
            return SamplingOptions(alpha=self.alpha, seed=self.seed, temperature=self.temperature, **bounds)
        return GreedyOptions(alpha=self.alpha, **bounds)

    @property
    def beam(self) -> BeamOptions:
        return BeamOptions(
            beam_size=self.beam_size,
            alpha=self.alpha,
            max_length=self.max_length,
            min_length=self.min_length,
            stop_rule=self.stop_rule,
            **self._changed,
        )

    @property
    def _changed(self) -> dict[str, Any]:
        return {"constraints": self.what_if.constraints, "pins": self.what_if.pins}


def _anything(value: Any) -> Any:
    """A value that `DecodeRequest` is about to judge."""
    return value


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _rule(value: object) -> object:
    return StopRule(value) if isinstance(value, str) and value in STOP_RULES else value


def check_whole(problem: Problem, value: object, low: int, high: int) -> None:
    """Refuse what is no whole number of the range.

    Raises:
        RequestError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RequestError(problem, {"low": low, "high": high, "found": quoted(value, 40)})


def check_number(problem: Problem, value: object, low: float, high: float) -> None:
    """Refuse what is no number of the range.

    Raises:
        RequestError: it is not.
    """
    # Comparing refuses NaN and infinity too, and unlike a conversion it takes whole numbers of any size.
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise RequestError(problem, {"low": f"{low:g}", "high": f"{high:g}", "found": quoted(value, 40)})
