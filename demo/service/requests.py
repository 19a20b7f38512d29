"""What a visitor may ask for. Every limit is checked here, in Python: a browser or an API caller may send anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.options import BeamOptions, GreedyOptions, SearchOptions, StopRule

MAXIMUM_CHARACTERS: Final = 400
MAXIMUM_SOURCE_TOKENS: Final = 200
MAXIMUM_BEAM_SIZE: Final = 10
MAXIMUM_ALPHA: Final = 2.0
LONGEST_OUTPUT: Final = 120  # bounds T, also where the maximum length is left to follow the source
LARGEST_MINIMUM: Final = 60


class Problem(StrEnum):
    """What can be wrong with a request; the page has a sentence for each."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    TOO_MANY_TOKENS = "too many tokens"
    NOT_TEXT = "not text"
    BEAM_SIZE = "beam size"
    ALPHA = "alpha"
    MAXIMUM_LENGTH = "maximum length"
    MINIMUM_LENGTH = "minimum length"
    MINIMUM_TOO_HIGH = "minimum too high"
    STOP_RULE = "stop rule"
    ALGORITHM = "algorithm"
    LOADING = "loading"
    FAILED = "failed"
    REFUSED = "refused"


class RequestError(Seq2SeqError):
    """A request that is not carried out; `values` fill the braces of its sentence."""

    def __init__(self, problem: Problem, values: Mapping[str, object] | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.values = dict(values or {})


@dataclass(frozen=True, kw_only=True, slots=True)
class DecodeRequest:
    """One sentence and the settings of both searches.

    Raises:
        RequestError: a value is of the wrong kind or out of its range.
    """

    text: str
    beam_size: int = 5
    alpha: float = 0.7
    max_length: int | None = None  # None: follows the length of the source
    min_length: int = 0
    stop_rule: StopRule = StopRule.K_FINISHED

    def __post_init__(self) -> None:
        _check_text(self.text)
        _check_whole(Problem.BEAM_SIZE, self.beam_size, 1, MAXIMUM_BEAM_SIZE)
        _check_alpha(self.alpha)
        _check_whole(Problem.MINIMUM_LENGTH, self.min_length, 0, LARGEST_MINIMUM)
        if self.max_length is not None:
            _check_whole(Problem.MAXIMUM_LENGTH, self.max_length, 1, LONGEST_OUTPUT)
            if self.min_length >= self.max_length:
                limits = {"minimum": self.min_length, "maximum": self.max_length}
                raise RequestError(Problem.MINIMUM_TOO_HIGH, limits)
        if not isinstance(self.stop_rule, StopRule):
            raise RequestError(Problem.STOP_RULE, {"found": repr(self.stop_rule)[:80], "rules": ", ".join(StopRule)})

    @classmethod
    def of(
        cls,
        text: object,
        *,
        beam_size: object,
        alpha: object,
        max_length: object,
        min_length: object,
        stop_rule: object,
    ) -> "DecodeRequest":
        """From whatever a browser or an API caller sent: 5.0 is 5, a maximum length of 0 follows the source.

        Raises:
            RequestError: a value is of the wrong kind or out of its range.
        """
        longest = _whole(max_length)
        return cls(
            text=_anything(text),
            beam_size=_anything(_whole(beam_size)),
            alpha=_anything(alpha),
            max_length=None if longest == 0 and longest is not False else _anything(longest),
            min_length=_anything(_whole(min_length)),
            stop_rule=_anything(_rule(stop_rule)),
        )

    def greedy(self, source_tokens: int) -> GreedyOptions:
        return GreedyOptions(alpha=self.alpha, max_length=self._longest(source_tokens), min_length=self.min_length)

    def beam(self, source_tokens: int) -> BeamOptions:
        return BeamOptions(
            beam_size=self.beam_size,
            alpha=self.alpha,
            max_length=self._longest(source_tokens),
            min_length=self.min_length,
            stop_rule=self.stop_rule,
        )

    def _longest(self, source_tokens: int) -> int:
        usual = SearchOptions(max_length=self.max_length, min_length=self.min_length)
        return min(LONGEST_OUTPUT, usual.resolve_max_length(source_tokens))


def _anything(value: Any) -> Any:
    """A value that `DecodeRequest` is about to judge."""
    return value


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _rule(value: object) -> object:
    return StopRule(value) if isinstance(value, str) and value in list(StopRule) else value


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise RequestError(Problem.NOT_TEXT)
    if not text.strip():
        raise RequestError(Problem.EMPTY)
    if len(text) > MAXIMUM_CHARACTERS:
        raise RequestError(Problem.TOO_LONG, {"limit": MAXIMUM_CHARACTERS, "found": len(text)})
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise RequestError(Problem.NOT_TEXT)


def _check_whole(problem: Problem, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise RequestError(problem, {"low": low, "high": high, "found": repr(value)[:40]})


def _check_alpha(value: object) -> None:
    # Comparing refuses NaN and infinity too, and unlike a conversion it takes whole numbers of any size.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAXIMUM_ALPHA:
        raise RequestError(Problem.ALPHA, {"low": 0, "high": f"{MAXIMUM_ALPHA:g}", "found": repr(value)[:40]})
