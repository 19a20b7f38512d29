"""Beam search over a batch of sources.

A step ranks the continuations of a source's K live prefixes. An end token at rank K or better goes to the finished
pool; below rank K it is lost; the best K others live on, so that an end token never costs a prefix its place. The best
2K continuations settle this, because K prefixes have at most K ends (as in fairseq, Ott et al. 2019,
https://arxiv.org/abs/1904.01038).

All prefixes of a step are equally long, so the ranking needs no length penalty: it decides only among finished ones.
Toolkits differ in what becomes of an end's place, in what the maximum length does, and in when to stop; the options say
which way is taken (`competing` has the one in which finished outputs stay in the beam). Where the coverage steers, its
penalty is part of what ranks the prefixes.

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

from seq2seq_core.options import BeamOptions
from seq2seq_core.trace import ROOT, Doubles, Integers

from .competing import competing_steps
from .constraints import allowed
from .ordering import stable_top
from .pool import Pool
from .scoring import Coverage, Flags, rule_of, scores_of
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
)


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
        return np.diff(self.offset_A)


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The best continuations of every source, best first; a sum of minus infinity where there are no more."""

    row_AN: Integers  # the row that a candidate continues
    token_AN: Integers
    log_prob_AN: Doubles
    sum_AN: Doubles
    key_AN: Doubles  # what they are ranked by


def beam_steps(stepper: Stepper[State], options: BeamOptions, *, losers: int = 0) -> Iterator[SearchStep]:
    """Search every source of the stepper with a beam.

    Raises:
        InputError: the model gives NaN.
        OptionError: the score asks for coverage, and the model has no attention.
    """
    if options.finished_compete:
        yield from competing_steps(stepper, options, losers=losers)
        return
    rule = rule_of(options)
    pool, coverage = Pool(options, rule, stepper.source_lengths), Coverage(rule, stepper.source_lengths)
    live, state = _roots(len(stepper.source_lengths)), stepper.start()
    for number in count(1):
        if not len(live.source_A):
            return
        answer = stepper.step(_last_tokens(live, stepper), state)
        last_A = pool.at_limit(live.source_A, number)
        last_R = np.repeat(last_A, live.rows_A) if options.force_end else None
        allowed_RV = allowed(answer.log_probs_RV, live.prefix_RT, options, stepper.end_id, last_R)
        covered_R = coverage.penalties(answer.attention_RS, np.repeat(live.source_A, live.rows_A))
        bias_RV = torch.from_numpy(covered_R)[:, None] if options.coverage_steers and covered_R is not None else None
        ranking = rank(live, allowed_RV, 2 * options.beam_size + losers, bias_RV)
        end_AN, places_A = ranking.token_AN == stepper.end_id, pool.places(live.source_A)
        fate_AN = fates_of(ranking, end_AN, places_A, last_A, refill=options.refills)
        covered_AN = None if covered_R is None else covered_R[ranking.row_AN]
        scores = scores_of(rule, number, ranking.sum_AN, end_AN, covered_AN)
        ended = pool.take(live.source_A, ranking.sum_AN, scores.score_AN, fate_AN)
        yield SearchStep(
            number=number,
            scores=scores,
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
            margin_AN=margins_of(ranking.key_AN, fate_AN, places_A, refill=options.refills),
            fate_AN=fate_AN,
            count_A=counts_of(fate_AN, losers),
            ended=ended,
            key_AN=ranking.key_AN if options.coverage_steers else None,
        )
        rows_R, live = _successors(live, ranking, fate_AN, ended)
        coverage.select(rows_R)
        state = rearranged(stepper, answer.state, rows_R, len(answer.log_probs_RV))


def _roots(sources: int) -> Live:
    every = np.arange(sources)
    return Live(
        every, np.arange(sources + 1), np.zeros((sources, 0), np.int64), np.full(sources, ROOT), np.zeros(sources)
    )


def _last_tokens(live: Live, stepper: Stepper[State]) -> Tensor:
    """The last token of every row, the start token before the first."""
    prefix_RT = live.prefix_RT
    last_R = prefix_RT[:, -1] if prefix_RT.shape[1] else np.full(len(prefix_RT), stepper.start_id)
    return torch.from_numpy(last_R).to(stepper.device)


def rank(live: Live, log_probs_RV: Tensor, candidates: int, bias_RV: Tensor | None) -> Ranking:
    """The best `candidates` continuations of every source.

    First the best of each row on the device, then the best of each source among them; a stable order in both
    passes makes equal sums follow (parent rank, token id).

    Args:
        bias_RV: what else counts in the ranking, beside the sum; (R, 1) where it is the same for all tokens.
    """
    ranked_RV = log_probs_RV if bias_RV is None else log_probs_RV.double() + bias_RV.to(log_probs_RV.device)
    best = stable_top(ranked_RV, candidates)
    log_prob_RC = log_probs_RV.gather(1, best.index_RK).cpu().double().numpy()
    token_RC, value_RC = best.index_RK.cpu().numpy(), best.value_RK.cpu().double().numpy()
    refuse_nan(log_prob_RC, live.prefix_RT.shape[1] + 1)
    columns = token_RC.shape[1]

    rows_A = live.rows_A
    at_R = np.repeat(np.arange(len(rows_A)), rows_A)
    place_R = np.arange(len(at_R)) - live.offset_A[at_R]
    sum_RC = live.sum_R[:, None] + log_prob_RC
    key_AKC = np.full((len(rows_A), rows_A.max(), columns), -np.inf)
    key_AKC[at_R, place_R] = sum_RC if bias_RV is None else live.sum_R[:, None] + value_RC

    # (A, K, C) -> (A, K * C) -> (A, N)
    top = stable_top(torch.from_numpy(key_AKC).flatten(start_dim=1), candidates)
    place_AN, column_AN = np.divmod(top.index_RK.numpy(), columns)
    # A source with fewer rows than others is padded with impossible ones; they must not reach into the next source.
    row_AN = live.offset_A[:-1, None] + np.minimum(place_AN, rows_A[:, None] - 1)
    key_AN = top.value_RK.numpy()
    sum_AN = np.where(np.isneginf(key_AN), -np.inf, sum_RC[row_AN, column_AN])
    return Ranking(row_AN, token_RC[row_AN, column_AN], log_prob_RC[row_AN, column_AN], sum_AN, key_AN)


def fates_of(ranking: Ranking, end_AN: Flags, places_A: Integers, last_A: Flags, *, refill: bool) -> Codes:
    """What becomes of every candidate, with so many places for each source; `last_A`: its maximum length is reached."""
    possible_AN = np.isfinite(ranking.sum_AN)
    end_AN, other_AN = possible_AN & end_AN, possible_AN & ~end_AN
    among_AN = np.arange(end_AN.shape[1]) < places_A[:, None]
    kept_AN = other_AN & ((other_AN.cumsum(axis=1) <= places_A[:, None]) if refill else among_AN)
    return np.select(
        [end_AN & among_AN, kept_AN & last_A[:, None], kept_AN, end_AN, other_AN],
        [FINISHED, CUT_AT_MAXIMUM, LIVE, END_BELOW_CUT, BELOW_CUT],
        IMPOSSIBLE,
    ).astype(np.int8)


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


def _successors(live: Live, ranking: Ranking, fate_AN: Codes, ended: dict[int, str]) -> tuple[Integers, Live]:
    """The old row of every new one, and the new rows; sources that ended have none."""
    going_A = np.array([source not in ended for source in live.source_A.tolist()], dtype=bool)
    keep_AN = (fate_AN == LIVE) & going_A[:, None]
    at_R, index_R = np.nonzero(keep_AN)
    row_R, token_R = ranking.row_AN[at_R, index_R], ranking.token_AN[at_R, index_R]
    offset_A = np.concatenate([[0], keep_AN.sum(axis=1)[going_A].cumsum()])
    prefix_RT = np.concatenate([live.prefix_RT[row_R], token_R[:, None]], axis=1)
    return row_R, Live(live.source_A[going_A], offset_A, prefix_RT, index_R, ranking.sum_AN[at_R, index_R])


BEAM: Final = Decoder(
    name="beam",
    options=BeamOptions,
    steps=beam_steps,
    losers=lambda options: 2 * options.beam_size,
    n_best=lambda options: options.n_best or options.beam_size,
    stop_rule=lambda options: str(options.stop_rule),
)
