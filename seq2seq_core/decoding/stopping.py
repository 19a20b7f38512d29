"""When a beam search ends, as named predicates over the sources still searching.

Sizes: A sources still searching.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from seq2seq_core.options import StopRule
from seq2seq_core.trace import Doubles, Integers

from .scoring import Flags

MAXIMUM_LENGTH: Final = "maximum length"
NO_LIVE_PREFIX: Final = "no live prefix"
END_TOKEN: Final = "end token"
END_TOKEN_DRAWN: Final = "end token drawn"


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What a stop rule may look at after a step; a score is minus infinity where there is none."""

    beam_size: int
    finished_A: Integers  # outputs in the pool
    best_A: Doubles  # best score in it
    worst_A: Doubles  # K-th best score in it
    live_A: Doubles  # best score of a live prefix, as it stands
    bound_A: Doubles  # best score that a live prefix can still reach within the maximum length
    top_ends_A: Flags  # the best candidate of the step finished
    places_A: Integers  # ranks from 1 to K at which an end token has stood so far


Predicate: TypeAlias = Callable[[Standing], Flags]


def k_finished(standing: Standing) -> Flags:
    """The pool holds K. Lengths play no part, so alpha never changes where this stops.

    Several may finish in the last step, so that the pool ends up with more than K. Toolkits that close it at K lose
    only prefixes that are as long as a better one of that step, and so cannot win.
    """
    return standing.finished_A >= standing.beam_size


def nothing_live_can_win(standing: Standing) -> Flags:
    """No prefix still in the beam can beat the best finished score.

    A log-probability only ever falls, and no output is longer than the maximum: that bounds every live prefix. It says
    nothing about prefixes that were pruned before.
    """
    return np.isfinite(standing.bound_A) & (standing.best_A >= standing.bound_A)


def first_finished(standing: Standing) -> Flags:
    """Anything has finished."""
    return standing.finished_A >= 1


def top_finished(standing: Standing) -> Flags:
    """The best of a step's candidates is an end."""
    return standing.top_ends_A


def live_scores_lower(standing: Standing) -> Flags:
    """K have finished, and the best live prefix, as long as it is now, scores no better than the worst of the best K.

    A heuristic: where length is favoured, a live prefix may still grow into a better score.
    """
    return (standing.finished_A >= standing.beam_size) & (standing.worst_A >= standing.live_A)


def nothing_live_can_enter(standing: Standing) -> Flags:
    """K have finished, and no live prefix can still beat the worst of the best K."""
    return (standing.finished_A >= standing.beam_size) & (standing.worst_A >= standing.bound_A)


def every_place_finished(standing: Standing) -> Flags:
    """At every rank from 1 to K an end token has stood in some step."""
    return standing.places_A >= standing.beam_size


def never(standing: Standing) -> Flags:
    """The search goes on to the maximum length, or until nothing lives."""
    return np.zeros(len(standing.finished_A), dtype=bool)


PREDICATES: Final[Mapping[StopRule, Predicate]] = {
    StopRule.K_FINISHED: k_finished,
    StopRule.NOTHING_LIVE_CAN_WIN: nothing_live_can_win,
    StopRule.FIRST_FINISHED: first_finished,
    StopRule.TOP_FINISHED: top_finished,
    StopRule.LIVE_SCORES_LOWER: live_scores_lower,
    StopRule.NOTHING_LIVE_CAN_ENTER: nothing_live_can_enter,
    StopRule.SHRINKING: k_finished,  # each took its place with it, so that none is left
    StopRule.EVERY_PLACE_FINISHED: every_place_finished,
    StopRule.MAXIMUM_LENGTH: never,
}
