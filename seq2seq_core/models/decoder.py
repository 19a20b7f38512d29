"""Recurrent decoders: how the source reaches each step is what tells them apart.

    sutskever  the source is the first state and nothing else           t_i = [s_i]
    cho        c enters every step and the output layer                 t_i = [s_i; E y_{i-1}; c]
    bahdanau   c_i = attention(s_{i-1}, h), then the step               t_i = [s_i; E y_{i-1}; c_i]
    luong      the step, then c_i = attention(s_i, h)                   t_i = [c_i; s_i]

The features for the output layer are tanh(W t_i), or a maxout of W t_i. With input feeding (Luong 2015, section 3.3)
the features of a step are an input of the next. Bahdanau 2015 reads out from s_{i-1}; reading from s_i is the later
habit.

Sizes: B rows, T target positions, E embedding size, D state size, C memory size, M memory positions, G gates times D,
L layers, P parts of a state, N packed positions, n rows of one step.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn

from seq2seq_core.attention import ATTENTIONS, Attention, Coverage, Glimpse, Memory, Past
from seq2seq_core.models.cells import CELLS, UpperLayer, initialise_recurrence
from seq2seq_core.models.config import ATTENDING, DecoderKind, Readout, RecurrentConfig
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
        contexts_NC = _join([step.context_BC for step in steps])
        features_NE = _join([step.carried.features_BE for step in steps])
        if features_NE is None:
            features_NE = self.features(self.read(states_NPD[:, 0], embedded_NE, contexts_NC))
        weights_NM, evidence = _join([step.weights_BM for step in steps]), _join_evidence(steps)
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


class SutskeverDecoder(RecurrentDecoder):
    """Sutskever, Vinyals and Le 2014: the source is the first state, and must last to the end."""

    def context_size(self) -> int:
        return 0

    def readout_size(self) -> int:
        return self.config.decoder_size

    def step(self, gates_BG: Tensor, carried: Carried, given: Given) -> DecoderStep:
        return DecoderStep(replace(carried, state_BLPD=self.climb(gates_BG, carried.state_BLPD)))

    def read(self, state: Tensor, embedded: Tensor, context: Tensor | None) -> Tensor:
        return state


class ChoDecoder(RecurrentDecoder):
    """Cho et al. 2014: one vector c of the source, given again at every step and to the output layer.

    Two things differ from the paper's appendix: the first state comes from the encoder by the bridge (the paper:
    tanh(V' c)), and C c stands outside the reset gate, as in Bahdanau 2015 (the paper: r * (U h + C c)).
    """

    def context_size(self) -> int:
        return self.memory_size

    def readout_size(self) -> int:
        return self.config.decoder_size + self.config.embedding_size + self.memory_size

    def step(self, gates_BG: Tensor, carried: Carried, given: Given) -> DecoderStep:
        given_BG = gates_BG + self.context_gates(given.summary_BC)
        return DecoderStep(replace(carried, state_BLPD=self.climb(given_BG, carried.state_BLPD)), given.summary_BC)

    def from_source(self, given: Given, packing: Packing) -> Tensor | None:
        return spread(self.context_gates(given.summary_BC), packing)

    def look_from_all(self, queries_ND: Tensor, carried: Carried, given: Given, packing: Packing) -> "Seen":
        if given.summary_BC is None:
            raise TypeError("decoder cho needs the summary of the source")
        return Seen(spread(given.summary_BC, packing))

    def read(self, state: Tensor, embedded: Tensor, context: Tensor | None) -> Tensor:
        if context is None:
            raise TypeError("decoder cho needs the summary of the source")
        return torch.cat((state, embedded.to(state.dtype), context.to(state.dtype)), dim=-1)


class BahdanauDecoder(RecurrentDecoder):
    """Bahdanau, Cho and Bengio 2015: looks with its PREVIOUS state, then steps with what it saw."""

    def context_size(self) -> int:
        return self.memory_size

    def readout_size(self) -> int:
        return self.config.decoder_size + self.config.embedding_size + self.memory_size

    def step(self, gates_BG: Tensor, carried: Carried, given: Given) -> DecoderStep:
        glimpse, carried, evidence = self.look(carried.top_BD, carried, given)
        given_BG = gates_BG + self.context_gates(glimpse.context_BE)
        carried = replace(carried, state_BLPD=self.climb(given_BG, carried.state_BLPD))
        return DecoderStep(carried, glimpse.context_BE, glimpse.weights_BS, evidence)

    @property
    def looks_back(self) -> bool:
        return True

    def read(self, state: Tensor, embedded: Tensor, context: Tensor | None) -> Tensor:
        if context is None:
            raise TypeError("decoder bahdanau needs its contexts")
        return torch.cat((state, embedded.to(state.dtype), context.to(state.dtype)), dim=-1)


class LuongDecoder(RecurrentDecoder):
    """Luong, Pham and Manning 2015: steps, then looks with its CURRENT state; may feed the result to the next step."""

    def context_size(self) -> int:
        return self.config.embedding_size if self.config.input_feeding else 0

    def readout_size(self) -> int:
        return self.memory_size + self.config.decoder_size

    def begin(self, state_BLPD: Tensor, given: Given) -> Carried:
        carried = super().begin(state_BLPD, given)
        fed_BE = state_BLPD.new_zeros(len(state_BLPD), self.config.embedding_size)
        return replace(carried, features_BE=fed_BE) if self.config.input_feeding else carried

    def step(self, gates_BG: Tensor, carried: Carried, given: Given) -> DecoderStep:
        if carried.features_BE is not None:
            gates_BG = gates_BG + self.context_gates(carried.features_BE)
        carried = replace(carried, state_BLPD=self.climb(gates_BG, carried.state_BLPD))
        glimpse, carried, evidence = self.look(carried.top_BD, carried, given)
        if carried.features_BE is not None:
            read = torch.cat((glimpse.context_BE.to(carried.top_BD.dtype), carried.top_BD), dim=-1)
            carried = replace(carried, features_BE=self.features(read))
        return DecoderStep(carried, glimpse.context_BE, glimpse.weights_BS, evidence)

    def look_from_all(self, queries_ND: Tensor, carried: Carried, given: Given, packing: Packing) -> "Seen":
        if given.memory is None or not self.attention.at_once:
            with repeatedly(self.attention):
                return self._look_one_by_one(queries_ND, carried, given, packing)
        glimpse = self.attention.survey(packing.pad(queries_ND), given.memory)
        return Seen(packing.pack(glimpse.context_BE), packing.pack(glimpse.weights_BS))

    def _look_one_by_one(self, queries_ND: Tensor, carried: Carried, given: Given, packing: Packing) -> "Seen":
        looks: list[DecoderStep] = []
        given = given.for_a_loop()
        for query_nD in torch.split(queries_ND, list(packing.sizes)):
            if len(query_nD) < len(carried.state_BLPD):
                rows = slice(len(query_nD))
                given, carried = given.select(rows), carried.select(rows)
            glimpse, carried, evidence = self.look(query_nD, carried, given)
            looks.append(DecoderStep(carried, glimpse.context_BE, glimpse.weights_BS, evidence))
        contexts_NC = _join([look.context_BC for look in looks])
        return Seen(contexts_NC, _join([look.weights_BM for look in looks]), _join_evidence(looks))

    def read(self, state: Tensor, embedded: Tensor, context: Tensor | None) -> Tensor:
        if context is None:
            raise TypeError("decoder luong needs its contexts")
        return torch.cat((context.to(state.dtype), state), dim=-1)


RECURRENT_DECODERS: Final[Mapping[DecoderKind, type[RecurrentDecoder]]] = {
    DecoderKind.SUTSKEVER: SutskeverDecoder,
    DecoderKind.CHO: ChoDecoder,
    DecoderKind.BAHDANAU: BahdanauDecoder,
    DecoderKind.LUONG: LuongDecoder,
}


def spread(rows: Tensor, packing: Packing) -> Tensor:
    """What is the same at every step, (B, ...) -> (N, ...)."""
    return rows.index_select(0, packing.rank_N)


def _join(parts: list[Tensor | None]) -> Tensor | None:
    found = [part for part in parts if part is not None]
    return torch.cat(found) if found else None


def _join_evidence(steps: list[DecoderStep]) -> dict[str, Tensor]:
    return {name: torch.cat([step.evidence[name] for step in steps]) for name in steps[0].evidence}


def _stack(parts: list[Tensor | None]) -> Tensor | None:
    found = [part for part in parts if part is not None]
    return torch.stack(found, dim=1) if found else None
