"""When a beam search ends, as named predicates over the sources still searching.

Sizes: A sources still searching.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from seq2seq_core.trace import Doubles, Integers

MAXIMUM_LENGTH: Final = "maximum length"
NO_LIVE_PREFIX: Final = "no live prefix"
END_TOKEN: Final = "end token"
END_TOKEN_DRAWN: Final = "end token drawn"

Flags: TypeAlias = NDArray[np.bool_]


def k_finished(finished_A: Integers, beam_size: int) -> Flags:
    """The pool holds K. Lengths play no part, so alpha never changes where this stops.

    Several may finish in the last step, so that the pool ends up with more than K. Toolkits that close it at K lose
    only prefixes that are as long as a better one of that step, and so cannot win.
    """
    return finished_A >= beam_size


def nothing_live_can_win(best_score_A: Doubles, best_live_A: Doubles, longest_penalty_A: Doubles) -> Flags:
    """No prefix still in the beam can beat the best finished score.

    A log-probability only ever falls, and no output is longer than the maximum: so the best live sum over the
    largest penalty is a bound. It says nothing about prefixes that were pruned before.

    Args:
        best_score_A: best score in the pool, minus infinity where it is empty.
        best_live_A: best log_prob_sum of a live prefix, minus infinity where none lives.
        longest_penalty_A: the penalty at the maximum length.
    """
    return np.isfinite(best_live_A) & (best_score_A >= best_live_A / longest_penalty_A)
