"""Recurrent decoders: how the source reaches each step is what tells them apart.

    sutskever  the source is the first state and nothing else           t_i = [s_i]
    cho        c enters every step and the output layer                 t_i = [s_i; E y_{i-1}; c]
    bahdanau   c_i = attention(s_{i-1}, h), then the step               t_i = [s_i; E y_{i-1}; c_i]
    luong      the step, then c_i = attention(s_i, h)                   t_i = [c_i; s_i]

With input feeding (Luong 2015, section 3.3) the features of a step are an input of the next. Bahdanau 2015 reads out
from s_{i-1}; reading from s_i is the later habit.

Sizes: B rows, T target positions, E embedding size, D state size, C memory size, M memory positions, G gates times D,
L layers, P parts of a state, N packed positions, n rows of one step.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import torch
from torch import Tensor

from seq2seq_core.models.config import DecoderKind
from seq2seq_core.models.decoder import (
    Carried,
    DecoderStep,
    Given,
    RecurrentDecoder,
    Seen,
    join,
    join_evidence,
    spread,
)
from seq2seq_core.models.packing import Packing
from seq2seq_core.repeated import repeatedly


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

    def look_from_all(self, queries_ND: Tensor, carried: Carried, given: Given, packing: Packing) -> Seen:
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

    def look_from_all(self, queries_ND: Tensor, carried: Carried, given: Given, packing: Packing) -> Seen:
        if given.memory is None or not self.attention.at_once:
            with repeatedly(self.attention):
                return self._look_one_by_one(queries_ND, carried, given, packing)
        glimpse = self.attention.survey(packing.pad(queries_ND), given.memory)
        return Seen(packing.pack(glimpse.context_BE), packing.pack(glimpse.weights_BS))

    def _look_one_by_one(self, queries_ND: Tensor, carried: Carried, given: Given, packing: Packing) -> Seen:
        looks: list[DecoderStep] = []
        given = given.for_a_loop()
        for query_nD in torch.split(queries_ND, list(packing.sizes)):
            if len(query_nD) < len(carried.state_BLPD):
                rows = slice(len(query_nD))
                given, carried = given.select(rows), carried.select(rows)
            glimpse, carried, evidence = self.look(query_nD, carried, given)
            looks.append(DecoderStep(carried, glimpse.context_BE, glimpse.weights_BS, evidence))
        contexts_NC = join([look.context_BC for look in looks])
        return Seen(contexts_NC, join([look.weights_BM for look in looks]), join_evidence(looks))

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
