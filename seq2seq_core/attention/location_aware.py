"""Location-aware attention: Chorowski et al. 2015, "Attention-based models for speech recognition", section 2.2:

    f_i = F * a_{i-1}                                    k filters over the weights of the step before
    e_ij = w^T tanh(W s_{i-1} + V h_j + U f_ij + b)

With smoothing the sigmoids of the scores over their sum take the place of the softmax (section 2.3), which spreads the
attention. Before the first step the weights are zero everywhere.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seq2seq_core.attention.base import Attention, AttentionOptions, Memory, Past, Weights, masked_softmax
from seq2seq_core.errors import OptionError
from seq2seq_core.repeated import Repeated


class LocationAware(Attention):
    """Additive attention that sees where it looked last; V h + b is the memory's key, computed once per source.

    Raises:
        OptionError: `filter_width` is even, so that a filter would have no middle.
    """

    takes_smoothing = True
    keys_by_position = True

    def __init__(self, query_size: int, memory_size: int, options: AttentionOptions) -> None:
        super().__init__(query_size, memory_size, options)
        width = options.filter_width
        if width % 2 == 0:
            raise OptionError(f"filter_width must be odd with attention LocationAware, got {width}")
        self.query = Repeated(query_size, options.size, bias=False)
        self.key = nn.Linear(memory_size, options.size)
        self.filters = nn.Conv1d(1, options.filters, width, padding=width // 2, bias=False)
        self.place = nn.Linear(options.filters, options.size, bias=False)
        self.energy = nn.Linear(options.size, 1, bias=False)

    def keys(self, values_BSE: Tensor) -> Tensor:
        keys_BSA: Tensor = self.key(values_BSE)
        return keys_BSA

    def score(self, query_BD: Tensor, memory: Memory, past: Past) -> Tensor:
        # Weights are zero on padding, just as the convolution pads: a longer batch changes nothing.
        place_BSA = self.place(self.filters(past.weights_BS.unsqueeze(1)).transpose(1, 2))
        hidden_BSA = self.query(query_BD).unsqueeze(1) + memory.keys_BSA + place_BSA
        scores_BS: Tensor = self.energy(torch.tanh(hidden_BSA)).squeeze(-1)
        return scores_BS

    def weigh(self, query_BD: Tensor, memory: Memory, past: Past) -> Weights:
        if not self.options.smoothing:
            return super().weigh(query_BD, memory, past)
        # sigmoid(e) / sum of sigmoid(e) = softmax(log sigmoid(e)), and that never divides zero by zero.
        log_sigmoid_BS = F.logsigmoid(self.score(query_BD, memory, past).float())
        return Weights(masked_softmax(log_sigmoid_BS, memory.real_BS))
