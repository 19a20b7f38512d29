"""Losses on where a decoder looks, added to the cross entropy.

    guided attention   Tachibana 2017: attention far from the diagonal costs, for tasks whose two sides run in parallel;
                       of each pair the mean over its n and t of A_nt W_nt, W_nt = 1 - exp(-(n/N - t/T)^2 / (2 g^2)),
                       n and t from 0, N and T the pair's own lengths (the target's end token included)
    coverage           See 2017, equation 12: looking again where one has looked costs; the sum over t and i of
                       min(a_i^t, c_i^t), c^t the sum of the attention of all steps before t

All losses of a batch are sums over its target tokens, so that it does not matter how pairs are dealt to batches and
processes. See's is one by itself. Tachibana's mean of a pair counts T times, as often as the pair has tokens: each
token adds its mean over n. Since attention is spread over N positions, that is at most 1/N for a token, so weights
well above 1 are in order.

Where a decoder has several layers or heads, the attention is their average, as everywhere.

Sizes: B pairs, T target positions, M source positions.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from seq2seq_core.errors import OptionError
from seq2seq_core.models import Forced
from seq2seq_core.tokenizer import PAD_ID
from seq2seq_core.training.batches import Batch


@dataclass(frozen=True, kw_only=True, slots=True)
class AttentionLossOptions:
    """Losses on the attention to the source, added to the cross entropy.

    Raises:
        OptionError: a weight is negative, or the width is not above 0.
    """

    guided_attention: float = 0.0
    """weight of the guided attention loss, which wants attention near the diagonal (Tachibana 2017), for tasks whose
    sides run in parallel; 0 turns it off, 10 is a beginning"""
    guided_width: float = 0.2
    """guided attention: how far from the diagonal is nearly free (g), as a share of the whole length, above 0"""
    coverage: float = 0.0
    """weight of the coverage loss, by which looking again where one has looked costs (See 2017); 0 turns it off"""

    def __post_init__(self) -> None:
        for name in ("guided_attention", "coverage"):
            if not 0.0 <= (value := getattr(self, name)) < math.inf:
                raise OptionError(f"{name} must be 0 or more and finite, got {value}")
        if not 0.0 < self.guided_width < math.inf:
            raise OptionError(f"guided_width must be above 0 and finite, got {self.guided_width}")

    @property
    def any(self) -> bool:
        """Whether there is a loss at all."""
        return self.guided_attention > 0.0 or self.coverage > 0.0


@dataclass(frozen=True, slots=True)
class AddedLoss:
    """A further loss of a batch."""

    name: str  # in the log
    weight: float
    summed: Tensor  # over the batch's target tokens, without its weight


def attention_losses(forced: Forced, batch: Batch, options: AttentionLossOptions) -> Sequence[AddedLoss]:
    """Those that have a weight.

    Raises:
        TypeError: the model gave no attention (`check_combination` refuses such models before).
    """
    if not options.any:
        return ()
    if forced.attention_BTM is None:
        raise TypeError("losses on attention need a model that gives its attention")
    weights_BTM, real_BT = forced.attention_BTM.float(), batch.next_BT != PAD_ID
    losses: list[AddedLoss] = []
    if options.guided_attention:
        guided = guided_attention_loss(weights_BTM, batch.sources.lengths_B, real_BT, options.guided_width)
        losses.append(AddedLoss("guided_attention", options.guided_attention, guided))
    if options.coverage:
        losses.append(AddedLoss("coverage", options.coverage, coverage_loss(weights_BTM, real_BT)))
    return losses


def guided_attention_loss(weights_BTM: Tensor, lengths_B: Tensor, real_BT: Tensor, width: float) -> Tensor:
    """Sum over all real target tokens of the mean over the real source positions of A W.

    Args:
        lengths_B: N, source positions of each pair.
        width: g.
    """
    lengths_B = lengths_B.clamp_min(1)
    n_BM = _shares(weights_BTM.size(2), lengths_B)
    cost_BTM = off_diagonal(n_BM, _shares(weights_BTM.size(1), real_BT.sum(dim=1)), width)
    real_BTM = real_BT.unsqueeze(2) & (n_BM < 1.0).unsqueeze(1)
    mean_BT = (weights_BTM * cost_BTM).masked_fill(~real_BTM, 0.0).sum(dim=2) / lengths_B[:, None]
    return mean_BT.sum()


def off_diagonal(n_BM: Tensor, t_BT: Tensor, width: float) -> Tensor:
    """W, (B, T, M), of positions given as shares of their lengths: 0 on the diagonal, towards 1 far away."""
    return 1.0 - torch.exp(-((n_BM.unsqueeze(1) - t_BT.unsqueeze(2)) ** 2) / (2.0 * width**2))


def coverage_loss(weights_BTM: Tensor, real_BT: Tensor) -> Tensor:
    """Sum over all real target tokens and all source positions of min(a, c)."""
    covered_BTM = weights_BTM.cumsum(dim=1) - weights_BTM
    again_BT = torch.minimum(weights_BTM, covered_BTM).sum(dim=2)
    return again_BT.masked_fill(~real_BT, 0.0).sum()


def _shares(positions: int, lengths_B: Tensor) -> Tensor:
    """0/N, 1/N, ... for each pair; 1 and more beyond its length, (B, positions)."""
    return torch.arange(positions, device=lengths_B.device) / lengths_B[:, None]
