"""Output layers of recurrent decoders: features of all positions to scores over what can be said.

Sizes: B sentences, T target positions, E feature size, V vocabulary, X vocabulary with a batch's unknown source words,
M source positions, C memory size, D decoder state size, P parts of a state, A size of the comparison.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from seq2seq_core.linear import Linear, linear
from seq2seq_core.models.base import END_ID, Sources
from seq2seq_core.models.cells import CELLS
from seq2seq_core.models.config import FIRST_POSITION, Output, RecurrentConfig
from seq2seq_core.models.decoder import Unrolled

_TINY: Final = 1e-30  # keeps the gradient of log p finite where p is zero; the value is not used there


@dataclass(frozen=True, slots=True)
class Places:
    """The source as an output that copies or points sees it; rows first."""

    ids_BM: Tensor  # unknown words have ids from V on
    states_BMC: Tensor
    real_BM: Tensor
    width: int  # X

    def select(self, rows_B: Tensor) -> "Places":
        """The same of the given rows."""
        return Places(self.ids_BM[rows_B], self.states_BMC[rows_B], self.real_BM[rows_B], self.width)


@dataclass(frozen=True, slots=True)
class Scored:
    """What the output layer gives."""

    scores_BTX: Tensor  # a softmax makes them probabilities; log-probabilities already where distributions are mixed
    evidence: Mapping[str, Tensor] = field(default_factory=dict)
    weights_BTM: Tensor | None = None  # where the output itself points


class OutputLayer(nn.Module, ABC):
    """Base of the output layers."""

    def __init__(self, config: RecurrentConfig, memory_size: int) -> None:
        super().__init__()
        self.config, self.memory_size = config, memory_size

    @abstractmethod
    def forward(self, unrolled: Unrolled, embedding: Tensor, places: Places | None) -> Scored:
        """Score every position; `embedding` is the target embedding's matrix."""

    if TYPE_CHECKING:
        __call__ = forward


class Tied(OutputLayer):
    """features . E^T + b"""

    def __init__(self, config: RecurrentConfig, memory_size: int) -> None:
        super().__init__(config, memory_size)
        self.bias = nn.Parameter(torch.zeros(config.target_vocabulary))

    def forward(self, unrolled: Unrolled, embedding: Tensor, places: Places | None) -> Scored:
        return Scored(linear(unrolled.features_BTE, embedding, self.bias))


class Softmax(OutputLayer):
    """features . W^T + b with weights of its own"""

    def __init__(self, config: RecurrentConfig, memory_size: int) -> None:
        super().__init__(config, memory_size)
        self.linear = Linear(config.embedding_size, config.target_vocabulary)

    def forward(self, unrolled: Unrolled, embedding: Tensor, places: Places | None) -> Scored:
        return Scored(self.linear(unrolled.features_BTE))


class PointerGenerator(OutputLayer):
    """See, Liu and Manning 2017, equations 8 and 9: p_gen P_vocab(w) + (1 - p_gen) sum of a_i over i with w_i = w.

    p_gen = sigmoid(w . [context; state of the top layer (an LSTM's memory too); input of the step]).
    Where the attention sums to less than one (local-p, monotonic), so does the mixture; the log-softmax that every
    model's scores go through divides it by its sum.
    """

    def __init__(self, config: RecurrentConfig, memory_size: int) -> None:
        super().__init__(config, memory_size)
        parts = CELLS[config.cell].parts
        self.bias = nn.Parameter(torch.zeros(config.target_vocabulary))
        self.generate = nn.Linear(memory_size + parts * config.decoder_size + config.embedding_size, 1)

    def forward(self, unrolled: Unrolled, embedding: Tensor, places: Places | None) -> Scored:
        weights_BTM, contexts_BTC = unrolled.weights_BTM, unrolled.contexts_BTC
        if weights_BTM is None or contexts_BTC is None or places is None:
            raise TypeError("output pointer-generator needs attention and the ids of the source")
        vocabulary_BTV = linear(unrolled.features_BTE, embedding, self.bias).float().softmax(dim=-1)
        state_BTQ = unrolled.states_BTPD.flatten(2)
        evidence = (contexts_BTC.to(state_BTQ.dtype), state_BTQ, unrolled.embedded_BTE.to(state_BTQ.dtype))
        generate_BT1 = torch.sigmoid(self.generate(torch.cat(evidence, dim=-1)).float())
        mixed_BTX = mixture(vocabulary_BTV, weights_BTM, generate_BT1, places)
        log_BTX = torch.where(mixed_BTX > 0, mixed_BTX.clamp_min(_TINY).log(), -torch.inf)
        return Scored(log_BTX, {"generate": generate_BT1.squeeze(-1)})


class Pointer(OutputLayer):
    """Vinyals, Fortunato and Jaitly 2015, equation 3: u_j = v . tanh(W_1 e_j + W_2 d_i), softmax over the positions.

    A learnt vector stands for the end token as a further position. Source position j is the token FIRST_POSITION + j.
    """

    def __init__(self, config: RecurrentConfig, memory_size: int) -> None:
        super().__init__(config, memory_size)
        size = config.attention_size
        self.key = nn.Linear(memory_size, size, bias=False)
        self.query = nn.Linear(config.embedding_size, size, bias=False)
        self.energy = nn.Linear(size, 1, bias=False)
        self.end = nn.Parameter(torch.randn(memory_size) * memory_size**-0.5)

    def forward(self, unrolled: Unrolled, embedding: Tensor, places: Places | None) -> Scored:
        if places is None:
            raise TypeError("output pointer needs the states of the source")
        end_B1C = self.end.expand(len(places.ids_BM), 1, -1)
        keys_BNA = self.key(torch.cat((end_B1C, places.states_BMC.to(end_B1C.dtype)), dim=1))
        hidden_BTNA = torch.tanh(self.query(unrolled.features_BTE).unsqueeze(2) + keys_BNA.unsqueeze(1))
        energy_BTN = self.energy(hidden_BTNA).squeeze(-1).float()
        energy_BTM = energy_BTN[..., 1:].masked_fill(~places.real_BM.unsqueeze(1), -torch.inf)
        batch, steps, positions = energy_BTM.shape
        scores_BTX = energy_BTM.new_full((batch, steps, self.config.target_vocabulary), -torch.inf)
        scores_BTX[..., END_ID] = energy_BTN[..., 0]
        scores_BTX[..., FIRST_POSITION : FIRST_POSITION + positions] = energy_BTM
        weights_BTN = scores_BTX.softmax(dim=-1)
        return Scored(scores_BTX, weights_BTM=weights_BTN[..., FIRST_POSITION : FIRST_POSITION + positions])


OUTPUTS: Final[Mapping[Output, type[OutputLayer]]] = {
    Output.TIED: Tied,
    Output.SOFTMAX: Softmax,
    Output.POINTER_GENERATOR: PointerGenerator,
    Output.POINTER: Pointer,
}


def mixture(vocabulary_BTV: Tensor, weights_BTM: Tensor, generate_BT1: Tensor, places: Places) -> Tensor:
    """The final distribution over the extended vocabulary, (B, T, X)."""
    generated_BTX = functional.pad(generate_BT1 * vocabulary_BTV, (0, places.width - vocabulary_BTV.size(-1)))
    copied_BTM = (1 - generate_BT1) * weights_BTM
    return generated_BTX.scatter_add(2, places.ids_BM.unsqueeze(1).expand_as(copied_BTM), copied_BTM)


def places_of(sources: Sources, states_BMC: Tensor, vocabulary: int) -> Places:
    """The source with its unknown words as the batch numbers them."""
    width = max(vocabulary, int(sources.ids_BS.max()) + 1)
    return Places(sources.ids_BS, states_BMC, sources.real_BS, width)
