"""The recurrent family: embeddings, encoder, bridge, decoder, output layer.

Sizes: B sentences, S source tokens, M memory positions, T target positions, E embedding size, V vocabulary (extended
where the model copies), C memory size, D decoder state size, L layers, P parts of a state, R rows of a search.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor, nn

from seq2seq_core.errors import InputError
from seq2seq_core.models.base import PAD_ID, UNKNOWN_ID, Answer, Forced, Learnt, Seq2Seq, Sources
from seq2seq_core.models.cells import CELLS
from seq2seq_core.models.config import (
    ATTENDING,
    FIRST_POSITION,
    PICTURE_ENCODERS,
    RECURRENT_ENCODERS,
    Bridge,
    DecoderKind,
    EncoderKind,
    Output,
    RecurrentConfig,
)
from seq2seq_core.models.decoder import Carried, Given, Unrolled
from seq2seq_core.models.decoders import RECURRENT_DECODERS
from seq2seq_core.models.dropout import Dropout
from seq2seq_core.models.encoder import Encoded, LabelEncoder, RecurrentEncoder
from seq2seq_core.models.output import OUTPUTS, Places, Scored, places_of
from seq2seq_core.models.packing import Packing, pick
from seq2seq_core.models.picture_encoder import PATCH, FlatEncoder, PatchEncoder


@dataclass(frozen=True, slots=True)
class RecurrentState:
    """What a row carries: the encoded source, reordered with it, and the decoder's state."""

    given: Given
    carried: Carried
    places: Places | None

    def select(self, rows_R: Tensor) -> "RecurrentState":
        """The state of the given rows."""
        places = None if self.places is None else self.places.select(rows_R)
        return RecurrentState(self.given.select(rows_R), self.carried.select(rows_R), places)


class RecurrentSeq2Seq(Seq2Seq[RecurrentState]):
    """An encoder-decoder with the choices of `config`."""

    family: ClassVar[str] = "recurrent"

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config: RecurrentConfig = config
        self.dropout = Dropout(config.dropout)
        if config.encoder in (*RECURRENT_ENCODERS, EncoderKind.LABEL):
            self.source_embedding = _embedding(config.source_vocabulary, config.embedding_size)
        # a pointer network's target tokens are positions; what it reads back is the state at the position
        types = FIRST_POSITION if config.output is Output.POINTER else config.target_vocabulary
        self.target_embedding = _embedding(types, config.embedding_size)
        self.encoder = _encoder(config)
        memory_size = 0 if self.encoder is None else self.encoder.size
        cell = CELLS[config.cell]
        self._state_shape = (config.decoder_layers, cell.parts, config.decoder_size)
        width = config.encoder_size if config.bridge is Bridge.BACKWARD else memory_size
        if config.bridge not in (Bridge.COPY, Bridge.ZERO):
            self.bridge = nn.Linear(width, config.decoder_layers * cell.parts * config.decoder_size)
        if config.decoder is DecoderKind.CHO:
            self.summary = nn.Linear(width, memory_size)
        if config.output is Output.POINTER:
            self.pointed = nn.Linear(memory_size, config.embedding_size)
        self.decoder = RECURRENT_DECODERS[config.decoder](config, memory_size)
        self.output = OUTPUTS[config.output](config, memory_size)

    @property
    def copies(self) -> bool:
        return self.config.output is Output.POINTER_GENERATOR

    @property
    def window(self) -> int | None:
        return self.config.attention_window if self.config.attention in ("local-m", "local-p") else None

    @property
    def pinnable(self) -> bool:
        # what a pointer network shows is its output and not the decoder's attention
        return self.config.decoder in ATTENDING and self.config.output is not Output.POINTER

    def pinned(self, state: RecurrentState, position: int) -> RecurrentState:
        return replace(state, given=replace(state.given, pinned=position))

    def positions(self, tokens: int) -> int:
        """Patches of a picture, one state of a flat one, none without a source, else the tokens."""
        if self.config.encoder is EncoderKind.NONE:
            return 0
        if self.config.encoder is EncoderKind.FLAT:
            return 1
        return (self.config.picture_side // PATCH) ** 2 if self.config.encoder is EncoderKind.PATCHES else tokens

    def vocabulary_of(self, sources: Sequence[Sequence[int]]) -> int:
        highest = max((max(source, default=0) for source in sources), default=0)
        vocabulary = self.config.target_vocabulary
        return max(vocabulary, highest + 1) if self.copies else vocabulary

    def force(self, sources: Sources, previous_BT: Tensor) -> Forced:
        rows, width = previous_BT.shape
        state, packing = self.begin(sources), Packing.whole(rows, width, previous_BT.device)
        unrolled = self._unroll(previous_BT, state, packing).each(packing.pad)
        scored = self._score(unrolled, state.places)
        return Forced(scored.scores_BTX, _shown(unrolled, scored))

    def learn(self, sources: Sources, previous_BT: Tensor, real_BT: Tensor) -> Learnt:
        """Rows that have ended take no further step. They are sorted for that before anything is computed."""
        width, lengths_B = previous_BT.size(1), real_BT.sum(dim=1)
        order_B = lengths_B.argsort(descending=True, stable=True)
        state = self.begin(Sources(sources.ids_BS[order_B], sources.lengths_B[order_B]))
        packing = Packing.of(lengths_B[order_B], width)
        unrolled = self._unroll(previous_BT[order_B], state, packing)
        real_N = packing.real_N.nonzero().squeeze(1)
        sorted_N = packing.place_N[real_N]
        place_N = order_B[sorted_N // width] * width + sorted_N % width
        if self.config.output in (Output.TIED, Output.SOFTMAX):  # which need nothing of the source
            chosen = replace(unrolled, features_BTE=pick(unrolled.features_BTE, real_N))
            attention_NM = None if unrolled.weights_BTM is None else pick(unrolled.weights_BTM, real_N)
            return Learnt(self._score(chosen, None).scores_BTX, place_N, attention_NM)
        padded = unrolled.each(packing.pad)
        scored = self._score(padded, state.places)
        shown = _shown(padded, scored)
        attention_NM = None if shown is None else pick(shown.flatten(0, 1), sorted_N)
        return Learnt(pick(scored.scores_BTX.flatten(0, 1), sorted_N), place_N, attention_NM)

    def force_language(self, previous_BT: Tensor) -> Tensor:
        """Teacher forcing with nothing of the source, as if this were a language model; scores (B, T, V).

        The first state and all contexts are zero: attention looks at one position that holds nothing. Not for outputs
        that copy or point, which have nothing to say without a source.
        """
        batch, weight = len(previous_BT), self.target_embedding.weight
        given = Given()
        if self.config.decoder in ATTENDING:
            nothing_B1C = weight.new_zeros(batch, 1, self.decoder.memory_size)
            given = Given(self.decoder.attention.remember(nothing_B1C, torch.ones_like(previous_BT[:, :1]) > 0))
        if self.config.decoder is DecoderKind.CHO:
            given = Given(summary_BC=weight.new_zeros(batch, self.decoder.memory_size))
        state = RecurrentState(given, self.decoder.begin(self._zero(batch), given), None)
        packing = Packing.whole(batch, previous_BT.size(1), previous_BT.device)
        unrolled = self._unroll(previous_BT, state, packing).each(packing.pad)
        return self._score(unrolled, None).scores_BTX

    def begin(self, sources: Sources) -> RecurrentState:
        """Encode the sources.

        Raises:
            InputError: a picture has not the number of pixels that the model reads.
        """
        encoded, batch = self._encode(sources), len(sources.lengths_B)
        if encoded is None:
            given = Given()
            return RecurrentState(given, self.decoder.begin(self._zero(batch), given), None)
        states_BMC = self.dropout(encoded.states_BMC)
        memory = summary_BC = places = None
        if self.config.decoder in (DecoderKind.BAHDANAU, DecoderKind.LUONG):
            memory = self.decoder.attention.remember(states_BMC, encoded.real_BM)
        if self.config.decoder is DecoderKind.CHO:
            summary_BC = torch.tanh(self.summary(self._summarise(encoded)))
        if self.config.output in (Output.POINTER, Output.POINTER_GENERATOR):
            places = places_of(sources, states_BMC, self.config.target_vocabulary)
        given = Given(memory, summary_BC)
        return RecurrentState(given, self.decoder.begin(self._first_state(encoded), given), places)

    def advance(self, tokens_R: Tensor, state: RecurrentState) -> Answer[RecurrentState]:
        embedded_R1E = self._embed(tokens_R.unsqueeze(1), state)
        unrolled, carried = self.decoder(embedded_R1E, state.carried, state.given)
        scored = self._score(unrolled, state.places)
        shown = _shown(unrolled, scored)
        evidence = {name: values[:, 0] for name, values in {**unrolled.evidence, **scored.evidence}.items()}
        if "heads" in evidence:  # one layer of attention
            evidence["heads"] = evidence["heads"].unsqueeze(1)
        return Answer(
            scored.scores_BTX[:, 0].float().log_softmax(dim=-1),
            None if shown is None else shown[:, 0],
            RecurrentState(replace(state.given, pinned=None), carried, state.places),
            evidence,
        )

    def _encode(self, sources: Sources) -> Encoded | None:
        if self.encoder is None:
            return None
        if isinstance(self.encoder, PatchEncoder | FlatEncoder):
            pixels = self.config.picture_side**2
            if sources.ids_BS.size(1) != pixels or not bool((sources.lengths_B == pixels).all()):
                raise InputError(f"a picture must have {pixels} pixels, got {sources.lengths_B.tolist()}")
            return self.encoder(sources)
        known_BS = sources.ids_BS.masked_fill(sources.ids_BS >= self.config.source_vocabulary, UNKNOWN_ID)
        return self.encoder(self.dropout(self.source_embedding(known_BS)), sources)

    def _summarise(self, encoded: Encoded) -> Tensor:
        """The one vector that the bridge makes the first state from."""
        if self.config.bridge is Bridge.BACKWARD and encoded.backward_BH is not None:
            return encoded.backward_BH
        return encoded.mean() if self.config.bridge is Bridge.MEAN else encoded.last_BC

    def _first_state(self, encoded: Encoded) -> Tensor:
        if self.config.bridge is Bridge.ZERO:
            return self._zero(len(encoded.real_BM))
        if self.config.bridge is Bridge.COPY and encoded.layers_BLPH is not None:
            return encoded.layers_BLPH
        return torch.tanh(self.bridge(self._summarise(encoded))).view(-1, *self._state_shape)

    def _zero(self, batch: int) -> Tensor:
        return self.target_embedding.weight.new_zeros(batch, *self._state_shape)

    def _embed(self, tokens_BT: Tensor, state: RecurrentState) -> Tensor:
        if self.config.output is Output.POINTER and state.places is not None:
            embedded_BTE: Tensor = self.dropout(self._embed_positions(tokens_BT, state.places))
            return embedded_BTE
        known_BT = tokens_BT.masked_fill(tokens_BT >= self.config.target_vocabulary, UNKNOWN_ID)
        embedded_BTE = self.dropout(self.target_embedding(known_BT))
        return embedded_BTE

    def _embed_positions(self, tokens_BT: Tensor, places: Places) -> Tensor:
        """Special tokens by the table, positions by the source's state there."""
        position_BT = (tokens_BT - FIRST_POSITION).clamp(0, places.states_BMC.size(1) - 1)
        index_BTC = position_BT.unsqueeze(-1).expand(-1, -1, places.states_BMC.size(-1))
        pointed_BTE = self.pointed(places.states_BMC.gather(1, index_BTC))
        special_BTE = self.target_embedding(tokens_BT.clamp_max(FIRST_POSITION - 1))
        return torch.where((tokens_BT < FIRST_POSITION).unsqueeze(-1), special_BTE.to(pointed_BTE.dtype), pointed_BTE)

    def _unroll(self, previous_BT: Tensor, state: RecurrentState, packing: Packing) -> Unrolled:
        embedded_NE = packing.pack(self._embed(previous_BT, state))
        return self.decoder.unroll(embedded_NE, state.carried, state.given, packing)

    def _score(self, unrolled: Unrolled, places: Places | None) -> Scored:
        dropped = replace(unrolled, features_BTE=self.dropout(unrolled.features_BTE))
        return self.output(dropped, self.target_embedding.weight, places)


def _shown(unrolled: Unrolled, scored: Scored) -> Tensor | None:
    """The attention that a trace shows: what the output points with, or what the decoder attended with."""
    return scored.weights_BTM if scored.weights_BTM is not None else unrolled.weights_BTM


def _embedding(types: int, size: int) -> nn.Embedding:
    """As wide as a tied softmax bears."""
    embedding = nn.Embedding(types, size, padding_idx=PAD_ID)
    nn.init.normal_(embedding.weight, std=size**-0.5)
    with torch.no_grad():
        embedding.weight[PAD_ID].zero_()
    return embedding


def _encoder(config: RecurrentConfig) -> RecurrentEncoder | LabelEncoder | PatchEncoder | FlatEncoder | None:
    if config.encoder is EncoderKind.NONE:
        return None
    if config.encoder in PICTURE_ENCODERS:
        return PatchEncoder(config) if config.encoder is EncoderKind.PATCHES else FlatEncoder(config)
    return LabelEncoder(config) if config.encoder is EncoderKind.LABEL else RecurrentEncoder(config)
