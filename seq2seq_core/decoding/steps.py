"""What every decoding algorithm is: a generator of steps over a batch of sources.

Draining it gives the answer, iterating it the animation, recording it the trace.

Sizes: A sources still searching in a step, R rows (their live prefixes, source by source, best first), V vocabulary,
S source pieces of the longest source, N candidates (of the source that has most).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seq2seq_core.errors import InputError
from seq2seq_core.options import SearchOptions
from seq2seq_core.trace import Doubles, Fate, Integers

from .ordering import Top
from .scoring import Scores
from .stepper import State, Stepper

Codes: TypeAlias = NDArray[np.int8]
Chosen_contra = TypeVar("Chosen_contra", bound=SearchOptions, contravariant=True)
Chosen = TypeVar("Chosen", bound=SearchOptions)

# Fates are small integers in the arrays of a search: positions in this tuple.
FATES: Final = (
    Fate.LIVE,
    Fate.FINISHED,
    Fate.BELOW_CUT,
    Fate.END_BELOW_CUT,
    Fate.CUT_AT_MAXIMUM,
    Fate.NOT_DRAWN,
    Fate.CANNOT_WIN,
    Fate.UNEXPLORED,
    Fate.HELD,
    Fate.PUSHED_OUT,
)
LIVE, FINISHED, BELOW_CUT, END_BELOW_CUT, CUT_AT_MAXIMUM, NOT_DRAWN, CANNOT_WIN, UNEXPLORED, HELD, PUSHED_OUT = range(
    len(FATES)
)
IMPOSSIBLE: Final = -1

NEXT_TOKENS: Final = 10  # that a trace lists of every row


@dataclass(frozen=True, slots=True, eq=False)
class SearchStep:
    """One step of all sources still searching; row a of every (A, ...) array belongs to source `source_A[a]`.

    Candidate n of a source is its continuation of rank n + 1 (of those listed, where the algorithm draws); only the
    first `count_A[a]` are meant to be read.
    The tensors are the model's own and good until the generator moves on.
    """

    number: int  # 1 for the first; also the tokens of every candidate, its end token counted
    scores: Scores
    source_A: Integers
    offset_A: Integers  # first row of each source, and R at the end: A + 1 entries
    expanded_R: Integers  # candidate index of each row's prefix in the previous step, ROOT in the first
    log_probs_RV: Tensor  # as the model gave them, before anything was forbidden
    attention_RS: Tensor | None
    parent_AN: Integers
    token_AN: Integers
    log_prob_AN: Doubles
    log_prob_sum_AN: Doubles
    margin_AN: Doubles
    fate_AN: Codes
    count_A: Integers
    ended: Mapping[int, str]  # sources that this step ended, with the reason
    evidence: Mapping[str, Tensor] = field(default_factory=dict)  # what the model gave beside the attention, (R, ...)
    best: Top | None = None  # of log_probs_RV, as many as the search happened to look at
    key_AN: Doubles | None = None  # what ranked the candidates where that is not log_prob_sum
    draws_AN: Integers | None = None  # of several samples, how many drew each candidate
    group_AN: Integers | None = None  # of a parted beam, from 0
    diversity_AN: Doubles | None = None  # nats that the ranking takes off for agreeing with earlier groups


class StepGenerator(Protocol[Chosen_contra]):
    """A decoding algorithm."""

    def __call__(self, stepper: Stepper[State], options: Chosen_contra, *, losers: int = 0) -> Iterator[SearchStep]:
        """Search every source of the stepper; also rank up to `losers` pruned candidates per source and step."""
        ...


@dataclass(frozen=True, slots=True)
class Decoder(Generic[Chosen]):
    """A decoding algorithm with its settings, as the table of decoders lists it."""

    name: str
    options: type[Chosen]
    steps: StepGenerator[Chosen]
    losers: Callable[[Chosen], int]  # how many a trace shows per step
    n_best: Callable[[Chosen], int]  # how many hypotheses are returned
    stop_rule: Callable[[Chosen], str]
    remarks: Mapping[str, str] = field(default_factory=dict)  # what a trace states beside the settings


def rearranged(stepper: Stepper[State], state: State, rows_R: Integers, before: int) -> State:
    """The state with old row `rows_R[i]` as row i, given the number of rows before.

    Rearranging copies, so it is left out while no prefix changes its place, and where none is left.
    """
    if not len(rows_R) or np.array_equal(rows_R, np.arange(before)):
        return state
    return stepper.select(state, torch.from_numpy(rows_R).to(stepper.device))


def refuse_nan(log_prob_RK: Doubles, number: int) -> None:
    """Refuse a model that gives no numbers; it is enough to look at the best entries, where NaN sorts first.

    Raises:
        InputError: one of them is NaN.
    """
    if np.isnan(log_prob_RK).any():
        raise InputError(f"log-probabilities must be numbers, got NaN from the model in step {number}")


def padded(parts: Sequence[Sequence[object]], name: str, empty: float) -> Any:
    """One attribute of each source's candidates, (A, N); `empty` where a source has fewer."""
    found = np.full((len(parts), max(map(len, parts), default=0)), empty)
    for row, part in zip(found, parts, strict=True):
        row[: len(part)] = [getattr(each, name) for each in part]
    return found
