"""What all recurrent decoders share: a stack of cells, stepped or run as one sequence, and the readout.

The features for the output layer are tanh(W t_i), or a maxout of W t_i. What tells the decoders apart, t_i among it, is
in `decoders`.

Sizes: B rows, T target positions, E embedding size, D state size, C memory size, M memory positions, G gates times D,
L layers, P parts of a state, N packed positions, n rows of one step.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from seq2seq_core.attention import ATTENTIONS, Attention, Coverage, Glimpse, Memory, Past
from seq2seq_core.models.cells import CELLS, UpperLayer, initialise_recurrence
from seq2seq_core.models.config import ATTENDING, Readout, RecurrentConfig
from seq2seq_core.models.dropout import Dropout
from seq2seq_core.models.packing import Packing
from seq2seq_core.models.recurrence import run
from seq2seq_core.repeated import Repeated, repeatedly


@dataclass(frozen=True, slots=True)
class Given:
    """What a decoder has of the source, the same at every step but for a pin."""

    memory: Memory | None = None  # with attention
    summary_BC: Tensor | None = None  # c of the decoder that takes it at every step
    pinned: int | None = None  # an intervention: the position that gets all attention

    def select(self, rows_B: Tensor | slice) -> "Given":
        """The same of the given rows."""
        return Given(
            None if self.memory is None else self.memory.select(rows_B),
            None if self.summary_BC is None else self.summary_BC[rows_B],
            self.pinned,
        )

    def for_a_loop(self) -> "Given":
        """The same for the steps of a training; see `Memory.for_a_loop`."""
        return self if self.memory is None else replace(self, memory=self.memory.for_a_loop())


@dataclass(frozen=True, slots=True)
class Carried:
    """What a decoder carries from step to step."""

    state_BLPD: Tensor
    past: Past | None = None  # with attention
    features_BE: Tensor | None = None  # with input feeding

    def select(self, rows_B: Tensor | slice) -> "Carried":
        """The same of the given rows."""
        return Carried(
            self.state_BLPD[rows_B],
            None if self.past is None else self.past.select(rows_B),
            None if self.features_BE is None else self.features_BE[rows_B],
        )

    @property
    def top_BD(self) -> Tensor:  # noqa: N802 - a shape suffix
        """The top layer's state (without an LSTM's memory)."""
        return self.state_BLPD[:, -1, 0]


@dataclass(frozen=True, slots=True)
class DecoderStep:
    """One step."""

    carried: Carried
    context_BC: Tensor | None = None
    weights_BM: Tensor | None = None
    evidence: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What all steps found in the source, packed."""

    contexts_NC: Tensor | None = None
    weights_NM: Tensor | None = None
    evidence: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unrolled:
    """All steps of a decoder: (B, T, ...), or packed (N, ...)."""

    features_BTE: Tensor
    states_BTPD: Tensor  # of the top layer
    embedded_BTE: Tensor
    contexts_BTC: Tensor | None
    weights_BTM: Tensor | None
    evidence: Mapping[str, Tensor]

    def each(self, change: Callable[[Tensor], Tensor]) -> "Unrolled":
        """The same with every tensor laid out in another way."""
        contexts = None if self.contexts_BTC is None else change(self.contexts_BTC)
        weights = None if self.weights_BTM is None else change(self.weights_BTM)
        evidence = {name: change(values) for name, values in self.evidence.items()}
        features, states, embedded = change(self.features_BTE), change(self.states_BTPD), change(self.embedded_BTE)
        return Unrolled(features, states, embedded, contexts, weights, evidence)


class RecurrentDecoder(nn.Module, ABC):
    """A stack of cells; a subclass says where the source comes in."""

    def __init__(self, config: RecurrentConfig, memory_size: int) -> None:
        super().__init__()
        self.config, self.memory_size, self.cell = config, memory_size, CELLS[config.cell]
        size, gates = config.decoder_size, self.cell.gates
        if config.decoder in ATTENDING:
            mechanism = ATTENTIONS[config.attention]
            self.attention: Attention = mechanism(size, memory_size, config.attention_options())
        self.embedding_gates = nn.Linear(config.embedding_size, gates * size)
        if context_size := self.context_size():
            self.context_gates = Repeated(context_size, gates * size, bias=False)
        self.state_gates = Repeated(size, gates * size)
        self.upper = nn.ModuleList(UpperLayer(size, gates) for _ in range(config.decoder_layers - 1))
        width = config.embedding_size * (2 if config.readout is Readout.MAXOUT else 1)
        self.readout = Repeated(self.readout_size(), width)
        self.dropout = Dropout(config.dropout)
        initialise_recurrence(self.cell, self.state_gates, self.embedding_gates)
        for layer in self._upper():
            initialise_recurrence(self.cell, layer.state_gates, layer.input_gates)

    @abstractmethod
    def context_size(self) -> int:
        """Features that enter the lowest cell beside the embedding; 0 for none."""

    @abstractmethod
    def readout_size(self) -> int:
        """Features of t_i."""

    @abstractmethod
    def step(self, gates_BG: Tensor, carried: Carried, given: Given) -> DecoderStep:
        """One step; `gates_BG` is the previous token's share of the gates."""

    @abstractmethod
    def read(self, state: Tensor, embedded: Tensor, context: Tensor | None) -> Tensor:
        """t_i of all steps, (B, T, ...) each or packed."""

    def begin(self, state_BLPD: Tensor, given: Given) -> Carried:
        """Before the first step."""
        return Carried(state_BLPD, None if given.memory is None else Past.none(given.memory))

    def forward(self, embedded_BTE: Tensor, carried: Carried, given: Given) -> tuple[Unrolled, Carried]:
        """Step through the given tokens."""
        steps: list[DecoderStep] = []
        for gates_BG in self.embedding_gates(embedded_BTE).unbind(dim=1):
            steps.append(self.step(gates_BG, carried, given))
            carried = steps[-1].carried
        states_BTPD = torch.stack([step.carried.state_BLPD[:, -1] for step in steps], dim=1)
        contexts_BTC = _stack([step.context_BC for step in steps])
        features_BTE = _stack([step.carried.features_BE for step in steps])
        if features_BTE is None:
            features_BTE = self.features(self.read(states_BTPD[:, :, 0], embedded_BTE, contexts_BTC))
        evidence = {name: torch.stack([step.evidence[name] for step in steps], dim=1) for name in steps[0].evidence}
        weights_BTM = _stack([step.weights_BM for step in steps])
        return Unrolled(features_BTE, states_BTPD, embedded_BTE, contexts_BTC, weights_BTM, evidence), carried

    if TYPE_CHECKING:
        __call__ = forward

    def unroll(self, embedded_NE: Tensor, carried: Carried, given: Given, packing: Packing) -> Unrolled:
        """All steps of given tokens, packed; the rows stand in the order of the packing."""
        gates_NG = self.embedding_gates(embedded_NE)
        if self.looks_back:
            with repeatedly(self):
                return self._one_by_one(gates_NG, embedded_NE, carried, given, packing)
        states_NPD = self._climb_all(gates_NG, carried, given, packing)
        seen = self.look_from_all(states_NPD[:, 0], carried, given, packing)
        features_NE = self.features(self.read(states_NPD[:, 0], embedded_NE, seen.contexts_NC))
        return Unrolled(features_NE, states_NPD, embedded_NE, seen.contexts_NC, seen.weights_NM, seen.evidence)

    @property
    def looks_back(self) -> bool:
        """Whether a step of the cells needs what the step before found in the source."""
        return self.config.input_feeding

    def from_source(self, given: Given, packing: Packing) -> Tensor | None:
        """The source's share of the gates of all steps, (N, G), where the cells do not wait for attention."""
        return None

    def look_from_all(self, queries_ND: Tensor, carried: Carried, given: Given, packing: Packing) -> "Seen":
        """What all steps find in the source, their states being known."""
        return Seen()

    def _climb_all(self, gates_NG: Tensor, carried: Carried, given: Given, packing: Packing) -> Tensor:
        """The states of the top layer at all steps, (N, P, D)."""
        if (source_NG := self.from_source(given, packing)) is not None:
            gates_NG = gates_NG + source_NG
        below_BPD, *above = carried.state_BLPD.unbind(dim=1)
        states_NPD = run(self.cell, gates_NG, self.state_gates, below_BPD, packing.sizes)
        for layer, first_BPD in zip(self._upper(), above, strict=True):
            given_NG = layer.input_gates(self.dropout(states_NPD[:, 0]))
            states_NPD = run(self.cell, given_NG, layer.state_gates, first_BPD, packing.sizes)
        return states_NPD

    def _one_by_one(
        self, gates_NG: Tensor, embedded_NE: Tensor, carried: Carried, given: Given, packing: Packing
    ) -> Unrolled:
        """Step by step, with the rows that are left."""
        steps: list[DecoderStep] = []
        rows, given = packing.sizes[0], given.for_a_loop()
        for gates_nG in torch.split(gates_NG, list(packing.sizes)):
            if len(gates_nG) < rows:
                rows = len(gates_nG)
                given, carried = given.select(slice(rows)), carried.select(slice(rows))
            steps.append(self.step(gates_nG, carried, given))
            carried = steps[-1].carried
        states_NPD = torch.cat([step.carried.state_BLPD[:, -1] for step in steps])
        contexts_NC = join([step.context_BC for step in steps])
        features_NE = join([step.carried.features_BE for step in steps])
        if features_NE is None:
            features_NE = self.features(self.read(states_NPD[:, 0], embedded_NE, contexts_NC))
        weights_NM, evidence = join([step.weights_BM for step in steps]), join_evidence(steps)
        return Unrolled(features_NE, states_NPD, embedded_NE, contexts_NC, weights_NM, evidence)

    def features(self, read: Tensor) -> Tensor:
        """The layer before the output, (..., E)."""
        if self.config.readout is Readout.TANH:
            return torch.tanh(self.readout(read))
        return torch.maximum(*self.readout(read).chunk(2, dim=-1))

    def climb(self, given_BG: Tensor, state_BLPD: Tensor) -> Tensor:
        """One step of all layers from the input of the lowest."""
        below_BPD, *above = state_BLPD.unbind(dim=1)
        states = [self.cell.advance(given_BG, self.state_gates, below_BPD)]
        for layer, state_BPD in zip(self._upper(), above, strict=True):
            input_BG = layer.input_gates(self.dropout(states[-1][:, 0]))
            states.append(self.cell.advance(input_BG, layer.state_gates, state_BPD))
        return torch.stack(states, dim=1)

    def look(self, query_BD: Tensor, carried: Carried, given: Given) -> tuple[Glimpse, Carried, Mapping[str, Tensor]]:
        """Attend; what was seen, what is carried on, and the evidence with the coverage that entered the score."""
        if given.memory is None or carried.past is None:
            raise TypeError(f"decoder {self.config.decoder.value} attends, but was given no memory")
        glimpse = self.attention(query_BD, given.memory, carried.past, given.pinned)
        coverage = {} if self.config.coverage is Coverage.NONE else {"coverage": carried.past.total_BS}
        carried = replace(carried, past=carried.past.after(glimpse.weights_BS))
        return glimpse, carried, {**glimpse.evidence, **coverage}

    def _upper(self) -> list[UpperLayer]:
        return [layer for layer in self.upper if isinstance(layer, UpperLayer)]


def spread(rows: Tensor, packing: Packing) -> Tensor:
    """What is the same at every step, (B, ...) -> (N, ...)."""
    return rows.index_select(0, packing.rank_N)


def join(parts: list[Tensor | None]) -> Tensor | None:
    """What the steps have, one after the other; None where they have nothing."""
    found = [part for part in parts if part is not None]
    return torch.cat(found) if found else None


def join_evidence(steps: list[DecoderStep]) -> dict[str, Tensor]:
    """The same of every name of the evidence, which all steps share."""
    return {name: torch.cat([step.evidence[name] for step in steps]) for name in steps[0].evidence}


def _stack(parts: list[Tensor | None]) -> Tensor | None:
    found = [part for part in parts if part is not None]
    return torch.stack(found, dim=1) if found else None
