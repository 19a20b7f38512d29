"""What a beam search has finished so far, as far as its stop rule needs to know.

Sizes: B sources, A sources still searching, N candidates, K beam.
"""

from collections.abc import Sequence

import numpy as np

from seq2seq_core.options import BeamOptions, StopRule
from seq2seq_core.trace import Doubles, Integers, ScoreRule

from .scoring import Flags
from .steps import CUT_AT_MAXIMUM, FINISHED, LIVE, Codes
from .stopping import MAXIMUM_LENGTH, NO_LIVE_PREFIX, PREDICATES, Standing


class Pool:
    """The finished outputs of every source, by their scores alone.

    Args:
        size: how many prefixes may live at once; the beam size, where it is not parted.
    """

    def __init__(
        self, options: BeamOptions, rule: ScoreRule, source_lengths: Sequence[int], size: int | None = None
    ) -> None:
        sources, limits = len(source_lengths), [options.resolve_max_length(length) for length in source_lengths]
        self._options, self._size = options, size or options.beam_size
        self._limit_B = np.array(limits, dtype=np.int64)
        self._limit_penalty_B = np.array([rule.penalty(rule.length(limit, ends=True)) for limit in limits])
        self._limit_reward_B = np.array([rule.rewarded(limit - 1) for limit in limits])
        self._finished_B = np.zeros(sources, dtype=np.int64)
        self._score_BK = np.full((sources, self._size), -np.inf)  # the best K, best first
        self._place_BK = np.zeros((sources, self._size), dtype=bool)  # where an end token has stood

    def at_limit(self, source_A: Integers, number: int) -> Flags:
        """Whose step this is the last one, by its maximum length."""
        last_A: Flags = self._limit_B[source_A] == number
        return last_A

    def limits(self, source_R: Integers) -> Integers:
        """The maximum lengths of the rows' sources."""
        limit_R: Integers = self._limit_B[source_R]
        return limit_R

    def places(self, source_A: Integers) -> Integers:
        """How many prefixes may live on: K, or what is left of it."""
        places_A = np.full(len(source_A), self._size)
        return places_A - self._finished_B[source_A] if self._options.stop_rule is StopRule.SHRINKING else places_A

    def take(
        self, source_A: Integers, sum_AN: Doubles, score_AN: Doubles, fate_AN: Codes
    ) -> dict[int, str]:
        """Add a step's finished candidates; the sources that end with it, each with its reason."""
        finished_AN, live_AN = fate_AN == FINISHED, fate_AN == LIVE
        self._add(source_A, score_AN, finished_AN)
        fired_A = PREDICATES[self._options.stop_rule](self._standing(source_A, sum_AN, score_AN, fate_AN))
        cut_A = (fate_AN == CUT_AT_MAXIMUM).any(axis=1)
        ended_A = fired_A | ~live_AN.any(axis=1)
        return {
            int(source_A[at]): self._reason(fired=bool(fired_A[at]), cut=bool(cut_A[at]))
            for at in np.nonzero(ended_A)[0].tolist()
        }

    def _add(self, source_A: Integers, score_AN: Doubles, finished_AN: Flags) -> None:
        size = self._size
        self._finished_B[source_A] += finished_AN.sum(axis=1)
        new_AN = np.where(finished_AN, score_AN, -np.inf)
        all_AX = np.concatenate([self._score_BK[source_A], new_AN], axis=1)
        self._score_BK[source_A] = -np.sort(-all_AX, axis=1)[:, :size]
        width = min(size, finished_AN.shape[1])
        self._place_BK[source_A, :width] |= finished_AN[:, :width]

    def _standing(self, source_A: Integers, sum_AN: Doubles, score_AN: Doubles, fate_AN: Codes) -> Standing:
        live_AN = fate_AN == LIVE
        best_sum_A = sum_AN.max(axis=1, where=live_AN, initial=-np.inf)
        return Standing(
            beam_size=self._size,
            finished_A=self._finished_B[source_A],
            best_A=self._score_BK[source_A, 0],
            worst_A=self._score_BK[source_A, -1],
            live_A=score_AN.max(axis=1, where=live_AN, initial=-np.inf),
            bound_A=best_sum_A / self._limit_penalty_B[source_A] + self._limit_reward_B[source_A],
            top_ends_A=fate_AN[:, 0] == FINISHED,
            places_A=self._place_BK[source_A].sum(axis=1),
        )

    def _reason(self, *, fired: bool, cut: bool) -> str:
        if fired:
            return str(self._options.stop_rule)
        return MAXIMUM_LENGTH if cut else NO_LIVE_PREFIX
