"""Options of decoding as frozen dataclasses; standard library only, so that pages can read them.

Lengths: T counts the tokens of a hypothesis with its end token, n its content tokens; so T = n + 1.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from seq2seq_core.errors import OptionError

MAXIMUM_BEAM_SIZE: Final = 64
MAXIMUM_LENGTH_CAP: Final = 512
MAXIMUM_ALPHA: Final = 2.0
MAXIMUM_TEMPERATURE: Final = 100.0
MAXIMUM_TOP_K: Final = 1_000_000
MAXIMUM_SEED: Final = 2**32 - 1


class StopRule(StrEnum):
    """When a beam search ends."""

    K_FINISHED = "k_finished"
    NOTHING_LIVE_CAN_WIN = "nothing_live_can_win"


def _whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise OptionError(f"{name} must be a whole number from {low} to {high}, got {value!r}")


def _number(name: str, value: object, low: float, high: float) -> None:
    # A comparison with NaN is false, so NaN is refused here too.
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise OptionError(f"{name} must be a number from {low:g} to {high:g}, got {value!r}")


def _positive(name: str, value: object, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= high:
        raise OptionError(f"{name} must be a number above 0, at most {high:g}, got {value!r}")


def _member(name: str, value: object, kind: type[StrEnum]) -> None:
    if not isinstance(value, kind):
        raise OptionError(f"{name} must be a {kind.__name__} ({', '.join(kind)}), got {value!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchOptions:
    """What every search needs to know: how a score is formed and how long an output may be.

    Raises:
        OptionError: a value is out of its range, or min_length leaves no room below max_length.
    """

    alpha: float = 0.7  # score = log_prob_sum / T^alpha
    max_length: int | None = None  # bounds T; None: see resolve_max_length
    min_length: int = 0  # bounds n: the end token is forbidden before
    room: int = 10  # without max_length: T may be twice the source tokens and so many more

    def __post_init__(self) -> None:
        _number("alpha", self.alpha, 0.0, MAXIMUM_ALPHA)
        _whole("min_length", self.min_length, 0, MAXIMUM_LENGTH_CAP - 1)
        _whole("room", self.room, 0, MAXIMUM_LENGTH_CAP)
        if self.max_length is None:
            return
        _whole("max_length", self.max_length, 1, MAXIMUM_LENGTH_CAP)
        if self.min_length >= self.max_length:
            raise OptionError(
                f"min_length must be below max_length, because the end token counts; "
                f"got min_length {self.min_length} and max_length {self.max_length}"
            )

    def resolve_max_length(self, source_length: int) -> int:
        """The bound on T for a source of `source_length` tokens.

        Without max_length: 2 * source tokens + room, at least min_length + 1 so that a short source in a batch can
        still end, and never more than the cap.
        """
        if self.max_length is not None:
            return self.max_length
        return min(MAXIMUM_LENGTH_CAP, max(2 * source_length + self.room, self.min_length + 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class GreedyOptions(SearchOptions):
    """Settings of greedy search; alpha only scales the score that is reported."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BeamOptions(SearchOptions):
    """Settings of the beam search; lengths count tokens.

    Raises:
        OptionError: a value is out of its range.
    """

    beam_size: int = 5
    n_best: int | None = None  # hypotheses returned; None means beam_size
    stop_rule: StopRule = StopRule.K_FINISHED

    def __post_init__(self) -> None:
        SearchOptions.__post_init__(self)
        _whole("beam_size", self.beam_size, 1, MAXIMUM_BEAM_SIZE)
        if self.n_best is not None:
            _whole("n_best", self.n_best, 1, MAXIMUM_BEAM_SIZE)
            if self.n_best > self.beam_size:
                raise OptionError(
                    f"n_best must not exceed beam_size, got n_best {self.n_best} and beam_size {self.beam_size}"
                )
        _member("stop_rule", self.stop_rule, StopRule)


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplingOptions(SearchOptions):
    """Settings of ancestral sampling: the model's distribution at a temperature, then cut by top_k, then by top_p.

    They shape what is drawn and nothing else: every log-probability reported is the model's own, at temperature 1 and
    before the cuts. alpha only scales the score that is reported.

    Raises:
        OptionError: a value is out of its range.
    """

    temperature: float = 1.0  # the log-probabilities are divided by it
    top_k: int = 0  # only so many of the most probable tokens can be drawn; 0: all
    top_p: float = 1.0  # only the fewest most probable tokens whose mass reaches it can be drawn; 1: all
    seed: int = 0

    def __post_init__(self) -> None:
        SearchOptions.__post_init__(self)
        _positive("temperature", self.temperature, MAXIMUM_TEMPERATURE)
        _whole("top_k", self.top_k, 0, MAXIMUM_TOP_K)
        _positive("top_p", self.top_p, 1.0)
        _whole("seed", self.seed, 0, MAXIMUM_SEED)
