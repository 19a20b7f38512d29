"""What a score is: the sum of log-probabilities after what the length and the coverage do to it.

    log_prob_sum / penalty + reward + coverage penalty

Length penalties: 1/T^alpha, and ((5 + T) / 6)^alpha (Wu et al. 2016, https://arxiv.org/abs/1609.08144, equation 14).
Rewards: Huang et al. 2017, https://aclanthology.org/D17-1227; bounded, equation 8. Coverage: Wu et al. 2016, equation
14; the summary form is OpenNMT-py's.

A step's number is also T of every candidate in it, the end token counted: a prefix of n content tokens stands at step
n, and at step n + 1 with its end token.

Sizes: S source pieces.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from seq2seq_core.errors import OptionError
from seq2seq_core.options import (
    MAXIMUM_ALPHA,
    MAXIMUM_BETA,
    MAXIMUM_LENGTH_CAP,
    MAXIMUM_REWARD,
    CoverageRule,
    LengthCount,
    LengthRule,
)

from .data import Doubles, length_penalty

LEAST_COVERAGE: Final = 1e-10  # of a piece that got no attention at all: the logarithm stays a number
_COUNTED: Final = {
    LengthCount.CONTENT: "T counts content tokens",
    LengthCount.END: "T counts the end token",
    LengthCount.START_AND_END: "T counts the start and end tokens",
    LengthCount.LATE_END: "T counts the end token in the steps after it",
}


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """The rule of one search; the fields are those of `SearchOptions`."""

    length_rule: LengthRule = LengthRule.POWER
    alpha: float = 0.7
    counts: LengthCount = LengthCount.END
    reward: float = 0.0
    reward_length: int | None = None
    coverage: CoverageRule = CoverageRule.NONE
    beta: float = 0.0

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "ScoreRule":
        """The rule that a trace's options state; what they leave out is at its default.

        Raises:
            OptionError: a rule of an unknown name, or an alpha, reward or beta out of its range.
        """
        try:
            return cls(
                LengthRule(options.get("length_rule", LengthRule.POWER)),
                _number("alpha", options["alpha"], MAXIMUM_ALPHA),
                LengthCount(options.get("counts", LengthCount.END)),
                _number("reward", options.get("reward", 0.0), MAXIMUM_REWARD),
                _whole_or_none("reward_length", options.get("reward_length"), MAXIMUM_LENGTH_CAP),
                CoverageRule(options.get("coverage", CoverageRule.NONE)),
                _number("beta", options.get("beta", 0.0), MAXIMUM_BETA),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise OptionError(f"the options must state a rule for scores: {error}") from None

    def length(self, step: int, *, ends: bool, held: bool = False) -> int:
        """T of a candidate, as this rule counts it.

        Args:
            step: in which its last token was written.
            held: whether that was an end token, and this is a later step.
        """
        if self.counts is LengthCount.LATE_END:
            return step - (ends and not held)
        if self.counts is LengthCount.CONTENT:
            return max(1, step - ends)
        return step + (self.counts is LengthCount.START_AND_END)

    def penalty(self, length: int) -> float:
        """What the sum is divided by."""
        if self.length_rule is LengthRule.POWER:
            return length_penalty(length, self.alpha)
        if self.length_rule is LengthRule.GNMT:
            return float(((5.0 + length) / 6.0) ** self.alpha)
        return 1.0

    def rewarded(self, content: int) -> float:
        """What is added for so many content tokens."""
        if self.length_rule is LengthRule.REWARD:
            return self.reward * content
        if self.reward_length is not None:
            return self.reward * min(content, self.reward_length)
        return 0.0

    def covered(self, coverage_S: Doubles) -> float:
        """What is added for the attention that the pieces have got; 0 or less."""
        if self.coverage is CoverageRule.GNMT:
            return self.beta * float(np.log(coverage_S.clip(LEAST_COVERAGE, 1.0)).sum())
        if self.coverage is CoverageRule.SUMMARY:
            return -self.beta * float((coverage_S.clip(1.0) - 1.0).sum())
        return 0.0

    def bound(self, log_prob_sum: float, max_length: int) -> float:
        """The best score that a live prefix of this sum can still reach within the maximum length.

        No log-probability and no coverage penalty is above 0, and every length rule here favours the longest output.
        """
        return log_prob_sum / self.penalty(self.length(max_length, ends=True)) + self.rewarded(max_length - 1)

    def formula(self) -> str:
        """As it is printed wherever a score is shown."""
        parts, counted = [self._quotient()], ""
        if self.length_rule in (LengthRule.POWER, LengthRule.GNMT):
            counted = f", {_COUNTED[self.counts]}"
        elif self.length_rule is not LengthRule.NONE:
            most = "n" if self.reward_length is None else f"min(n, {self.reward_length})"
            parts.append(f"+ {_brief(self.reward)} * {most}")
            counted = ", n counts content tokens"
        if self.coverage is CoverageRule.GNMT:
            parts.append(f"+ {_brief(self.beta)} * sum(log(min(coverage, 1)))")
        elif self.coverage is CoverageRule.SUMMARY:
            parts.append(f"- {_brief(self.beta)} * sum(max(coverage, 1) - 1)")
        return " ".join(parts) + counted

    def _quotient(self) -> str:
        if self.length_rule is LengthRule.POWER:
            return f"log_prob_sum / T^{_brief(self.alpha)}"
        if self.length_rule is LengthRule.GNMT:
            return f"log_prob_sum / ((5 + T) / 6)^{_brief(self.alpha)}"
        return "log_prob_sum"


def _number(name: str, value: object, high: float) -> float:
    # A comparison with NaN is false, and one with a whole number of any size is exact.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= high:
        raise ValueError(f"{name} must be a number from 0 to {high:g}, is {value!r:.80}")
    return float(value)


def _whole_or_none(name: str, value: object, high: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= high:
        raise ValueError(f"{name} must be a whole number from 0 to {high}, is {value!r:.80}")
    return value


def _brief(number: float) -> str:
    return repr(float(number)).removesuffix(".0")
