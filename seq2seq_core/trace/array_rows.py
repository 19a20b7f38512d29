"""One step as plain arrays, and the reading of them: what is no array of the right kind and size is refused.

Sizes: G candidates of a step as given, E prefixes expanded in it, S source pieces, P listed next tokens, L layers,
H heads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seq2seq_core.errors import TraceError

from .columns import COLUMNS, sizes_of
from .data import NO_TOKEN, Doubles, Integers

_OWN: Final = ("expanded_E", "attention_ES", "next_token_EP", "next_log_prob_EP")
# What may be given beside the attention, by its name in a document.
EVIDENCE: Final = {
    name.rsplit("_", 1)[0]: name for name in COLUMNS if sizes_of(name).startswith("E") and name not in _OWN
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArrayStep:
    """One step of a search as plain arrays (lists, NumPy arrays, tensors on the CPU); candidates in any order."""

    tokens: ArrayLike  # (G,)
    parents: ArrayLike  # (G,) place among the candidates of the step before, as they were given; -1 in step 1
    log_probs: ArrayLike  # (G,) nats, of each token given its prefix; a candidate of minus infinity is left out
    live: ArrayLike | None = None  # (G,) whether the program goes on with it, or would but for the maximum length
    finished: ArrayLike | None = None  # (G,) whether the program takes it as an output
    # What follows has a row for each live prefix of the step before, one row in step 1: in the order of `expanded`,
    # which holds their places there, or else in the order in which they were given.
    expanded: ArrayLike | None = None  # (E,)
    attention: ArrayLike | None = None  # (E, S), from 0 to 1
    next_tokens: ArrayLike | None = None  # (E, P) the most probable next tokens, best first
    next_log_probs: ArrayLike | None = None  # (E, P)
    evidence: Mapping[str, ArrayLike] = field(default_factory=dict)  # by name: heads (E, L, H, S), centre (E,), ...


class Rows:
    """What is given for each expanded prefix, in the order of their ranks.

    Raises:
        TraceError: the rows are not those of the live prefixes, or evidence of an unknown name.
    """

    def __init__(self, given: ArrayStep, live: dict[int, int], place: str, pieces: int) -> None:
        self.live, self._place = live, place
        stated = sorted(live) if given.expanded is None else whole(given.expanded, f"{place}: expanded", None).tolist()
        if sorted(stated) != sorted(live):
            raise TraceError(f"{place} must expand the live prefixes {sorted(live)}, expands {sorted(stated)}")
        rank_E = np.array([live[each] for each in stated])
        self._order_E = np.argsort(rank_E)
        self.expanded_E: Integers = rank_E[self._order_E]
        if unknown := sorted(set(given.evidence) - set(EVIDENCE)):
            raise TraceError(f"{place}: evidence must be one of {', '.join(EVIDENCE)}, got {unknown}")
        named = {EVIDENCE[name]: value for name, value in given.evidence.items()}
        self.columns: dict[str, Any] = {
            "attention_ES": self._column("attention_ES", given.attention),
            **self._next(given),
            **{name: self._column(name, value) for name, value in named.items()},
        }

    def row_of(self, parent_N: Integers) -> Integers:
        """The row of each parent, which is given by rank."""
        return np.searchsorted(self.expanded_E, parent_N)

    def _next(self, given: ArrayStep) -> dict[str, Any]:
        """The next tokens; none are listed where none are given."""
        if (given.next_tokens is None) != (given.next_log_probs is None):
            raise TraceError(f"{self._place}: next_tokens and next_log_probs must come together")
        empty = np.zeros((len(self.expanded_E), 0))
        log_prob_EP = self._column("next_log_prob_EP", empty if given.next_log_probs is None else given.next_log_probs)
        token_EP = self._column("next_token_EP", empty.astype(int) if given.next_tokens is None else given.next_tokens)
        if token_EP.shape != log_prob_EP.shape:
            shapes = f"{log_prob_EP.shape}, are {token_EP.shape}"
            raise TraceError(f"{self._place}: next_tokens must have the shape of next_log_probs, {shapes}")
        token_EP = np.where(np.isneginf(log_prob_EP), NO_TOKEN, token_EP)
        return {"next_token_EP": token_EP, "next_log_prob_EP": log_prob_EP}

    def _column(self, name: str, value: ArrayLike | None) -> Any:
        """Given rows as a column of the trace."""
        if value is None:
            return None
        place, integral = f"{self._place}: {name.rsplit('_', 1)[0]}", COLUMNS[name].dtype == np.int64
        found = array(value, place, len(sizes_of(name)), "iu" if integral else "iuf")
        if len(found) != len(self._order_E):
            raise TraceError(f"{place} must have a row for each of {len(self._order_E)} prefixes, has {len(found)}")
        return found[self._order_E].astype(COLUMNS[name].dtype)


def array(value: ArrayLike, place: str, dimensions: int, kinds: str) -> NDArray[Any]:
    """A value as an array.

    Raises:
        TraceError: it has another number of dimensions or holds something else.
    """
    try:
        found = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:  # ragged lists; tensors of a device, or with gradients
        raise TraceError(f"{place} must be an array: {error}") from error
    if found.size == 0 and found.ndim == dimensions:
        return found.astype(kinds[0])
    if found.ndim != dimensions or found.dtype.kind not in kinds:
        raise TraceError(f"{place} must have {dimensions} dimensions of numbers, has {found.ndim} of {found.dtype}")
    return found


def numbers(value: ArrayLike, place: str, dimensions: int) -> Doubles:
    """Log-probabilities.

    Raises:
        TraceError: they are not finite or minus infinity.
    """
    found: Doubles = array(value, place, dimensions, "iuf").astype(np.float64)
    if np.isnan(found).any() or np.isposinf(found).any():
        raise TraceError(f"{place} must hold numbers or minus infinity, are {found.tolist()!s:.80}")
    return found


def whole(value: ArrayLike, place: str, length: int | None) -> Integers:
    """Token ids or places.

    Raises:
        TraceError: they are not whole numbers, or not so many.
    """
    found: Integers = array(value, place, 1, "iu").astype(np.int64)
    if length is not None and len(found) != length:
        raise TraceError(f"{place} must be as many as log_probs, {length}, are {len(found)}")
    return found
