"""The shape of a trace: frozen dataclasses over columns, and the formula they state.

A `Trace` belongs to one source. It holds the search's steps; a step holds its candidates as columns (arrays of one
length, best candidate first). A candidate is named by (step number, index in that step's columns); step numbers start
at 1 and `parent` points into the step before, or is ROOT in step 1.

Sizes: N candidates of a step, E prefixes expanded in it, S source pieces (the patches of a picture, none without a
source), P listed next tokens of an expanded prefix, L layers, H heads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

TRACE_FORMAT: Final = "seq2seq-trace/1"
MODEL_LOG_PROB: Final = "the model's own: at temperature 1, before top_k and top_p"  # option log_prob of sampling
PROVED: Final = "proved optimal"  # reasons of an exact search
NODE_BUDGET: Final = "node budget"
TIME_BUDGET: Final = "time budget"
ROOT: Final = -1
NO_TOKEN: Final = -1

Integers: TypeAlias = NDArray[np.int64]
Doubles: TypeAlias = NDArray[np.float64]
Floats: TypeAlias = NDArray[np.float32]


class Fate(StrEnum):
    """What became of a candidate in the step that ranked it."""

    LIVE = "live"
    FINISHED = "finished"
    BELOW_CUT = "below the cut"
    END_BELOW_CUT = "end token below the cut"
    CUT_AT_MAXIMUM = "cut at maximum length"
    NOT_DRAWN = "not drawn"  # sampling: listed beside the token that chance chose
    CANNOT_WIN = "cannot win"  # exact search: not even its best completion beats the best output
    UNEXPLORED = "unexplored"  # exact search: the budget ended before its turn
    HELD = "held"  # finished outputs compete: an output of an earlier step that is still in the beam
    PUSHED_OUT = "pushed out"  # finished outputs compete: an output of an earlier step that better ones have pushed out


HELD_FATES: Final = (Fate.HELD, Fate.PUSHED_OUT)  # candidates that write nothing: their output ended before


@dataclass(frozen=True, slots=True, eq=False)
class TraceStep:
    """One step: the prefixes it expanded and the candidates it ranked."""

    expanded_E: Integers  # index of each expanded prefix in the previous step's candidates; [ROOT] in step 1
    attention_ES: Floats | None  # attention computed while predicting the successors of each expanded prefix
    next_token_EP: Integers  # the most probable next tokens of each expanded prefix, best first
    next_log_prob_EP: Doubles  # their log-probabilities; columns beyond the possible tokens hold -inf and token -1
    parent_N: Integers  # candidate index in the previous step, ROOT in step 1
    token_N: Integers
    log_prob_N: Doubles  # of this token given its prefix
    log_prob_sum_N: Doubles  # of the whole prefix
    length_N: Integers  # T: tokens so far, the end token counted, the start token not
    penalty_N: Doubles
    score_N: Doubles
    rank_N: Integers  # among the candidates listed, 1 is best
    fate_N: tuple[Fate, ...]
    margin_N: Doubles  # how far the key of a pruned one is below the cut, else 0; exact: its bound below the best score
    # Evidence beside the attention, each None where the model has none of it.
    heads_ELHS: Floats | None = None  # cross-attention of every layer and head; attention_ES is its mean over both
    centre_E: Doubles | None = None  # local-p (Luong 2015, equation 9): the predicted source position p_t, from 0
    generate_E: Doubles | None = None  # p_gen, from 0 (copy) to 1 (generate); See 2017, equation 8
    coverage_ES: Floats | None = None  # sum of the earlier attention rows, which the score was told; See 2017, eq. 10
    # What the score and the ranking hold beside the sum and the penalty, each None where the rule has none of it.
    reward_N: Doubles | None = None
    coverage_penalty_N: Doubles | None = None  # of the attention along the whole path; 0 or less
    key_N: Doubles | None = None  # what the step is ranked by, instead of log_prob_sum; the score where outputs compete
    draws_N: Integers | None = None  # of several samples, how many drew it
    group_N: Integers | None = None  # of a parted beam, from 0; a step lists its groups one after the other
    diversity_N: Doubles | None = None  # nats that the ranking takes off for agreeing with earlier groups


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One complete output: where it ended in the search, its text, and its ledger."""

    step: int  # where outputs compete: the last, in which it is still in the beam
    index: int
    tokens: tuple[int, ...]  # content tokens, without the end token
    text: str
    fate: Fate  # FINISHED, or CUT_AT_MAXIMUM where nothing finished
    log_prob_sum: float
    length: int
    penalty: float
    score: float
    reward: float = 0.0
    coverage_penalty: float = 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    """Why the search ended."""

    rule: str  # the stop rule in force
    reason: str  # what actually ended the search: the rule's name, "maximum length" or "no live prefix"
    winner_step: int  # the step at which the winner was found
    last_step: int


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A whole search over one source."""

    algorithm: str  # "greedy", "beam", "diverse", "sampling" or "exact"
    options: Mapping[str, int | float | str]
    formula: str  # e.g. "log_prob_sum / T^0.7, T counts the end token"; see ScoreRule
    source: str  # the text as given
    source_tokens: tuple[str, ...]  # piece labels, S of them
    labels: Mapping[int, str]  # token id -> label, for every id the trace mentions
    steps: tuple[TraceStep, ...]
    hypotheses: tuple[Hypothesis, ...]  # the finished pool, best score first; the cut prefixes where nothing finished
    stop: Stop
    window: int | None = None  # D of local attention: it sees the pieces from centre - D to centre + D
    grid: tuple[int, int] | None = None  # rows and columns of a picture's patches, row by row in source_tokens


def length_penalty(length: int, alpha: float) -> float:
    """T ^ alpha: what a log_prob_sum is divided by."""
    return float(float(length) ** alpha)


def same(one: object, other: object) -> bool:
    """Whether two traces, or parts of traces, are equal: same types, same arrays, equal numbers."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    return one == other
