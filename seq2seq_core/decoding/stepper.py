"""All that a search may know about a model: open it on its sources, step it, rearrange its rows.

A row is a pair (source, prefix). A batch of one is nothing special, and whether an LSTM, a Transformer or a printed
table of probabilities answers is not visible here.

Sizes: R rows, V vocabulary, S source pieces of the longest source of the batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import torch
from torch import Tensor

State = TypeVar("State")
State_co = TypeVar("State_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """One answer of a model; a model may as well return a class of its own with these attributes."""

    log_probs_RV: Tensor  # float32; minus infinity for what cannot follow
    attention_RS: Tensor | None  # used while predicting these successors; zero on padding
    state: State
    evidence: Mapping[str, Tensor] = field(default_factory=dict)  # for traces, by name; rows first in every tensor


class StepAnswer(Protocol[State_co]):
    """The shape of a `Step`, so that models need not import it."""

    @property
    def log_probs_RV(self) -> Tensor: ...  # noqa: N802 - a shape suffix
    @property
    def attention_RS(self) -> Tensor | None: ...  # noqa: N802 - a shape suffix
    @property
    def state(self) -> State_co: ...
    @property
    def evidence(self) -> Mapping[str, Tensor]: ...


class Stepper(Protocol[State]):
    """A model opened on a batch of sources."""

    @property
    def start_id(self) -> int: ...
    @property
    def end_id(self) -> int: ...
    @property
    def vocabulary_size(self) -> int: ...
    @property
    def source_lengths(self) -> Sequence[int]:
        """Real pieces of every source, padding not counted."""
        ...

    @property
    def device(self) -> torch.device: ...

    def start(self) -> State:
        """The state before the start token: one row per source, in order."""
        ...

    def step(self, tokens_R: Tensor, state: State) -> StepAnswer[State]:
        """Read the last token of every row (int64, on `device`); predict what follows."""
        ...

    def select(self, state: State, rows_R: Tensor) -> State:
        """The state whose row i is the old row `rows_R[i]`: keeps, repeats and drops rows.

        Sources may vanish altogether; nothing may depend on all of them staying.
        """
        ...
