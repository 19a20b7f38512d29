"""What sampling draws from: temperature, then top-k (Fan et al. 2018, https://arxiv.org/abs/1805.04833, section 5.4),
then top-p, the nucleus (Holtzman et al. 2020, https://arxiv.org/abs/1904.09751, equations 2 and 3).

Ties go to the lower token id. Everything is computed in float64 on the CPU.

Sizes: R rows, V vocabulary.
"""

from typing import Final

import torch
from torch import Tensor

from seq2seq_core.options import SamplingOptions

# Models speak single precision: 0.25 and 0.25 must reach a mass of 0.5 although their logarithms were rounded.
_MASS_SLACK: Final = 1e-6


def filtered(log_probs_RV: Tensor, options: SamplingOptions) -> Tensor:
    """The probabilities to draw from, (R, V): each row sums to 1, or to 0 where no token is possible."""
    log_prob_RV = log_probs_RV.detach().cpu().double()
    prob_RV = _tempered(log_prob_RV, options.temperature)
    if not options.top_k and options.top_p == 1:
        return prob_RV
    # By the model's own numbers: a high temperature may round different ones to equal ones.
    order_RV = log_prob_RV.sort(dim=1, descending=True, stable=True).indices
    ranked_RV = prob_RV.gather(1, order_RV)
    if options.top_k:
        ranked_RV = _top_k(ranked_RV, options.top_k)
    if options.top_p < 1:
        ranked_RV = _top_p(ranked_RV, options.top_p)
    return torch.zeros_like(prob_RV).scatter(1, order_RV, ranked_RV)


def _tempered(log_prob_RV: Tensor, temperature: float) -> Tensor:
    """softmax(log_prob / temperature); the best entry is moved to 0 first, so that no temperature overflows."""
    best_R1 = log_prob_RV.amax(dim=1, keepdim=True)
    shifted_RV = (log_prob_RV - best_R1).masked_fill(best_R1.isneginf(), -torch.inf)
    return _normalised((shifted_RV / temperature).exp())


def _top_k(ranked_RV: Tensor, top_k: int) -> Tensor:
    kept_RV = ranked_RV.clone()
    kept_RV[:, top_k:] = 0
    return _normalised(kept_RV)


def _top_p(ranked_RV: Tensor, top_p: float) -> Tensor:
    """Keeps a token while the mass before it has not reached p; so always the first."""
    before_RV = ranked_RV.cumsum(dim=1) - ranked_RV
    reached_RV = before_RV >= top_p - _MASS_SLACK
    reached_RV[:, 0] = False
    return _normalised(ranked_RV.masked_fill(reached_RV, 0))


def _normalised(weight_RV: Tensor) -> Tensor:
    total_R1 = weight_RV.sum(dim=1, keepdim=True)
    return weight_RV / total_R1.masked_fill(total_R1 == 0, 1)
