"""The Transformer: Vaswani et al. 2017, "Attention is all you need".

Teacher forcing and stepping are one computation: the decoder reads any number of positions on top of those whose keys
and values it has kept, all of them in training and one in a step of a search.

Sizes: B rows (R in a search), S source positions, T target positions in hand, C those before them, D model size,
L layers, H heads, V target vocabulary.

A search of one source is stepped in `transformer_tree`.
"""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import torch
from torch import Tensor, nn

from seq2seq_core.models.base import Answer, Forced, Learnt, Seq2Seq, Sources
from seq2seq_core.models.dropout import Dropout
from seq2seq_core.models.embedding import LearnedPositions, SinusoidalPositions, TokenEmbedding
from seq2seq_core.models.projection import Projection
from seq2seq_core.models.transformer_attention import HeadMemory
from seq2seq_core.models.transformer_config import Norm, Positions, TransformerConfig
from seq2seq_core.models.transformer_layers import (
    DecoderLayer,
    DecoderLayerAnswer,
    EncoderLayer,
    LayerView,
)
from seq2seq_core.models.transformer_tree import TreeState, climb

LEARNED_STD: Final = 0.5  # as loud as the sinusoids, whose root mean square is 0.7; tokens enter with 1


@dataclass(frozen=True, slots=True)
class TransformerState:
    """What a row carries from step to step; one entry per layer of the decoder."""

    sources: tuple[HeadMemory, ...]  # keys and values of the encoded source, projected once
    pasts: tuple[HeadMemory, ...]  # keys and values of the target so far
    real_RS: Tensor
    pinned: int | None = None  # an intervention: the position that gets all attention of the next step

    def select(self, rows_R: Tensor) -> "TransformerState":
        """The state of the given rows."""
        pasts = tuple(past.select(rows_R) for past in self.pasts)
        sources = tuple(memory.select(rows_R) for memory in self.sources)
        return TransformerState(sources, pasts, self.real_RS[rows_R], self.pinned)

    @property
    def is_root(self) -> bool:
        """Whether this is the beginning of a search of one source, without padding."""
        begins = len(self.real_RS) == 1 and self.pasts[0].keys_BHSA.size(2) == 0
        return begins and self.sources[0].keys_BHSA.dtype == torch.float32 and bool(self.real_RS.all())

    @property
    def seen_RS(self) -> Tensor:  # noqa: N802 - a shape suffix
        """Where cross-attention may look. Only one position left, its weight is 1 in every layer and head."""
        if self.pinned is None:
            return self.real_RS
        return torch.arange(self.real_RS.size(1), device=self.real_RS.device).expand_as(self.real_RS) == self.pinned


@dataclass(frozen=True, slots=True)
class Encoded:
    """The sources as the decoder sees them."""

    states_BSD: Tensor
    weights_BLHSS: Tensor


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the decoder makes of the positions in hand."""

    states_BTD: Tensor
    state: TransformerState
    self_BLHTC: Tensor  # C the positions in hand included
    cross_BLHTS: Tensor


class TransformerSeq2Seq(Seq2Seq[TransformerState | TreeState]):
    """Encoder and decoder of attention only, built from its config."""

    family: ClassVar[str] = "transformer"

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config: TransformerConfig = config
        std = config.size**-0.5  # times sqrt(D) on the way in, and as a tied softmax bears on the way out
        self.source_embedding = TokenEmbedding(config.source_vocabulary, config.size, std=std)
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.size, std=std)
        self.source_positions = _positions(config, "source_cap")
        self.target_positions = _positions(config, "target_cap")
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.encoder_norm, self.decoder_norm = _last_norm(config), _last_norm(config)
        self.dropout = Dropout(config.dropout)
        self.output = Projection(config.output, config.target_vocabulary, config.size, std=std)

    def force(self, sources: Sources, previous_BT: Tensor) -> Forced:
        decoded = self.decode(previous_BT, self.begin(sources))
        return Forced(self.logits(decoded.states_BTD), decoded.cross_BLHTS.mean((1, 2)))

    def learn(self, sources: Sources, previous_BT: Tensor, real_BT: Tensor) -> Learnt:
        decoded = self.decode(previous_BT, self.begin(sources))
        shown = Forced(decoded.states_BTD, decoded.cross_BLHTS.mean((1, 2)))
        chosen = Learnt.of(shown, real_BT)
        return replace(chosen, scores_NV=self.logits(chosen.scores_NV))

    def begin(self, sources: Sources) -> TransformerState:
        states_BSD = self.encode(sources).states_BSD
        memories = tuple(layer.cross_attention.remember(states_BSD) for layer in self._decoder_layers)
        return TransformerState(memories, tuple(memory.none() for memory in memories), sources.real_BS)

    @property
    def pinnable(self) -> bool:
        return True

    def pinned(self, state: TransformerState | TreeState, position: int) -> TransformerState | TreeState:
        return replace(state, pinned=position)

    def advance(
        self, tokens_R: Tensor, state: TransformerState | TreeState
    ) -> Answer[TransformerState | TreeState]:
        if isinstance(state, TransformerState) and state.is_root and not torch.is_grad_enabled():
            state = TreeState.root(self._decoder_layers, state.sources, state.pinned)
        if isinstance(state, TreeState):
            return self._climb(tokens_R, state)
        decoded = self.decode(tokens_R[:, None], state)
        heads_RLHS = decoded.cross_BLHTS.squeeze(3)
        log_probs_RV = self.logits(decoded.states_BTD.squeeze(1)).float().log_softmax(-1)
        return Answer(log_probs_RV, heads_RLHS.mean((1, 2)), decoded.state, {"heads": heads_RLHS})

    def _climb(self, tokens_R: Tensor, state: TreeState) -> Answer[TransformerState | TreeState]:
        embedded_RD = self.target_embedding.of(tokens_R).mul_(math.sqrt(self.config.size))
        climbed = climb(embedded_RD.add_(self.target_positions.at(state.depth, embedded_RD)), state)
        log_probs_RV = self.logits(self.decoder_norm(climbed.states_RD)).log_softmax(-1)
        attention_RS = climbed.cross_XRS.mean(0)
        return Answer(log_probs_RV, attention_RS, climbed.state, {"heads": climbed.cross_RLHS})

    def _embed(self, tokens_BT: Tensor, before: int) -> Tensor:
        embedded_BTD = self.target_embedding(tokens_BT) * math.sqrt(self.config.size)
        placed_BTD: Tensor = self.dropout(self.target_positions(embedded_BTD, before))
        return placed_BTD

    def encode(self, sources: Sources) -> Encoded:
        """Read the sources.

        Raises:
            InputError: a source is longer than the learned positions.
        """
        embedded_BSD = self.source_embedding(sources.ids_BS) * math.sqrt(self.config.size)
        states_BSD = self.dropout(self.source_positions(embedded_BSD))
        weights: list[Tensor] = []
        for layer in self._encoder_layers:
            answer = layer(states_BSD, sources.real_BS)
            states_BSD = answer.states_BSD
            weights.append(answer.weights_BHSS)
        return Encoded(self.encoder_norm(states_BSD), torch.stack(weights, dim=1))

    def decode(self, tokens_BT: Tensor, state: TransformerState) -> Decoded:
        """Read further target tokens, on top of those that the state has kept.

        Raises:
            InputError: the target is longer than the learned positions.
        """
        before = state.pasts[0].keys_BHSA.size(2)
        states_BTD = self._embed(tokens_BT, before)
        seen_TC = _seen(before, tokens_BT.size(1), tokens_BT.device)
        answers: list[DecoderLayerAnswer] = []
        for layer, source, past in zip(self._decoder_layers, state.sources, state.pasts, strict=True):
            answers.append(layer(states_BTD, LayerView(source, past, state.seen_RS, seen_TC)))
            states_BTD = answers[-1].states_BTD
        return Decoded(
            self.decoder_norm(states_BTD),
            TransformerState(state.sources, tuple(answer.past for answer in answers), state.real_RS),
            torch.stack([answer.self_BHTC for answer in answers], dim=1),
            torch.stack([answer.cross_BHTS for answer in answers], dim=1),
        )

    def logits(self, states: Tensor) -> Tensor:
        """The output layer, (..., D) -> (..., V)."""
        return self.output(states, self.target_embedding.weight)

    @property
    def _encoder_layers(self) -> list[EncoderLayer]:
        return [layer for layer in self.encoder if isinstance(layer, EncoderLayer)]

    @property
    def _decoder_layers(self) -> list[DecoderLayer]:
        return [layer for layer in self.decoder if isinstance(layer, DecoderLayer)]


def _positions(config: TransformerConfig, setting: str) -> SinusoidalPositions | LearnedPositions:
    if config.positions == Positions.SINUSOIDAL:
        return SinusoidalPositions()
    return LearnedPositions(config.size, getattr(config, setting), setting=setting, std=LEARNED_STD)


def _last_norm(config: TransformerConfig) -> nn.Module:
    """Without it the sums of a pre-norm stack would leave unnormalised."""
    return nn.LayerNorm(config.size) if config.norm == Norm.PRE else nn.Identity()


def _seen(before: int, tokens: int, device: torch.device) -> Tensor:
    """Which of all positions so far each one in hand may look at, (T, C + T): itself and those before it."""
    everywhere_TC = torch.ones(tokens, before + tokens, dtype=torch.bool, device=device)
    return everywhere_TC.tril(before)
