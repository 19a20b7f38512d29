"""What every search needs to know; greedy search needs nothing else."""

from dataclasses import dataclass

from seq2seq_core.errors import OptionError, quoted

from .checks import check_member, check_number, check_whole
from .constraints import FREE, Constraints
from .limits import DEFAULT_ROOM, MAXIMUM_ALPHA, MAXIMUM_BETA, MAXIMUM_LENGTH_CAP, MAXIMUM_REWARD
from .pins import Pin, check_pins
from .rules import CoverageRule, LengthCount, LengthRule


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
        check_number("alpha", self.alpha, 0.0, MAXIMUM_ALPHA)
        check_whole("min_length", self.min_length, 0, MAXIMUM_LENGTH_CAP - 1)
        if self.room is not None:
            check_whole("room", self.room, 0, MAXIMUM_LENGTH_CAP)
        self._check_score()
        check_pins(self.pins)
        if not isinstance(self.constraints, Constraints):
            raise OptionError(f"constraints must be Constraints, got {quoted(self.constraints)}")
        if self.constraints.required and not self._looks_ahead():
            raise OptionError(
                f"required goes with beam search and exact search, which look ahead for it, got {type(self).__name__}"
            )
        if self.max_length is None:
            return
        check_whole("max_length", self.max_length, 1, MAXIMUM_LENGTH_CAP)
        if self.min_length >= self.max_length:
            raise OptionError(
                f"min_length must be below max_length, because the end token counts; "
                f"got min_length {self.min_length} and max_length {self.max_length}"
            )
        if (tokens := self.constraints.required_tokens) >= self.max_length:
            raise OptionError(f"max_length must be above the {tokens} required tokens, got {self.max_length}")
        if (tokens := len(self.constraints.forced_prefix)) > self.max_length:
            raise OptionError(f"max_length must have room for the {tokens} tokens of the prefix, got {self.max_length}")

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
        check_member("length_rule", self.length_rule, LengthRule)
        check_member("counts", self.counts, LengthCount)
        check_member("coverage", self.coverage, CoverageRule)
        check_number("reward", self.reward, 0.0, MAXIMUM_REWARD)
        check_number("beta", self.beta, 0.0, MAXIMUM_BETA)
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
            check_whole("reward_length", self.reward_length, 0, MAXIMUM_LENGTH_CAP)
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

        Without max_length: 2 * source tokens + room, at least min_length + 1 (or what required tokens and prefix need)
        so that a short source in a batch can still end, and never more than the cap.
        """
        if self.max_length is not None:
            return self.max_length
        room = DEFAULT_ROOM if self.room is None else self.room
        asked = self.constraints
        least = max(self.min_length, asked.required_tokens, len(asked.forced_prefix)) + 1
        return min(MAXIMUM_LENGTH_CAP, max(2 * source_length + room, least))


@dataclass(frozen=True, kw_only=True, slots=True)
class GreedyOptions(SearchOptions):
    """Settings of greedy search; alpha only scales the score that is reported."""
