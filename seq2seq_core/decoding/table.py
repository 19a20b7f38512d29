"""A printed table of probabilities as a model: what follows which prefix, solvable by hand.

A table is keyed by whole prefixes, or by the last tokens only (a Markov chain). A prefix that is not in the table is
followed by the end token for certain. Several tables make a batch; they share one vocabulary.

Sizes: R rows, V vocabulary, S source pieces of the longest source, T steps.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.errors import InputError
from seq2seq_core.trace import Floats

from .stepper import Step

START_TOKEN: Final = "<s>"
END_TOKEN: Final = "</s>"
START_ID: Final = 0
END_ID: Final = 1
_SUM_SLACK: Final = 1e-6

Prefix: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One printed model.

    Raises:
        InputError: probabilities that are not from 0 to 1 or do not sum to 1, a start token that would follow, or
            attention that does not fit the source.
    """

    following: Mapping[str, Mapping[str, float]]  # prefix, its tokens parted by blanks -> next token -> probability
    order: int | None = None  # how many of the last tokens are looked up; None means the whole prefix
    longest: int | None = None  # content tokens after which only the end follows
    source: tuple[str, ...] = ("·",)  # labels of the source pieces
    attention: tuple[tuple[float, ...], ...] | None = None  # row t for step t; the last row serves all later steps

    def __post_init__(self) -> None:
        for prefix, probabilities in self.following.items():
            _check_probabilities(prefix, probabilities)
        for name in ("order", "longest"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise InputError(f"{name} must be a whole number from 1 or None, got {value!r}")
        if not self.source:
            raise InputError("a source must have a piece, got none")
        if self.attention is not None:
            _check_attention(self.attention, len(self.source))

    def tokens(self) -> Iterable[str]:
        """Every content token that the table mentions; some more than once."""
        for prefix, probabilities in self.following.items():
            yield from prefix.split()
            yield from probabilities


@dataclass(frozen=True, slots=True)
class TableState:
    """The rows of a search over tables: which table, and the prefix read so far; None before the start token."""

    rows: tuple[tuple[int, Prefix | None], ...]


class TableStepper:
    """A batch of tables as a `Stepper[TableState]`.

    Args:
        tables: one per source.
        vocabulary: content tokens in the order of their ids; all that the tables mention, sorted, where it is None.

    Raises:
        InputError: no table, a token outside the vocabulary, or attention in some tables only.
    """

    def __init__(self, tables: Sequence[Table], vocabulary: Sequence[str] | None = None) -> None:
        if len({table.attention is None for table in tables}) != 1:
            raise InputError(f"all tables of a batch, or none, must have attention, got {len(tables)} tables")
        content = sorted({token for table in tables for token in table.tokens()} - {END_TOKEN})
        self.words: tuple[str, ...] = (START_TOKEN, END_TOKEN, *(content if vocabulary is None else vocabulary))
        self.start_id, self.end_id, self.vocabulary_size = START_ID, END_ID, len(self.words)
        self.source_lengths = [len(table.source) for table in tables]
        self.device = torch.device("cpu")
        self._tables = tuple(tables)
        self._rows = [self._log_probs_of(table) for table in tables]
        self._ended_V = self._log_probs({END_TOKEN: 1.0})

    def label(self, token: int) -> str:
        """The text of one token, markers included."""
        return self.words[token]

    def detokenize(self, tokens: Sequence[int]) -> str:
        """Tokens as text, parted by blanks."""
        return " ".join(self.words[token] for token in tokens)

    def start(self) -> TableState:
        return TableState(tuple((source, None) for source in range(len(self._tables))))

    def step(self, tokens_R: Tensor, state: TableState) -> Step[TableState]:
        pairs = zip(state.rows, tokens_R.tolist(), strict=True)
        rows = tuple((table, () if prefix is None else (*prefix, token)) for (table, prefix), token in pairs)
        log_probs_RV = np.stack([self._following(table, prefix) for table, prefix in rows])
        return Step(torch.from_numpy(log_probs_RV), self._attention(rows), TableState(rows))

    def select(self, state: TableState, rows_R: Tensor) -> TableState:
        return TableState(tuple(state.rows[row] for row in rows_R.tolist()))

    def _following(self, source: int, prefix: Prefix) -> Floats:
        table = self._tables[source]
        if table.longest is not None and len(prefix) >= table.longest:
            return self._ended_V
        key = prefix if table.order is None else prefix[-table.order :]
        return self._rows[source].get(key, self._ended_V)

    def _attention(self, rows: Sequence[tuple[int, Prefix]]) -> Tensor | None:
        weights_RS = np.zeros((len(rows), max(self.source_lengths)), dtype=np.float32)
        for row, (source, prefix) in enumerate(rows):
            weights_TS = self._tables[source].attention
            if weights_TS is None:
                return None
            weights_RS[row, : self.source_lengths[source]] = weights_TS[min(len(prefix), len(weights_TS) - 1)]
        return torch.from_numpy(weights_RS)

    def _log_probs_of(self, table: Table) -> dict[Prefix, Floats]:
        return {
            tuple(self._id(token) for token in prefix.split()): self._log_probs(probabilities)
            for prefix, probabilities in table.following.items()
        }

    def _log_probs(self, probabilities: Mapping[str, float]) -> Floats:
        log_probs_V = np.full(self.vocabulary_size, -np.inf, dtype=np.float32)
        for token, probability in probabilities.items():
            log_probs_V[self._id(token)] = math.log(probability) if probability else -math.inf
        return log_probs_V

    def _id(self, token: str) -> int:
        try:
            return self.words.index(token)
        except ValueError:
            raise InputError(f"a table's tokens must be in the vocabulary, {token!r} is not") from None


def _check_probabilities(prefix: str, probabilities: Mapping[str, float]) -> None:
    for token, probability in probabilities.items():
        if not 0 <= probability <= 1:
            raise InputError(f"a probability must be from 0 to 1, {token!r} after {prefix!r} has {probability!r}")
    if START_TOKEN in probabilities:
        raise InputError(f"{START_TOKEN} must not follow a prefix, it does after {prefix!r}")
    total = math.fsum(probabilities.values())
    if abs(total - 1) > _SUM_SLACK:
        raise InputError(f"probabilities must sum to 1, those after {prefix!r} sum to {total!r}")


def _check_attention(attention: Sequence[Sequence[float]], pieces: int) -> None:
    if not attention:
        raise InputError("attention must have a row, got none")
    for number, row in enumerate(attention, 1):
        if len(row) != pieces:
            raise InputError(f"attention row {number} must have {pieces} weights, one per piece, has {len(row)}")
        if not all(0 <= weight <= 1 for weight in row) or math.fsum(row) > 1 + _SUM_SLACK:
            raise InputError(f"attention row {number} must have weights from 0 to 1 that sum to 1 at most, is {row}")
