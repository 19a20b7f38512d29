"""Scores of a step's candidates, and the attention that their sources have got so far.

The rule itself, one candidate at a time, is `seq2seq_core.trace.ScoreRule`; here it is applied to whole batches.

Sizes: B sources, A sources still searching, R rows, N candidates, S source pieces of the longest source.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from seq2seq_core.errors import OptionError
from seq2seq_core.options import CoverageRule, SearchOptions
from seq2seq_core.trace import Doubles, Integers, ScoreRule

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The ledger of every candidate; `reward_AN` and `covered_AN` are None where the rule has none."""

    length_AN: Integers
    penalty_AN: Doubles
    reward_AN: Doubles | None
    covered_AN: Doubles | None
    score_AN: Doubles


def rule_of(options: SearchOptions) -> ScoreRule:
    """The rule that the options state."""
    return ScoreRule(
        options.length_rule,
        options.alpha,
        options.counts,
        options.reward,
        options.reward_length,
        options.coverage,
        options.beta,
    )


def scores_of(
    rule: ScoreRule, number: int, sum_AN: Doubles, end_AN: Flags, covered_AN: Doubles | None = None
) -> Scores:
    """The scores in a step; the end token is not content, which is all that sets its candidates apart."""
    ending, other = rule.length(number, ends=True), rule.length(number, ends=False)
    penalty_AN = np.where(end_AN, rule.penalty(ending), rule.penalty(other))
    score_AN = sum_AN / penalty_AN
    reward_AN = None
    if rule.reward:
        reward_AN = np.where(end_AN, rule.rewarded(number - 1), rule.rewarded(number))
        score_AN = score_AN + reward_AN
    if covered_AN is not None:
        score_AN = score_AN + covered_AN
    return Scores(np.where(end_AN, ending, other), penalty_AN, reward_AN, covered_AN, score_AN)


class Coverage:
    """The attention that each source piece has got along every row's prefix, where the rule asks for it.

    Args:
        source_lengths: real pieces of every source; padding counts as covered and so changes nothing.
    """

    def __init__(self, rule: ScoreRule, source_lengths: Sequence[int]) -> None:
        self._rule = rule if rule.coverage is not CoverageRule.NONE else None
        lengths_B = np.array(source_lengths, dtype=np.int64)
        self._padding_BS = np.arange(max(source_lengths, default=0)) >= lengths_B[:, None]
        self._sum_RS: Doubles = np.zeros(self._padding_BS.shape)

    def penalties(self, attention_RS: Tensor | None, source_R: Integers) -> Doubles | None:
        """Take a step's attention; what the score of each row's continuations gets for it, (R,).

        Raises:
            OptionError: the model has no attention.
        """
        if self._rule is None:
            return None
        if attention_RS is None:
            raise OptionError(f"coverage needs a model with attention, got '{self._rule.coverage}' and one without")
        self._sum_RS = self._sum_RS + attention_RS.detach().cpu().double().numpy()
        seen_RS = np.where(self._padding_BS[source_R], 1.0, self._sum_RS)
        return np.array([self._rule.covered(seen_S) for seen_S in seen_RS])

    def select(self, rows_R: Integers) -> None:
        """Row i becomes the old row `rows_R[i]`."""
        if self._rule is not None:
            self._sum_RS = self._sum_RS[rows_R]
