"""Options of decoding as frozen dataclasses; standard library only, so that pages can read them.

Lengths: T counts the tokens of a hypothesis with its end token, n its content tokens; so T = n + 1.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from seq2seq_core.errors import OptionError, quoted

MAXIMUM_BEAM_SIZE: Final = 64
MAXIMUM_LENGTH_CAP: Final = 512
DEFAULT_ROOM: Final = 10  # of a model that states none
MAXIMUM_ALPHA: Final = 2.0
MAXIMUM_TEMPERATURE: Final = 100.0
MAXIMUM_TOP_K: Final = 1_000_000
MAXIMUM_SEED: Final = 2**32 - 1
MAXIMUM_SAMPLES: Final = 256


MAXIMUM_REWARD: Final = 20.0
MAXIMUM_BETA: Final = 10.0
MAXIMUM_STRENGTH: Final = 100.0
MAXIMUM_NGRAM: Final = 16
MAXIMUM_REQUIRED: Final = 8
MAXIMUM_NODES: Final = 100_000
MAXIMUM_SECONDS: Final = 3_600.0
MAXIMUM_POSITION: Final = 1_000_000


class StopRule(StrEnum):
    """When a beam search ends; `decoding.stopping` has them as predicates."""

    K_FINISHED = "k_finished"
    NOTHING_LIVE_CAN_WIN = "nothing_live_can_win"
    FIRST_FINISHED = "first_finished"
    TOP_FINISHED = "top_finished"  # the best candidate of a step is an end
    LIVE_SCORES_LOWER = "live_scores_lower"  # K finished, and no live prefix scores above the worst of them now
    NOTHING_LIVE_CAN_ENTER = "nothing_live_can_enter"  # K finished, and no live prefix can still beat the worst
    SHRINKING = "shrinking"  # every finished output takes a place of the beam for good
    EVERY_PLACE_FINISHED = "every_place_finished"  # an end stood at every rank from 1 to K at some time
    MAXIMUM_LENGTH = "maximum_length"


class LengthRule(StrEnum):
    """How a score accounts for length."""

    NONE = "none"
    POWER = "power"  # log_prob_sum / T^alpha
    GNMT = "gnmt"  # log_prob_sum / ((5 + T) / 6)^alpha
    REWARD = "reward"  # log_prob_sum + reward * n
    BOUNDED_REWARD = "bounded_reward"  # log_prob_sum + reward * min(n, reward_length)


class LengthCount(StrEnum):
    """What the T of a length rule counts."""

    CONTENT = "content"  # n, but 1 for an empty output
    END = "end"  # n + 1
    START_AND_END = "start_and_end"  # n + 2
    LATE_END = "late_end"  # n in the step that writes the end token, n + 1 in every later step


class CoverageRule(StrEnum):
    """What a score takes off for source pieces that got too little or too much attention; never positive."""

    NONE = "none"
    GNMT = "gnmt"  # beta * sum over pieces of log(min(coverage, 1)): too little
    SUMMARY = "summary"  # -beta * sum over pieces of (max(coverage, 1) - 1): too much


def _whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise OptionError(f"{name} must be a whole number from {low} to {high}, got {quoted(value)}")


def _number(name: str, value: object, low: float, high: float) -> None:
    # A comparison with NaN is false, so NaN is refused here too.
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise OptionError(f"{name} must be a number from {low:g} to {high:g}, got {quoted(value)}")


def _positive(name: str, value: object, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= high:
        raise OptionError(f"{name} must be a number above 0, at most {high:g}, got {quoted(value)}")


def _member(name: str, value: object, kind: type[StrEnum]) -> None:
    if not isinstance(value, kind):
        raise OptionError(f"{name} must be a {kind.__name__} ({', '.join(kind)}), got {quoted(value)}")


def _switch(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise OptionError(f"{name} must be True or False, got {quoted(value)}")


def _several(name: str, value: object) -> None:
    if not isinstance(value, tuple):
        raise OptionError(f"{name} must be a tuple of tuples of token ids, got {quoted(value)}")


def _tokens(name: str, value: object) -> None:
    good = isinstance(value, tuple) and all(
        isinstance(token, int) and not isinstance(token, bool) and token >= 0 for token in value
    )
    if not good:
        raise OptionError(f"{name} must be a tuple of token ids, got {quoted(value)}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Constraints:
    """What an output must or must not hold; what it forbids gets minus infinity, and nothing is renormalised.

    Raises:
        OptionError: a token is no id, or no_repeat_ngram is out of its range.
    """

    forced_prefix: tuple[int, ...] = ()  # how every output begins; the end token may be the last of it
    banned: tuple[int, ...] = ()  # token ids that are never written
    banned_after: tuple[tuple[int, ...], ...] = ()  # each a prefix and, as its last token, what must not follow it
    no_repeat_ngram: int = 0  # no n content tokens in a row occur twice; 0: they may
    required: tuple[tuple[int, ...], ...] = ()  # each a sequence of tokens that every output holds, unbroken

    def __post_init__(self) -> None:
        _tokens("forced_prefix", self.forced_prefix)
        _tokens("banned", self.banned)
        _several("banned_after", self.banned_after)
        for number, path in enumerate(self.banned_after, 1):
            _tokens(f"banned_after {number}", path)
            if not path:
                raise OptionError(f"banned_after {number} must hold a token, got none")
        _whole("no_repeat_ngram", self.no_repeat_ngram, 0, MAXIMUM_NGRAM)
        self._check_required()

    @property
    def required_tokens(self) -> int:
        """Tokens of all required sequences, those given twice counted once."""
        return sum(map(len, set(self.required)))

    def _check_required(self) -> None:
        _several("required", self.required)
        if len(self.required) > MAXIMUM_REQUIRED:
            raise OptionError(f"required must be {MAXIMUM_REQUIRED} sequences at most, got {len(self.required)}")
        for number, sequence in enumerate(self.required, 1):
            _tokens(f"required {number}", sequence)
            if not sequence:
                raise OptionError(f"required {number} must hold a token, got none")
            if forbidden := sorted(set(sequence) & set(self.banned)):
                raise OptionError(f"required {number} must hold no banned token, got {forbidden[0]}, which is banned")


FREE: Final = Constraints()


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """An intervention: while a token is predicted, the model's attention to the source is set from outside.

    All of the step's attention (every layer, every head) goes to one source position, whatever the model would have
    done; everything after it follows from that. It needs a model that attends to its source.

    Raises:
        OptionError: a number is out of its range.
    """

    step: int  # of the output, from 1: the step that predicts its token number `step`
    position: int  # of the source piece, from 0

    def __post_init__(self) -> None:
        _whole("the step of a pin", self.step, 1, MAXIMUM_LENGTH_CAP)
        _whole("the position of a pin", self.position, 0, MAXIMUM_POSITION)


def _pins(value: object) -> None:
    if not isinstance(value, tuple) or not all(isinstance(pin, Pin) for pin in value):
        raise OptionError(f"pins must be a tuple of Pin, got {quoted(value)}")
    steps = [pin.step for pin in value]
    if len(set(steps)) < len(steps):
        raise OptionError(f"pins must be of different steps, got {steps}")


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchOptions:
    """What every search needs to know: how a score is formed, how long an output may be, and what it must hold.

    Raises:
        OptionError: a value is out of its range, min_length leaves no room below max_length, or a value has no
            meaning under the rule beside it.
    """

    alpha: float = 0.7  # exponent of the length rules power and gnmt
    max_length: int | None = None  # bounds T; None: see resolve_max_length
    min_length: int = 0  # bounds n: the end token is forbidden before
    room: int | None = None  # without max_length: T may be twice the source tokens and so many more; None: the model's
    length_rule: LengthRule = LengthRule.POWER
    counts: LengthCount = LengthCount.END
    reward: float = 0.0  # nats per content token, for the length rules that reward
    reward_length: int | None = None  # content tokens that bounded_reward rewards at most
    coverage: CoverageRule = CoverageRule.NONE
    beta: float = 0.0  # weight of the coverage rule
    constraints: Constraints = FREE
    pins: tuple[Pin, ...] = ()  # interventions; without any, the model decides where it looks

    def __post_init__(self) -> None:
        _number("alpha", self.alpha, 0.0, MAXIMUM_ALPHA)
        _whole("min_length", self.min_length, 0, MAXIMUM_LENGTH_CAP - 1)
        if self.room is not None:
            _whole("room", self.room, 0, MAXIMUM_LENGTH_CAP)
        self._check_score()
        _pins(self.pins)
        if not isinstance(self.constraints, Constraints):
            raise OptionError(f"constraints must be Constraints, got {quoted(self.constraints)}")
        if self.constraints.required and not self._looks_ahead():
            raise OptionError(
                f"required goes with beam search and exact search, which look ahead for it, got {type(self).__name__}"
            )
        if self.max_length is None:
            return
        _whole("max_length", self.max_length, 1, MAXIMUM_LENGTH_CAP)
        if self.min_length >= self.max_length:
            raise OptionError(
                f"min_length must be below max_length, because the end token counts; "
                f"got min_length {self.min_length} and max_length {self.max_length}"
            )
        if (tokens := self.constraints.required_tokens) >= self.max_length:
            raise OptionError(f"max_length must be above the {tokens} required tokens, got {self.max_length}")

    def _looks_ahead(self) -> bool:
        """Whether the search can make room for required tokens before it is too late."""
        return False

    def _check_banks(self, beam_size: int) -> None:
        tokens = self.constraints.required_tokens
        if tokens and beam_size <= tokens:
            raise OptionError(
                f"beam_size must be above the {tokens} required tokens, so that the beam has a place for prefixes with "
                f"each number of them, got {beam_size}"
            )

    def _check_score(self) -> None:
        _member("length_rule", self.length_rule, LengthRule)
        _member("counts", self.counts, LengthCount)
        _member("coverage", self.coverage, CoverageRule)
        _number("reward", self.reward, 0.0, MAXIMUM_REWARD)
        _number("beta", self.beta, 0.0, MAXIMUM_BETA)
        self._check_late_end()
        rewards = self.length_rule in (LengthRule.REWARD, LengthRule.BOUNDED_REWARD)
        bounded = self.length_rule is LengthRule.BOUNDED_REWARD
        if self.reward and not rewards:
            raise OptionError(f"reward needs a length_rule that rewards, got {self.reward} and '{self.length_rule}'")
        if (self.reward_length is not None) != bounded:
            raise OptionError(
                f"reward_length goes with the length_rule 'bounded_reward' and no other, "
                f"got {self.reward_length} and '{self.length_rule}'"
            )
        if self.reward_length is not None:
            _whole("reward_length", self.reward_length, 0, MAXIMUM_LENGTH_CAP)
        if self.beta and self.coverage is CoverageRule.NONE:
            raise OptionError(f"beta needs a coverage rule, got {self.beta} and 'none'")

    def _check_late_end(self) -> None:
        if self.counts is LengthCount.LATE_END:
            raise OptionError(
                "counts 'late_end' goes with a beam search with finished_compete: elsewhere no output is scored in a "
                f"step after its end, got {type(self).__name__}"
            )

    def resolve_max_length(self, source_length: int) -> int:
        """The bound on T for a source of `source_length` tokens.

        Without max_length: 2 * source tokens + room, at least min_length + 1 (or what the required tokens need) so that
        a short source in a batch can still end, and never more than the cap.
        """
        if self.max_length is not None:
            return self.max_length
        room = DEFAULT_ROOM if self.room is None else self.room
        least = max(self.min_length, self.constraints.required_tokens) + 1
        return min(MAXIMUM_LENGTH_CAP, max(2 * source_length + room, least))


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
    refill: bool = True  # an end costs no prefix its place: 2K candidates; else the best K are all there is
    force_end: bool = False  # at the maximum length only the end token can follow, and its log-probability counts
    cut_competes: bool = False  # a prefix cut at the maximum length may win even where others finished
    coverage_steers: bool = False  # the coverage rule ranks prefixes while searching, not finished outputs alone
    finished_compete: bool = False  # a finished output stays in the beam, and all of it is ranked by score in each step

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
        for name in ("refill", "force_end", "cut_competes", "coverage_steers", "finished_compete"):
            _switch(name, getattr(self, name))
        if self.coverage_steers and self.coverage is CoverageRule.NONE:
            raise OptionError("coverage_steers needs a coverage rule, got True and 'none'")
        if self.finished_compete:
            self._check_competition()
        self._check_banks(self.beam_size)
        if self.constraints.required and self.stop_rule in (StopRule.SHRINKING, StopRule.EVERY_PLACE_FINISHED):
            raise OptionError(f"required goes with stop rules that count outputs and not places, got {self.stop_rule}")

    def _looks_ahead(self) -> bool:
        return True

    def _check_competition(self) -> None:
        """Where finished outputs stay in the beam, nothing else is there to stop by or to be searched for."""
        if self.constraints.required:
            raise OptionError("finished_compete goes without required tokens, got both")
        for name, wanted in (("refill", False), ("stop_rule", StopRule.K_FINISHED), ("coverage", CoverageRule.NONE)):
            if (found := getattr(self, name)) != wanted:
                raise OptionError(f"finished_compete goes with {name} {wanted!s}, got True and {found!s}")

    def _check_late_end(self) -> None:
        if self.counts is not LengthCount.LATE_END:
            return
        if not self.finished_compete:
            SearchOptions._check_late_end(self)
        if self.length_rule is not LengthRule.GNMT:  # an empty output has T = 0, which a power cannot divide by
            raise OptionError(f"counts 'late_end' goes with the length_rule 'gnmt', got '{self.length_rule}'")

    @property
    def refills(self) -> bool:
        """Whether another prefix takes the place of an end; a shrinking beam loses it."""
        return self.refill and self.stop_rule is not StopRule.SHRINKING


@dataclass(frozen=True, kw_only=True, slots=True)
class DiverseOptions(BeamOptions):
    """Settings of diverse beam search: the beam is parted into groups, each of which avoids what those before it say.

    Raises:
        OptionError: a value is out of its range, or the beam cannot be parted evenly.
    """

    beam_size: int = 6
    groups: int = 3
    strength: float = 0.5  # nats off for each earlier choice of the same token in the same step
    discount: float = 0.0  # share of what is off for agreeing before; 0 is Hamming diversity, 1 the cumulative one

    def __post_init__(self) -> None:
        BeamOptions.__post_init__(self)
        if self.finished_compete:
            raise OptionError("finished_compete goes with the plain beam search, got True and DiverseOptions")
        _whole("groups", self.groups, 1, MAXIMUM_BEAM_SIZE)
        _number("strength", self.strength, 0.0, MAXIMUM_STRENGTH)
        _number("discount", self.discount, 0.0, 1.0)
        if self.beam_size % self.groups:
            raise OptionError(
                f"beam_size must be a multiple of groups, got beam_size {self.beam_size} and groups {self.groups}"
            )

    def _looks_ahead(self) -> bool:
        return False

    @property
    def group_size(self) -> int:
        """Live prefixes of each group."""
        return self.beam_size // self.groups


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
    samples: int = 1  # outputs drawn for each source

    def __post_init__(self) -> None:
        SearchOptions.__post_init__(self)
        _positive("temperature", self.temperature, MAXIMUM_TEMPERATURE)
        _whole("top_k", self.top_k, 0, MAXIMUM_TOP_K)
        _positive("top_p", self.top_p, 1.0)
        _whole("seed", self.seed, 0, MAXIMUM_SEED)
        _whole("samples", self.samples, 1, MAXIMUM_SAMPLES)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExactOptions(SearchOptions):
    """Settings of exact search: it proves that no output scores higher, as far as its budget goes.

    Raises:
        OptionError: a value is out of its range.
    """

    beam_size: int = 5  # of the beam search whose result has to be beaten
    max_nodes: int = 5_000  # prefixes that are continued at most
    max_seconds: float = 20.0

    def __post_init__(self) -> None:
        SearchOptions.__post_init__(self)
        _whole("beam_size", self.beam_size, 1, MAXIMUM_BEAM_SIZE)
        _whole("max_nodes", self.max_nodes, 1, MAXIMUM_NODES)
        _positive("max_seconds", self.max_seconds, MAXIMUM_SECONDS)
        self._check_banks(self.beam_size)

    def _looks_ahead(self) -> bool:
        return True

    def _check_late_end(self) -> None:
        if self.counts is LengthCount.LATE_END:
            raise OptionError(
                "exact search has no bound for counts 'late_end': a score still grows after its end token, by as much "
                "as the beam happens to hold the output; counts must be content, end or start_and_end"
            )
