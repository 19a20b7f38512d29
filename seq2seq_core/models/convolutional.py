"""The convolutional encoder-decoder: Gehring et al. 2017, "Convolutional sequence to sequence learning".

Teacher forcing and stepping are one computation: the decoder reads any number of positions on top of the last inputs of
its convolutions, all of them in training and one in a step of a search.

The paper also divides the encoder's gradients by the number of attentions; our optimiser (Adam) does not feel the
scale of a gradient, so that is left out.

Sizes: B rows (R in a search), S source positions, T target positions in hand, E embedding size, D state size, K kernel,
L decoder layers, V target vocabulary.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

import torch
from torch import Tensor, nn

from seq2seq_core.models.base import Answer, Forced, Learnt, Seq2Seq, Sources
from seq2seq_core.models.convolution import HALF, BlockAnswer, DecoderBlock, EncoderBlock, SourceMemory, linear
from seq2seq_core.models.convolutional_config import ConvolutionalConfig
from seq2seq_core.models.dropout import Dropout
from seq2seq_core.models.embedding import LearnedPositions, TokenEmbedding
from seq2seq_core.models.projection import Projection

EMBEDDING_STD: Final = 0.1  # section 3.5


@dataclass(frozen=True, slots=True)
class ConvolutionalState:
    """What a row carries from step to step."""

    source: SourceMemory
    pasts_RKD: tuple[Tensor, ...]  # the last K - 1 inputs of every layer's convolution, zero before the start
    tokens: int  # read so far, the same in every row
    pinned: int | None = None  # an intervention: the position that gets all attention of the next step

    def select(self, rows_R: Tensor) -> "ConvolutionalState":
        """The state of the given rows."""
        pasts_RKD = tuple(past_RKD[rows_R] for past_RKD in self.pasts_RKD)
        return ConvolutionalState(self.source.select(rows_R), pasts_RKD, self.tokens, self.pinned)


@dataclass(frozen=True, slots=True)
class ConvolutionalDecoded:
    """What the decoder makes of the positions in hand."""

    features_BTE: Tensor
    state: ConvolutionalState
    weights_BLTS: Tensor


class ConvolutionalSeq2Seq(Seq2Seq[ConvolutionalState]):
    """Encoder and decoder of gated convolutions, with attention in every layer of the decoder."""

    family: ClassVar[str] = "convolutional"

    def __init__(self, config: ConvolutionalConfig) -> None:
        super().__init__()
        self.config: ConvolutionalConfig = config
        size, std, keep = config.embedding_size, EMBEDDING_STD, 1.0 - config.dropout
        self.source_embedding = TokenEmbedding(config.source_vocabulary, size, std=std)
        self.target_embedding = TokenEmbedding(config.target_vocabulary, size, std=std)
        self.source_positions = LearnedPositions(size, config.source_cap, setting="source_cap", std=std)
        self.target_positions = LearnedPositions(size, config.target_cap, setting="target_cap", std=std)
        self.encoder_input = linear(size, config.size, config, keep=keep)
        self.encoder = nn.ModuleList(EncoderBlock(config) for _ in range(config.encoder_layers))
        self.encoder_output = linear(config.size, size, config)
        self.decoder_input = linear(size, config.size, config, keep=keep)
        self.decoder = nn.ModuleList(DecoderBlock(config) for _ in range(config.decoder_layers))
        self.decoder_output = linear(config.size, size, config)
        self.dropout = Dropout(config.dropout)
        self.output = Projection(config.output, config.target_vocabulary, size, std=(keep / size) ** 0.5)

    def force(self, sources: Sources, previous_BT: Tensor) -> Forced:
        decoded = self.decode(previous_BT, self.begin(sources))
        return Forced(self.logits(decoded.features_BTE), decoded.weights_BLTS.mean(1))

    def learn(self, sources: Sources, previous_BT: Tensor, real_BT: Tensor) -> Learnt:
        decoded = self.decode(previous_BT, self.begin(sources))
        chosen = Learnt.of(Forced(decoded.features_BTE, decoded.weights_BLTS.mean(1)), real_BT)
        return replace(chosen, scores_NV=self.logits(chosen.scores_NV))

    def begin(self, sources: Sources) -> ConvolutionalState:
        source = self.encode(sources)
        empty_BKD = torch.zeros(
            (len(source.keys_BSE), self.config.kernel - 1, self.config.size), device=source.keys_BSE.device
        )
        return ConvolutionalState(source, (empty_BKD,) * self.config.decoder_layers, 0)

    @property
    def pinnable(self) -> bool:
        return True

    def pinned(self, state: ConvolutionalState, position: int) -> ConvolutionalState:
        return replace(state, pinned=position)

    def advance(self, tokens_R: Tensor, state: ConvolutionalState) -> Answer[ConvolutionalState]:
        decoded = self.decode(tokens_R[:, None], state)
        heads_RLHS = decoded.weights_BLTS  # the one position in hand stands where the one head belongs
        log_probs_RV = self.logits(decoded.features_BTE.squeeze(1)).float().log_softmax(-1)
        return Answer(log_probs_RV, heads_RLHS.mean((1, 2)), decoded.state, {"heads": heads_RLHS})

    def encode(self, sources: Sources) -> SourceMemory:
        """Read the sources.

        Raises:
            InputError: a source is longer than `source_cap`.
        """
        embedded_BSE = self.dropout(self.source_positions(self.source_embedding(sources.ids_BS)))
        states_BSD = self.encoder_input(embedded_BSE)
        for block in self.encoder:
            states_BSD = block(states_BSD, sources.real_BS)
        keys_BSE = self.encoder_output(states_BSD)
        return SourceMemory(keys_BSE, (keys_BSE + embedded_BSE) * HALF, sources.real_BS)

    def decode(self, tokens_BT: Tensor, state: ConvolutionalState) -> ConvolutionalDecoded:
        """Read further target tokens, on top of what the state has kept.

        Raises:
            InputError: the target is longer than `target_cap`.
        """
        embedded_BTE = self.dropout(self.target_positions(self.target_embedding(tokens_BT), state.tokens))
        states_BTD = self.decoder_input(embedded_BTE)
        source = replace(state.source, pinned=state.pinned)
        answers: list[BlockAnswer] = []
        for block, past_BKD in zip(self.decoder, state.pasts_RKD, strict=True):
            answers.append(block(states_BTD, embedded_BTE, past_BKD, source))
            states_BTD = answers[-1].states_BTD
        pasts_RKD = tuple(answer.past_BKD for answer in answers)
        return ConvolutionalDecoded(
            self.dropout(self.decoder_output(states_BTD)),
            ConvolutionalState(state.source, pasts_RKD, state.tokens + tokens_BT.size(1)),
            torch.stack([answer.weights_BTS for answer in answers], dim=1),
        )

    def logits(self, features: Tensor) -> Tensor:
        """The output layer, (..., E) -> (..., V)."""
        return self.output(features, self.target_embedding.weight)
