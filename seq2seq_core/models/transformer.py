"""The Transformer: Vaswani et al. 2017, "Attention is all you need".

Teacher forcing and stepping are one computation: the decoder reads any number of positions on top of those whose keys
and values it has kept, all of them in training and one in a step of a search.

Sizes: B rows (R in a search), S source positions, T target positions in hand, C those before them, D model size,
L layers, H heads, V target vocabulary, N nodes of the tree that the prefixes of one source are.
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
from seq2seq_core.models.transformer_past import Nodes, OwnPast, Past, TreePast, further

LEARNED_STD: Final = 0.5  # as loud as the sinusoids, whose root mean square is 0.7; tokens enter with 1


@dataclass(frozen=True, slots=True)
class TransformerState:
    """What a row carries from step to step; one entry per layer of the decoder.

    With one source, `sources` and `pasts` stay one row, whatever the number of rows: a beam copies nothing of them.
    """

    sources: tuple[HeadMemory, ...]  # keys and values of the encoded source, projected once
    pasts: tuple[Past, ...]  # keys and values of the target so far
    real_RS: Tensor | None  # None where nothing is padding
    depth: int = 0  # positions so far
    descent_RN: Tensor | None = None  # with one source: which nodes of the tree are a row's own prefix
    pinned: int | None = None  # an intervention: the position that gets all attention of the next step

    def select(self, rows_R: Tensor) -> "TransformerState":
        """The state of the given rows."""
        if self.descent_RN is not None:
            return replace(self, descent_RN=self.descent_RN[rows_R])
        pasts = tuple(past.select(rows_R) for past in self.pasts)
        sources = tuple(memory.select(rows_R) for memory in self.sources)
        real_RS = None if self.real_RS is None else self.real_RS[rows_R]
        return replace(self, sources=sources, pasts=pasts, real_RS=real_RS)

    @property
    def seen_RS(self) -> Tensor | None:  # noqa: N802 - a shape suffix
        """Where cross-attention may look. Only one position left, its weight is 1 in every layer and head."""
        if self.pinned is None:
            return self.real_RS
        keys_BHSA = self.sources[0].keys_BHSA
        places_S = torch.arange(keys_BHSA.size(2), device=keys_BHSA.device)
        return (places_S == self.pinned).expand(len(keys_BHSA), -1)


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
    layers: tuple[DecoderLayerAnswer, ...]

    @property
    def self_BLHTC(self) -> Tensor:  # noqa: N802 - a shape suffix
        """Weights of self-attention, C the positions in hand included; in a tree, all its nodes."""
        return torch.stack([layer.self_BHTC for layer in self.layers], dim=1)

    @property
    def cross_BLHTS(self) -> Tensor:  # noqa: N802 - a shape suffix
        """Weights of cross-attention."""
        return torch.stack([layer.cross_BHTS for layer in self.layers], dim=1)


class TransformerSeq2Seq(Seq2Seq[TransformerState]):
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
        if len(states_BSD) > 1 or torch.is_grad_enabled():
            return TransformerState(memories, tuple(OwnPast(memory.none()) for memory in memories), sources.real_BS)
        heads, size = self.config.heads, self.config.size // self.config.heads
        pasts = tuple(TreePast(Nodes(heads, size, memory.keys_BHSA)) for memory in memories)
        return TransformerState(memories, pasts, None, descent_RN=torch.ones_like(sources.real_BS[:, :0]))

    @property
    def pinnable(self) -> bool:
        return True

    def pinned(self, state: TransformerState, position: int) -> TransformerState:
        return replace(state, pinned=position)

    def advance(self, tokens_R: Tensor, state: TransformerState) -> Answer[TransformerState]:
        decoded = self.decode(tokens_R[:, None], state)
        heads_RLHS = decoded.cross_BLHTS.squeeze(3)
        log_probs_RV = self.logits(decoded.states_BTD.squeeze(1)).float().log_softmax(-1)
        return Answer(log_probs_RV, heads_RLHS.mean((1, 2)), decoded.state, {"heads": heads_RLHS})

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
        rows, tokens = tokens_BT.shape
        embedded_BTD = self.target_embedding(tokens_BT) * math.sqrt(self.config.size)
        states_BTD = self.dropout(self.target_positions(embedded_BTD, state.depth))
        source_RS, tree = state.seen_RS, state.descent_RN
        seen = _seen(state.depth, tokens, tokens_BT.device) if tree is None else further(tree, tokens)
        is_one_path = tokens == 1 and (tree is None or seen.size(1) == state.depth + 1)
        look_back = None if is_one_path else seen  # the last position of a path may look at all of it
        answers: list[DecoderLayerAnswer] = []
        for layer, source, past in zip(self._decoder_layers, state.sources, state.pasts, strict=True):
            answers.append(layer(states_BTD, LayerView(source, past, source_RS, look_back)))
            states_BTD = answers[-1].states_BTD
        after = TransformerState(
            state.sources,
            tuple(answer.past for answer in answers),
            state.real_RS,
            state.depth + tokens,
            None if tree is None else seen[-rows:],
        )
        return Decoded(self.decoder_norm(states_BTD), after, tuple(answers))

    def logits(self, states: Tensor) -> Tensor:
        """The output layer, (..., D) -> (..., V)."""
        return self.output(states, self.target_embedding.weight)

    @property
    def _encoder_layers(self) -> list[EncoderLayer]:
        return [layer for layer in self.encoder if isinstance(layer, EncoderLayer)]

    @property
    def _decoder_layers(self) -> list[DecoderLayer]:
        return [layer for layer in self.decoder if isinstance(layer, DecoderLayer)]


def _positions(config: TransformerConfig, setting: str) -> nn.Module:
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
