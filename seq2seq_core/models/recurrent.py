"""The recurrent encoder-decoder: embeddings, encoder, bridge, decoder, output layer, and its `Stepper`.

Sizes: B sentences, S source positions, T target positions, E embedding size, V target vocabulary, N real target
positions of a batch, R rows of a search.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from seq2seq_core.attention import ATTENTIONS, Memory
from seq2seq_core.errors import InputError
from seq2seq_core.models.config import RecurrentConfig
from seq2seq_core.models.decoder import GruDecoder
from seq2seq_core.models.encoder import BidirectionalGru, real_positions


@dataclass(frozen=True, slots=True)
class Opening:
    """An encoded batch of sources and the decoder's first state."""

    memory: Memory
    state_BD: Tensor


class RecurrentSeq2Seq(nn.Module):
    """Bahdanau 2015 with the sizes of `config`."""

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config = config
        memory_size = 2 * config.encoder_size
        self.source_embedding = nn.Embedding(config.source_vocabulary, config.embedding_size, padding_idx=0)
        self.target_embedding = nn.Embedding(config.target_vocabulary, config.embedding_size, padding_idx=0)
        self.encoder = BidirectionalGru(config.embedding_size, config.encoder_size)
        self.bridge = nn.Linear(config.encoder_size, config.decoder_size)
        attention = ATTENTIONS[config.attention](config.decoder_size, memory_size, config.attention_size)
        self.decoder = GruDecoder(attention, config.embedding_size, config.decoder_size, memory_size)
        self.output_bias = nn.Parameter(torch.zeros(config.target_vocabulary))
        self.dropout = nn.Dropout(config.dropout)
        self._initialise()

    def _initialise(self) -> None:
        """Embeddings as wide as a tied softmax bears; orthogonal recurrences (Saxe 2014) keep long gradients alive."""
        for embedding in (self.source_embedding, self.target_embedding):
            nn.init.normal_(embedding.weight, std=self.config.embedding_size**-0.5)
            with torch.no_grad():
                embedding.weight[0].zero_()
        recurrent = [w for name, w in self.encoder.named_parameters() if "weight_hh" in name]
        for weight in (*recurrent, self.decoder.state_gates.weight):
            for block in weight.detach().chunk(3):
                nn.init.orthogonal_(block)

    def encode(self, source_BS: Tensor, lengths_B: Tensor) -> Opening:
        """Read the sources; s_0 = tanh(W_s h_1 backward), equation of Bahdanau's section A.2.2."""
        embedded_BSE = self.dropout(self.source_embedding(source_BS))
        encoded = self.encoder(embedded_BSE, lengths_B)
        real_BS = real_positions(lengths_B, source_BS.size(1))
        memory = self.decoder.attention.remember(self.dropout(encoded.states_BSH2), real_BS)
        return Opening(memory, torch.tanh(self.bridge(encoded.first_backward_BH)))

    def features(self, source_BS: Tensor, lengths_B: Tensor, previous_BT: Tensor) -> tuple[Tensor, Tensor]:
        """Teacher forcing: read-outs (B, T, E) before the output layer, and attention weights (B, T, S)."""
        opening = self.encode(source_BS, lengths_B)
        embedded_BTE = self.dropout(self.target_embedding(previous_BT))
        return self.decoder(embedded_BTE, opening.state_BD, opening.memory)

    def logits(self, features: Tensor) -> Tensor:
        """The output layer, tied with the target embedding: (..., E) -> (..., V)."""
        return functional.linear(self.dropout(features), self.target_embedding.weight, self.output_bias)

    def open(self, sources: Sequence[Sequence[int]]) -> "RecurrentStepper":
        """Encode the sources (token ids) once, for a search to step through.

        Raises:
            InputError: there is no source, or one without tokens, to which no attention can be paid.
        """
        if not sources or not all(sources):
            raise InputError(f"sources must hold at least one token each, got {[len(source) for source in sources]}")
        return RecurrentStepper(self, sources)


@dataclass(frozen=True, slots=True)
class RecurrentState:
    """What a row carries from step to step; the memory is reordered with it."""

    memory: Memory
    state_RD: Tensor


@dataclass(frozen=True, slots=True)
class RecurrentStep:
    """The answer to one step of a search."""

    log_probs_RV: Tensor
    attention_RS: Tensor | None
    state: RecurrentState


class RecurrentStepper:
    """The model as a search sees it; fits `decoding.Stepper` without importing it."""

    def __init__(self, model: RecurrentSeq2Seq, sources: Sequence[Sequence[int]]) -> None:
        self.start_id, self.end_id = 2, 3
        self.vocabulary_size = model.config.target_vocabulary
        self.source_lengths = [len(source) for source in sources]
        self.device = model.output_bias.device
        self._model = model
        self._sources = sources

    @torch.inference_mode()
    def start(self) -> RecurrentState:
        """One row per source."""
        rows = [torch.tensor(source) for source in self._sources]
        source_BS = nn.utils.rnn.pad_sequence(rows, batch_first=True).to(self.device)
        opening = self._model.encode(source_BS, torch.tensor(self.source_lengths, device=self.device))
        return RecurrentState(opening.memory, opening.state_BD)

    @torch.inference_mode()
    def step(self, tokens_R: Tensor, state: RecurrentState) -> RecurrentStep:
        """Read the last token of each row; log-probabilities of the next one, (R, V)."""
        decoder = self._model.decoder
        embedded_RE = self._model.target_embedding(tokens_R)
        taken = decoder.step(decoder.embedding_gates(embedded_RE), state.state_RD, state.memory)
        logits_RV = self._model.logits(decoder.read(taken.state_BD, embedded_RE, taken.context_BC))
        return RecurrentStep(logits_RV.log_softmax(-1), taken.weights_BS, RecurrentState(state.memory, taken.state_BD))

    @torch.inference_mode()
    def select(self, state: RecurrentState, rows_R: Tensor) -> RecurrentState:
        """Keep, repeat and drop rows."""
        return RecurrentState(state.memory.select(rows_R), state.state_RD[rows_R])
