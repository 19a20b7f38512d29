"""What type each column of a step has, and that columns which share a size agree in it.

The suffix of a column's name spells its sizes: E expanded prefixes, S source pieces, P listed next
tokens, N candidates, L layers, H heads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from seq2seq_core.errors import TraceError

from .data import TraceStep


@dataclass(frozen=True, slots=True)
class Column:
    """The type of one column."""

    dtype: DTypeLike
    minus_infinity: bool = False  # whether the value may be minus infinity
    optional: bool = False  # whether the whole column may be None
    left_out: bool = False  # whether a document without the column has no field for it, instead of null


COLUMNS: Final[Mapping[str, Column]] = {
    "expanded_E": Column(np.int64),
    "attention_ES": Column(np.float32, optional=True),
    "next_token_EP": Column(np.int64),
    "next_log_prob_EP": Column(np.float64, minus_infinity=True),
    "parent_N": Column(np.int64),
    "token_N": Column(np.int64),
    "log_prob_N": Column(np.float64),
    "log_prob_sum_N": Column(np.float64),
    "length_N": Column(np.int64),
    "penalty_N": Column(np.float64),
    "score_N": Column(np.float64),
    "rank_N": Column(np.int64),
    "margin_N": Column(np.float64),
    "heads_ELHS": Column(np.float32, optional=True, left_out=True),
    "centre_E": Column(np.float64, optional=True, left_out=True),
    "generate_E": Column(np.float64, optional=True, left_out=True),
    "coverage_ES": Column(np.float32, optional=True, left_out=True),
    "reward_N": Column(np.float64, optional=True, left_out=True),
    "coverage_penalty_N": Column(np.float64, optional=True, left_out=True),
    "key_N": Column(np.float64, optional=True, left_out=True),
    "draws_N": Column(np.int64, optional=True, left_out=True),
    "group_N": Column(np.int64, optional=True, left_out=True),
    "diversity_N": Column(np.float64, optional=True, left_out=True),
}
_NEVER_EMPTY: Final = "LH"  # what has attention has a layer and a head; nested lists could not tell how many of none


def sizes_of(name: str) -> str:
    """The size letters of a column: "ES" for "attention_ES"."""
    return name.rsplit("_", 1)[1]


def check_columns(step: TraceStep, number: int, source_tokens: int) -> None:
    """Check types and sizes of a step's columns.

    Raises:
        TraceError: a column has another type, another number of dimensions, a size that disagrees, or no number.
    """
    sizes = {"S": source_tokens, "N": len(step.fate_N), "E": len(step.expanded_E)}
    for name, column in COLUMNS.items():
        value = getattr(step, name)
        if value is not None or not column.optional:
            _check_one(f"step {number}, {name}", value, column, sizes)


def _check_one(place: str, value: object, column: Column, sizes: dict[str, int]) -> None:
    if not isinstance(value, np.ndarray) or value.dtype != column.dtype:
        kind = value.dtype if isinstance(value, np.ndarray) else type(value).__name__
        raise TraceError(f"{place} must be an array of {np.dtype(column.dtype)}, is {kind}")
    letters = sizes_of(place)
    if value.ndim != len(letters):
        raise TraceError(f"{place} must have {len(letters)} dimensions, has {value.ndim}")
    for letter, size in zip(letters, value.shape, strict=True):
        if size != sizes.setdefault(letter, size):
            raise TraceError(f"{place}: {letter} is {sizes[letter]}, but this column has {size}")
        if not size and letter in _NEVER_EMPTY:
            raise TraceError(f"{place}: {letter} must be 1 or more, is 0")
    _check_finite(place, value, column)


def _check_finite(place: str, value: NDArray[Any], column: Column) -> None:
    good = np.isfinite(value) | (np.isneginf(value) if column.minus_infinity else False)
    if not good.all():
        raise TraceError(f"{place} must hold numbers, holds {value[~good][0]}")
