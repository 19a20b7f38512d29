"""Beam search over a batch of sources.

A step ranks the continuations of a source's K live prefixes. An end token at rank K or better goes to the finished
pool; below rank K it is lost; the best K others live on, so that an end token never costs a prefix its place. The best
2K continuations settle this, because K prefixes have at most K ends (as in fairseq, Ott et al. 2019,
https://arxiv.org/abs/1904.01038).

All prefixes of a step are equally long, so the ranking needs no length penalty: it decides only among finished ones.
Sums are kept in float64 on the CPU; what the device gives are the best next tokens of every row. Equal sums go to the
lower parent rank, then to the lower token id.

Sizes: B sources, A sources still searching, R rows (live prefixes of all of them), K beam, V vocabulary,
C best next tokens per row, N ranked candidates per source.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.options import BeamOptions, StopRule
from seq2seq_core.trace import ROOT, Doubles, Integers, length_penalty

from .ordering import stable_top
from .stepper import State, Stepper
from .steps import (
    BELOW_CUT,
    CUT_AT_MAXIMUM,
    END_BELOW_CUT,
    FINISHED,
    IMPOSSIBLE,
    LIVE,
    Codes,
    Decoder,
    SearchStep,
    rearranged,
    refuse_nan,
    without_end,
)
from .stopping import MAXIMUM_LENGTH, NO_LIVE_PREFIX, Flags, k_finished, nothing_live_can_win


@dataclass(frozen=True, slots=True, eq=False)
class _Live:
    """The live prefixes of the sources still searching: rows lie source by source, best prefix first."""

    source_A: Integers
    offset_A: Integers  # first row of each source, and R at the end
    token_R: Integers
    index_R: Integers  # candidate index in the step before
    sum_R: Doubles


@dataclass(frozen=True, slots=True, eq=False)
class _Ranking:
    """The best continuations of every source, best first; a sum of minus infinity where there are no more."""

    row_AN: Integers  # the row that a candidate continues
    token_AN: Integers
    log_prob_AN: Doubles
    sum_AN: Doubles


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """What the stop rules need to know of each source; changed in place from step to step."""

    limit_B: Integers  # the maximum length
    limit_penalty_B: Doubles
    finished_B: Integers
    best_score_B: Doubles


def beam_steps(stepper: Stepper[State], options: BeamOptions, *, losers: int = 0) -> Iterator[SearchStep]:
    """Search every source of the stepper with a beam.

    Raises:
        InputError: the model gives NaN.
    """
    pool = _empty_pool(stepper, options)
    live, state = _roots(len(pool.limit_B), stepper.start_id), stepper.start()
    for number in count(1):
        if not len(live.source_A):
            return
        answer = stepper.step(torch.from_numpy(live.token_R).to(stepper.device), state)
        allowed_RV = without_end(answer.log_probs_RV, stepper.end_id, forbidden=number <= options.min_length)
        ranking = _rank(live, allowed_RV, 2 * options.beam_size + losers, number)
        last_A = pool.limit_B[live.source_A] == number
        fate_AN = _fates(ranking, stepper.end_id, options.beam_size, last_A)
        penalty = length_penalty(number, options.alpha)
        ended = _update(pool, live.source_A, ranking.sum_AN, fate_AN, penalty, options)
        yield SearchStep(
            number=number,
            penalty=penalty,
            source_A=live.source_A,
            offset_A=live.offset_A,
            expanded_R=live.index_R,
            log_probs_RV=answer.log_probs_RV,
            attention_RS=answer.attention_RS,
            evidence=answer.evidence,
            parent_AN=live.index_R[ranking.row_AN],
            token_AN=ranking.token_AN,
            log_prob_AN=ranking.log_prob_AN,
            log_prob_sum_AN=ranking.sum_AN,
            margin_AN=_margins(ranking.sum_AN, fate_AN, options.beam_size),
            fate_AN=fate_AN,
            count_A=_counts(fate_AN, losers),
            ended=ended,
        )
        rows_R, live = _successors(live, ranking, fate_AN, ended)
        state = rearranged(stepper, answer.state, rows_R, len(answer.log_probs_RV))


def _empty_pool(stepper: Stepper[State], options: BeamOptions) -> _Pool:
    limits = [options.resolve_max_length(length) for length in stepper.source_lengths]
    penalties = [length_penalty(limit, options.alpha) for limit in limits]
    sources = len(limits)
    return _Pool(
        np.array(limits, dtype=np.int64), np.array(penalties), np.zeros(sources, np.int64), np.full(sources, -np.inf)
    )


def _roots(sources: int, start_id: int) -> _Live:
    every = np.arange(sources)
    return _Live(every, np.arange(sources + 1), np.full(sources, start_id), np.full(sources, ROOT), np.zeros(sources))


def _rank(live: _Live, log_probs_RV: Tensor, candidates: int, number: int) -> _Ranking:
    """The best `candidates` continuations of every source.

    First the best of each row on the device, then the best of each source among them; a stable order in both
    passes makes equal sums follow (parent rank, token id).
    """
    best = stable_top(log_probs_RV, candidates)
    log_prob_RC = best.value_RK.cpu().double().numpy()
    token_RC = best.index_RK.cpu().numpy()
    refuse_nan(log_prob_RC, number)
    columns = token_RC.shape[1]

    rows_A = np.diff(live.offset_A)
    at_R = np.repeat(np.arange(len(rows_A)), rows_A)
    place_R = np.arange(len(at_R)) - live.offset_A[at_R]
    sum_AKC = np.full((len(rows_A), rows_A.max(), columns), -np.inf)
    sum_AKC[at_R, place_R] = live.sum_R[:, None] + log_prob_RC

    # (A, K, C) -> (A, K * C) -> (A, N)
    top = stable_top(torch.from_numpy(sum_AKC).flatten(start_dim=1), candidates)
    place_AN, column_AN = np.divmod(top.index_RK.numpy(), columns)
    # A source with fewer rows than others is padded with impossible ones; they must not reach into the next source.
    row_AN = live.offset_A[:-1, None] + np.minimum(place_AN, rows_A[:, None] - 1)
    return _Ranking(row_AN, token_RC[row_AN, column_AN], log_prob_RC[row_AN, column_AN], top.value_RK.numpy())


def _fates(ranking: _Ranking, end_id: int, beam_size: int, last_A: Flags) -> Codes:
    possible_AN = np.isfinite(ranking.sum_AN)
    end_AN = possible_AN & (ranking.token_AN == end_id)
    other_AN = possible_AN & ~end_AN
    finished_AN = end_AN & (np.arange(end_AN.shape[1]) < beam_size)
    kept_AN = other_AN & (other_AN.cumsum(axis=1) <= beam_size)
    return np.select(
        [finished_AN, kept_AN & last_A[:, None], kept_AN, end_AN, other_AN],
        [FINISHED, CUT_AT_MAXIMUM, LIVE, END_BELOW_CUT, BELOW_CUT],
        IMPOSSIBLE,
    ).astype(np.int8)


def _margins(sum_AN: Doubles, fate_AN: Codes, beam_size: int) -> Doubles:
    """Nats below the last that lives on, or for an end token below rank K; 0 for what was kept."""
    finite_AN = np.where(fate_AN == IMPOSSIBLE, 0.0, sum_AN)
    kept_AN = (fate_AN == LIVE) | (fate_AN == CUT_AT_MAXIMUM)
    last_kept_A1 = np.where(kept_AN, finite_AN, 0.0).min(axis=1, keepdims=True)
    at_rank_A1 = finite_AN[:, min(beam_size, finite_AN.shape[1]) - 1, None]
    below_AN = np.where(fate_AN == BELOW_CUT, last_kept_A1 - finite_AN, 0.0)
    return np.where(fate_AN == END_BELOW_CUT, at_rank_A1 - finite_AN, below_AN)


def _counts(fate_AN: Codes, losers: int) -> Integers:
    """How many candidates to show: all down to the last kept one, and beyond it until there are enough losers."""
    lost_AN = (fate_AN == BELOW_CUT) | (fate_AN == END_BELOW_CUT)
    possible_AN = fate_AN != IMPOSSIBLE
    kept_AN = possible_AN & ~lost_AN
    needed_AN = kept_AN[:, ::-1].cumsum(axis=1)[:, ::-1] > 0
    shown: Integers = (needed_AN | (possible_AN & (lost_AN.cumsum(axis=1) <= losers))).sum(axis=1)
    return shown


def _update(
    pool: _Pool, source_A: Integers, sum_AN: Doubles, fate_AN: Codes, penalty: float, options: BeamOptions
) -> dict[int, str]:
    """Add the finished candidates to the pool; the sources that end now, each with its reason."""
    finished_AN, live_AN = fate_AN == FINISHED, fate_AN == LIVE
    best_A = sum_AN.max(axis=1, where=finished_AN, initial=-np.inf) / penalty
    pool.finished_B[source_A] += finished_AN.sum(axis=1)
    pool.best_score_B[source_A] = np.maximum(pool.best_score_B[source_A], best_A)
    best_live_A = sum_AN.max(axis=1, where=live_AN, initial=-np.inf)
    fired_A = _fired(pool, source_A, best_live_A, options)
    cut_A = (fate_AN == CUT_AT_MAXIMUM).any(axis=1)
    ended_A = fired_A | ~live_AN.any(axis=1)
    return {
        int(source_A[at]): _reason(options, fired=bool(fired_A[at]), cut=bool(cut_A[at]))
        for at in np.nonzero(ended_A)[0].tolist()
    }


def _fired(pool: _Pool, source_A: Integers, best_live_A: Doubles, options: BeamOptions) -> Flags:
    if options.stop_rule is StopRule.K_FINISHED:
        return k_finished(pool.finished_B[source_A], options.beam_size)
    return nothing_live_can_win(pool.best_score_B[source_A], best_live_A, pool.limit_penalty_B[source_A])


def _reason(options: BeamOptions, *, fired: bool, cut: bool) -> str:
    if fired:
        return str(options.stop_rule)
    return MAXIMUM_LENGTH if cut else NO_LIVE_PREFIX


def _successors(live: _Live, ranking: _Ranking, fate_AN: Codes, ended: dict[int, str]) -> tuple[Integers, _Live]:
    """The old row of every new one, and the new rows; sources that ended have none."""
    going_A = np.array([source not in ended for source in live.source_A.tolist()], dtype=bool)
    keep_AN = (fate_AN == LIVE) & going_A[:, None]
    at_R, index_R = np.nonzero(keep_AN)
    offset_A = np.concatenate([[0], keep_AN.sum(axis=1)[going_A].cumsum()])
    successors = _Live(
        live.source_A[going_A], offset_A, ranking.token_AN[at_R, index_R], index_R, ranking.sum_AN[at_R, index_R]
    )
    return ranking.row_AN[at_R, index_R], successors


BEAM: Final = Decoder(
    name="beam",
    options=BeamOptions,
    steps=beam_steps,
    losers=lambda options: 2 * options.beam_size,
    n_best=lambda options: options.n_best or options.beam_size,
    stop_rule=lambda options: str(options.stop_rule),
)
