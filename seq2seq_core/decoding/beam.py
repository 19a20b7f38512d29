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
from itertools import count
from typing import Final

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.options import BeamOptions
from seq2seq_core.trace import ROOT, Integers

from .banks import judged_in_banks
from .competing import competing_steps
from .constraints import Limits, allowed
from .pool import Pool
from .ranking import Judged, Live, Ranking, counts_of, fates_of, margins_of, rank
from .scoring import Coverage, Flags, rule_of, scores_of
from .stepper import State, Stepper
from .steps import LIVE, Codes, Decoder, SearchStep, rearranged


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
        log_probs_RV = answer.log_probs_RV
        last_A = pool.at_limit(live.source_A, number)
        last_R = np.repeat(last_A, live.rows_A) if options.force_end else None
        limits = Limits(pool.limits(np.repeat(live.source_A, live.rows_A)), last_R)
        allowed_RV = allowed(log_probs_RV, live.prefix_RT, options, stepper.end_id, limits)
        covered_R = coverage.penalties(answer.attention_RS, np.repeat(live.source_A, live.rows_A))
        bias_RV = torch.from_numpy(covered_R)[:, None] if options.coverage_steers and covered_R is not None else None
        judge = judged_in_banks if options.constraints.required else judged
        places_A, terms = pool.places(live.source_A), (options, stepper.end_id, losers)
        found = judge(live, (allowed_RV, bias_RV), places_A, last_A, terms)
        ranking = found.ranking
        covered_AN = None if covered_R is None else covered_R[ranking.row_AN]
        scores = scores_of(rule, number, ranking.sum_AN, found.end_AN, covered_AN)
        ended = pool.take(live.source_A, ranking.sum_AN, scores.score_AN, found.fate_AN)
        yield SearchStep(
            number=number,
            scores=scores,
            source_A=live.source_A,
            offset_A=live.offset_A,
            expanded_R=live.index_R,
            log_probs_RV=log_probs_RV,
            attention_RS=answer.attention_RS,
            evidence=answer.evidence,
            best=found.best if allowed_RV is log_probs_RV else None,
            parent_AN=live.index_R[ranking.row_AN],
            token_AN=ranking.token_AN,
            log_prob_AN=ranking.log_prob_AN,
            log_prob_sum_AN=ranking.sum_AN,
            margin_AN=found.margin_AN,
            fate_AN=found.fate_AN,
            count_A=found.count_A,
            ended=ended,
            key_AN=ranking.key_AN if options.coverage_steers else None,
        )
        rows_R, live = _successors(live, ranking, found.fate_AN, ended)
        coverage.select(rows_R)
        state = rearranged(stepper, answer.state, rows_R, len(log_probs_RV))


def judged(
    live: Live,
    values: tuple[Tensor, Tensor | None],
    places_A: Integers,
    last_A: Flags,
    terms: tuple[BeamOptions, int, int],
) -> Judged:
    """What becomes of the continuations of every source.

    Args:
        values: the log-probabilities (R, V), and what else counts in the ranking; see `rank`.
        terms: the options, the end token, and how many losers to show.
    """
    (log_probs_RV, bias_RV), (options, end_id, losers) = values, terms
    ranking, best = rank(live, log_probs_RV, 2 * options.beam_size + losers, bias_RV)
    end_AN = ranking.token_AN == end_id
    fate_AN = fates_of(ranking, end_AN, places_A, last_A, refill=options.refills)
    margin_AN = margins_of(ranking.key_AN, fate_AN, places_A, refill=options.refills)
    counts_A = counts_of(fate_AN, losers)
    return Judged(ranking, end_AN, fate_AN, margin_AN, counts_A, None if bias_RV is not None else best)


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
