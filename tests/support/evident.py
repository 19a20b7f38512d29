"""A printed table that also attends, with all the evidence that a model can give; every number follows by hand.

Sizes: R rows, M source positions (2), L layers (1), H heads (2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from seq2seq_core.decoding import SourceText, Step, Table, TableStepper, record
from seq2seq_core.decoding.table import TableState
from seq2seq_core.options import BeamOptions, SearchOptions
from seq2seq_core.trace import Trace

# Two heads for each token read; the attention is their mean.
HEADS: Final = {
    "<s>": ((1.0, 0.0), (0.5, 0.5)),
    "a": ((1.0, 0.0), (0.0, 1.0)),
    "b": ((0.0, 1.0), (0.5, 0.5)),
    "c": ((0.0, 1.0), (0.0, 1.0)),
}
ONE_PIECE: Final = ((1.0, 0.0), (1.0, 0.0))  # zero on padding
ATTENTION: Final = {"<s>": (0.75, 0.25), "a": (0.5, 0.5), "b": (0.25, 0.75), "c": (0.0, 1.0)}
CENTRE: Final = {"<s>": 0.25, "a": 0.5, "b": 0.75, "c": 1.0}
GENERATE: Final = {"<s>": 1.0, "a": 0.5, "b": 0.25, "c": 0.0}

# Step 1 ranks a 0.6, b 0.4; step 2 ranks "b c" 0.4 before "a c" 0.36: the prefixes change places.
CROSSING: Final = Table(
    following={"": {"a": 0.6, "b": 0.4}, "a": {"c": 0.6, "a": 0.4}, "b": {"c": 1.0}}, source=("x", "y")
)
ONE: Final = Table(following=CROSSING.following, source=("z",))


@dataclass(frozen=True, slots=True)
class EvidentState:
    """Where the tables are, and the attention spent so far."""

    tables: TableState
    spent_RM: Tensor


class EvidentStepper:
    """A `Stepper[EvidentState]`; `extra` is given as evidence too."""

    def __init__(self, tables: Sequence[Table], **extra: Tensor) -> None:
        self._tables, self._extra = TableStepper(tables), extra
        self.words, self.source_lengths = self._tables.words, self._tables.source_lengths
        self.start_id, self.end_id = self._tables.start_id, self._tables.end_id
        self.vocabulary_size, self.device = self._tables.vocabulary_size, self._tables.device

    def start(self) -> EvidentState:
        return EvidentState(self._tables.start(), torch.zeros(len(self.source_lengths), 2))

    def step(self, tokens_R: Tensor, state: EvidentState) -> Step[EvidentState]:
        answer = self._tables.step(tokens_R, state.tables)
        words = [self.words[token] for token in tokens_R.tolist()]
        pairs = zip(answer.state.rows, words, strict=True)
        heads_RHM = torch.tensor(
            [HEADS[word] if self.source_lengths[source] == 2 else ONE_PIECE for (source, _), word in pairs]
        )
        attention_RM = heads_RHM.mean(dim=1)
        evidence = {
            "heads": heads_RHM[:, None],
            "centre": torch.tensor([CENTRE[word] for word in words]),
            "generate": torch.tensor([GENERATE[word] for word in words]),
            "coverage": state.spent_RM,
            **self._extra,
        }
        after = EvidentState(answer.state, state.spent_RM + attention_RM)
        return Step(answer.log_probs_RV, attention_RM, after, evidence)

    def select(self, state: EvidentState, rows_R: Tensor) -> EvidentState:
        return EvidentState(self._tables.select(state.tables, rows_R), state.spent_RM[rows_R])

    def label(self, token: int) -> str:
        return self._tables.label(token)

    def detokenize(self, tokens: Sequence[int]) -> str:
        return self._tables.detokenize(tokens)


def evident_traces(tables: Sequence[Table], options: SearchOptions) -> list[Trace]:
    """Every source has the window 1 and, as a picture of one row, a grid."""
    stepper = EvidentStepper(tables)
    sources = [SourceText("", table.source, window=1, grid=(1, len(table.source))) for table in tables]
    return record(stepper, options, sources, label=stepper.label, detokenize=stepper.detokenize)


def evident_trace() -> Trace:
    """A beam of two over CROSSING: step 2 expands "a" and "b", step 3 expands "b c" and "a c"."""
    return evident_traces([CROSSING], BeamOptions(beam_size=2))[0]
