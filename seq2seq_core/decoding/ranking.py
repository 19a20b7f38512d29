"""The continuations of live prefixes in order, and what becomes of each: what all beams share.

Sizes: A sources still searching, R rows (live prefixes of all of them), K beam, V vocabulary, C best next tokens per
row, N ranked candidates per source, T tokens of a prefix.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.trace import Doubles, Integers

from .ordering import Top, stable_top
from .scoring import Flags
from .steps import BELOW_CUT, CUT_AT_MAXIMUM, END_BELOW_CUT, FINISHED, IMPOSSIBLE, LIVE, Codes, refuse_nan


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """The live prefixes of the sources still searching: rows lie source by source, best prefix first."""

    source_A: Integers
    offset_A: Integers  # first row of each source, and R at the end
    prefix_RT: Integers  # their tokens, without the start token
    index_R: Integers  # candidate index in the step before
    sum_R: Doubles

    @property
    def rows_A(self) -> Integers:  # noqa: N802 - a shape suffix
        """How many each source has."""
        return self.offset_A[1:] - self.offset_A[:-1]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The best continuations of every source, best first; a sum of minus infinity where there are no more."""

    row_AN: Integers  # the row that a candidate continues
    token_AN: Integers
    log_prob_AN: Doubles
    sum_AN: Doubles
    key_AN: Doubles  # what they are ranked by


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A ranking, and what becomes of each candidate in it."""

    ranking: Ranking
    end_AN: Flags
    fate_AN: Codes
    margin_AN: Doubles
    count_A: Integers  # how many to show of each source
    best: Top | None = None  # of the log-probabilities that were ranked, where nothing else counted


def rank(
    live: Live, log_probs_RV: Tensor, candidates: int, bias_RV: Tensor | None, *, extra: Sequence[int] = ()
) -> tuple[Ranking, Top]:
    """The best `candidates` continuations of every source; beside them the best of every row, as they were ranked.

    First the best of each row on the device, then the best of each source among them; a stable order in both
    passes makes equal sums follow (parent rank, token id).

    Args:
        bias_RV: what else counts in the ranking, beside the sum; (R, 1) where it is the same for all tokens.
        extra: tokens that every row is continued with, be they among its best or not; then all are ranked that a row
            has, not the best `candidates` of a source.
    """
    ranked_RV = log_probs_RV if bias_RV is None else log_probs_RV.double() + bias_RV.to(log_probs_RV.device)
    best = stable_top(ranked_RV, candidates)
    if extra:
        best = _with_extra(best, ranked_RV, extra)
    token_RC, value_RC = best.index_RK.cpu().numpy(), best.value_RK.cpu().double().numpy()
    log_prob_RC = value_RC
    if bias_RV is not None or extra:
        log_prob_RC = log_probs_RV.gather(1, best.index_RK).cpu().double().numpy()
    refuse_nan(log_prob_RC, live.prefix_RT.shape[1] + 1)
    if extra:
        log_prob_RC = np.where(np.isneginf(value_RC), -np.inf, log_prob_RC)
    columns = token_RC.shape[1]

    rows_A = live.rows_A
    at_R = np.repeat(np.arange(len(rows_A)), rows_A)
    place_R = np.arange(len(at_R)) - live.offset_A[at_R]
    sum_RC = live.sum_R[:, None] + log_prob_RC
    key_AKC = np.full((len(rows_A), rows_A.max(), columns), -np.inf)
    key_AKC[at_R, place_R] = sum_RC if bias_RV is None else live.sum_R[:, None] + value_RC

    # (A, K, C) -> (A, K * C) -> (A, N)
    key_AX = torch.from_numpy(key_AKC).flatten(start_dim=1)
    top = stable_top(key_AX, key_AX.size(1) if extra else candidates)
    place_AN, column_AN = np.divmod(top.index_RK.numpy(), columns)
    # A source with fewer rows than others is padded with impossible ones; they must not reach into the next source.
    row_AN = live.offset_A[:-1, None] + np.minimum(place_AN, rows_A[:, None] - 1)
    key_AN = top.value_RK.numpy()
    sum_AN = np.where(np.isneginf(key_AN), -np.inf, sum_RC[row_AN, column_AN])
    ranking = Ranking(row_AN, token_RC[row_AN, column_AN], log_prob_RC[row_AN, column_AN], sum_AN, key_AN)
    return ranking, best


def _with_extra(best: Top, ranked_RV: Tensor, extra: Sequence[int]) -> Top:
    """The best entries and these, each once: a second time it is worth minus infinity. In the order of `stable_top`."""
    extra_E = torch.tensor(extra, device=ranked_RV.device)
    again_RE = (best.index_RK[:, :, None] == extra_E).any(dim=1)
    value_RX = torch.cat([best.value_RK, ranked_RV[:, extra_E].masked_fill(again_RE, -torch.inf)], dim=1)
    index_RX = torch.cat([best.index_RK, extra_E.expand(len(ranked_RV), -1)], dim=1)
    by_token_RX = index_RX.argsort(dim=1, stable=True)
    order_RX = value_RX.gather(1, by_token_RX).sort(dim=1, descending=True, stable=True).indices
    order_RX = by_token_RX.gather(1, order_RX)
    return Top(value_RX.gather(1, order_RX), index_RX.gather(1, order_RX))


def fates_of(ranking: Ranking, end_AN: Flags, places_A: Integers, last_A: Flags, *, refill: bool) -> Codes:
    """What becomes of every candidate, with so many places for each source; `last_A`: its maximum length is reached."""
    possible_AN = np.isfinite(ranking.sum_AN)
    end_AN, other_AN = possible_AN & end_AN, possible_AN & ~end_AN
    among_AN = np.arange(end_AN.shape[1]) < places_A[:, None]
    kept_AN = other_AN & ((other_AN.cumsum(axis=1) <= places_A[:, None]) if refill else among_AN)
    fate_AN = np.full(end_AN.shape, IMPOSSIBLE, dtype=np.int8)
    fate_AN[other_AN] = BELOW_CUT
    fate_AN[end_AN] = END_BELOW_CUT
    fate_AN[kept_AN] = LIVE
    fate_AN[kept_AN & last_A[:, None]] = CUT_AT_MAXIMUM
    fate_AN[end_AN & among_AN] = FINISHED
    return fate_AN


def margins_of(key_AN: Doubles, fate_AN: Codes, places_A: Integers, *, refill: bool) -> Doubles:
    """Nats below the last that lives on; for an end token, or where nothing refills, below rank K. 0 for the kept."""
    finite_AN = np.where(fate_AN == IMPOSSIBLE, 0.0, key_AN)
    at_A1 = (np.minimum(places_A, finite_AN.shape[1]) - 1)[:, None]
    at_rank_A1 = np.take_along_axis(finite_AN, at_A1, axis=1)
    cut_A1 = at_rank_A1
    if refill:
        kept_AN = (fate_AN == LIVE) | (fate_AN == CUT_AT_MAXIMUM)
        cut_A1 = np.where(kept_AN, finite_AN, 0.0).min(axis=1, keepdims=True)
    below_AN = np.where(fate_AN == BELOW_CUT, cut_A1 - finite_AN, 0.0)
    return np.where(fate_AN == END_BELOW_CUT, at_rank_A1 - finite_AN, below_AN)


def counts_of(fate_AN: Codes, losers: int) -> Integers:
    """How many candidates to show: all down to the last kept one, and beyond it until there are enough losers."""
    lost_AN = (fate_AN == BELOW_CUT) | (fate_AN == END_BELOW_CUT)
    possible_AN = fate_AN != IMPOSSIBLE
    kept_AN = possible_AN & ~lost_AN
    needed_AN = kept_AN[:, ::-1].cumsum(axis=1)[:, ::-1] > 0
    shown: Integers = (needed_AN | (possible_AN & (lost_AN.cumsum(axis=1) <= losers))).sum(axis=1)
    return shown
