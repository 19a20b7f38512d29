"""What all attention mechanisms share: masking, normalising, mixing, and what a row remembers of its earlier steps.

Most mechanisms write only their score; one that normalises in its own way overrides `weigh`.

Sizes: B rows, S source positions, A attention size, D query size, E memory size, H heads.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn

from seq2seq_core.errors import OptionError
from seq2seq_core.repeated import Mixes, enter_values, mix_once


class Coverage(StrEnum):
    """What the score is told of the attention that each source position had before."""

    NONE = "none"
    SUM = "sum"  # the sum of its weights: See 2017, equation 11
    FERTILITY = "fertility"  # that sum over the attention it is expected to need: Tu 2016, equations 7 and 8


@dataclass(frozen=True, kw_only=True, slots=True)
class AttentionOptions:
    """The choices of all mechanisms; each reads those it has."""

    size: int = 192  # features in which query and keys are compared
    heads: int = 4  # multi-head only
    window: int = 10  # D of the local mechanisms: positions looked at on either side of the centre
    filters: int = 10  # location-aware only: features of the previous weights
    filter_width: int = 15  # location-aware only: positions that one filter spans, an odd number
    smoothing: bool = False  # location-aware only: sigmoids over their sum instead of softmax (Chorowski 2015)
    coverage: Coverage = Coverage.NONE
    longest: int = 512  # source positions; location only, whose weights are not made from the source


@dataclass(frozen=True, slots=True)
class Memory:
    """An encoded source as attention sees it.

    With one source it stays one row, whatever the number of rows that look at it: a beam copies nothing.
    """

    keys_BSA: Tensor  # projected once per source, not once per step; (B, H, S, A) where there are heads
    values_BSE: Tensor
    real_BS: Tensor  # bool, False on padding; every row has at least one real position
    mixes: Mixes | None = None  # in a loop of training, see `for_a_loop`

    def select(self, rows_B: Tensor | slice) -> "Memory":
        """The memory of the given rows, repeated and dropped as they say."""
        if len(self.values_BSE) == 1:
            return self
        return Memory(self.keys_BSA[rows_B], self.values_BSE[rows_B], self.real_BS[rows_B], self.mixes)

    def for_a_loop(self) -> "Memory":
        """The same for steps whose rows are, at each one, the first of the rows before: the gradient of the values is
        computed for all steps at once.
        """
        if not torch.is_grad_enabled() or torch.compiler.is_compiling():
            return self
        mixes: Mixes = []
        return replace(self, values_BSE=enter_values(self.values_BSE, mixes), mixes=mixes)

    def mix(self, weights_BS: Tensor) -> Tensor:
        """The sum of the values by their weights, (B, E)."""
        if self.mixes is None:
            return mix(weights_BS, self.values_BSE)
        return mix_once(weights_BS.to(self.values_BSE.dtype), self.values_BSE, self.mixes)


@dataclass(frozen=True, slots=True)
class Past:
    """What the earlier steps of each row leave to the next one."""

    weights_BS: Tensor  # of the step before; zero before the first step
    total_BS: Tensor  # sum over all steps so far: the coverage vector of See 2017
    steps_B: Tensor  # how many steps there were, int64

    @classmethod
    def none(cls, memory: Memory) -> "Past":
        """Before the first step."""
        zero_BS = torch.zeros(memory.real_BS.shape, device=memory.real_BS.device)
        return cls(zero_BS, zero_BS, torch.zeros(len(zero_BS), dtype=torch.int64, device=zero_BS.device))

    def after(self, weights_BS: Tensor) -> "Past":
        """One step later."""
        return Past(weights_BS, self.total_BS + weights_BS, self.steps_B + 1)

    def select(self, rows_B: Tensor | slice) -> "Past":
        """The past of the given rows."""
        return Past(self.weights_BS[rows_B], self.total_BS[rows_B], self.steps_B[rows_B])


@dataclass(frozen=True, slots=True)
class Weights:
    """Normalised weights, and what the mechanism did to get them."""

    weights_BS: Tensor  # float32, zero on padding; rows sum to one, or to less where the mechanism says so
    evidence: Mapping[str, Tensor] = field(default_factory=dict)  # see Glimpse

    def pinned(self, position: int | None) -> "Weights":
        """All weight on one position, of every head; the same where there is None."""
        if position is None:
            return self
        heads = {name: one_hot(value, position) for name, value in self.evidence.items() if name == "heads"}
        return Weights(one_hot(self.weights_BS, position), {**self.evidence, **heads})


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What one look at the memory gives.

    `evidence` holds, by name, what a trace keeps beside the weights; rows come first in every tensor:
    "centre" (B,) the predicted centre of local attention, "heads" (B, H, S) the weights of every head.
    """

    context_BE: Tensor
    weights_BS: Tensor
    evidence: Mapping[str, Tensor]


class Attention(nn.Module, ABC):
    """Base of all mechanisms: `remember` once per source, then look once per step.

    Raises:
        OptionError: the options ask for what the mechanism does not have; the message names both settings.
    """

    sums_to_one: ClassVar[bool] = True  # else rows sum to at most one
    at_once: ClassVar[bool] = False  # whether `survey` can take the place of one look after the other
    keys_by_position: ClassVar[bool] = False  # whether a key is made of the state at its own position alone
    takes_coverage: ClassVar[bool] = False
    takes_smoothing: ClassVar[bool] = False

    def __init__(self, query_size: int, memory_size: int, options: AttentionOptions) -> None:
        super().__init__()
        self.query_size, self.memory_size, self.options = query_size, memory_size, options
        name = type(self).__name__
        if options.coverage is not Coverage.NONE and not self.takes_coverage:
            raise OptionError(f"coverage must be none with attention {name}, got {options.coverage.value!r}")
        if options.smoothing and not self.takes_smoothing:
            raise OptionError(f"smoothing must be off with attention {name}, got {options.smoothing}")

    @abstractmethod
    def keys(self, values_BSE: Tensor) -> Tensor:
        """What the score compares queries with, (B, S, A)."""

    @abstractmethod
    def score(self, query_BD: Tensor, memory: Memory, past: Past) -> Tensor:
        """Unnormalised relevance of every source position, (B, S)."""

    def weigh(self, query_BD: Tensor, memory: Memory, past: Past) -> Weights:
        """Scores to weights: a softmax over the real positions, in float32 whatever the precision of the scores."""
        return Weights(masked_softmax(self.score(query_BD, memory, past), memory.real_BS))

    def remember(self, values_BSE: Tensor, real_BS: Tensor) -> Memory:
        """Project the encoder states once; to learn, without their padding."""
        if not (self.keys_by_position and torch.is_grad_enabled()):
            return Memory(self.keys(values_BSE), values_BSE, real_BS)
        place_N = real_BS.flatten().nonzero().squeeze(1)
        keys_NA = self.keys(values_BSE.flatten(0, 1).index_select(0, place_N).unsqueeze(0)).squeeze(0)
        keys_BSA = keys_NA.new_zeros(real_BS.numel(), keys_NA.size(1)).index_copy(0, place_N, keys_NA)
        return Memory(keys_BSA.view(*real_BS.shape, -1), values_BSE, real_BS)

    def forward(self, query_BD: Tensor, memory: Memory, past: Past, pinned: int | None = None) -> Glimpse:
        """Weigh the positions and mix the values; `pinned` puts all weight on one position instead."""
        weights = self.weigh(query_BD, memory, past).pinned(pinned)
        return Glimpse(memory.mix(weights.weights_BS), weights.weights_BS, weights.evidence)

    def survey(self, queries_BTD: Tensor, memory: Memory) -> Glimpse:
        """The looks of all steps at once, (B, T, ...) each; of mechanisms that take nothing from the looks before."""
        raise NotImplementedError(f"attention {type(self).__name__} takes one look after the other")

    if TYPE_CHECKING:
        __call__ = forward


def one_hot(weights: Tensor, position: int) -> Tensor:
    """Rows of the same shape with 1 on one position and 0 elsewhere, (..., S)."""
    rows = torch.zeros_like(weights)
    rows[..., position] = 1.0
    return rows


def masked_softmax(scores_BS: Tensor, allowed_BS: Tensor | None) -> Tensor:
    """Softmax over the allowed positions (None: all), zero elsewhere; every row must have one."""
    scores_BS = scores_BS.float()
    if allowed_BS is not None:
        scores_BS = scores_BS.masked_fill(~allowed_BS, -torch.inf)
    return scores_BS.softmax(dim=-1)


def mix(weights_BS: Tensor, values_BSE: Tensor) -> Tensor:
    """The sum of the values by their weights, (B, E); the values of one source serve any number of rows."""
    if len(values_BSE) == 1:
        return weights_BS.to(values_BSE.dtype) @ values_BSE[0]
    return torch.bmm(weights_BS.to(values_BSE.dtype).unsqueeze(1), values_BSE).squeeze(1)


def survey_by_products(queries_BTD: Tensor, memory: Memory, scale: float = 1.0) -> Glimpse:
    """All looks at once where the score is a dot product with the key: softmax(scale q k), as `weigh` has it."""
    keys_BSA = memory.keys_BSA
    scores_BTS = torch.bmm(queries_BTD.to(keys_BSA.dtype) * scale, keys_BSA.transpose(1, 2))
    weights_BTS = masked_softmax(scores_BTS, memory.real_BS.unsqueeze(1))
    return Glimpse(torch.bmm(weights_BTS.to(memory.values_BSE.dtype), memory.values_BSE), weights_BTS, {})
