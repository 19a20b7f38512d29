"""Greedy search: always the most probable next token.

Ties go to the lower token id. A source leaves the batch when it ends. Steps show the chosen token first and then the
next best tokens that were passed over.

Sizes: A sources still searching, V vocabulary, B sources, L losers shown, N = 1 + L candidates.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.options import GreedyOptions
from seq2seq_core.trace import ROOT, Doubles, Integers

from .constraints import allowed
from .ordering import Top, stable_top
from .scoring import Coverage, Flags, rule_of, scores_of
from .stepper import State, Stepper
from .steps import (
    BELOW_CUT,
    CUT_AT_MAXIMUM,
    END_BELOW_CUT,
    FINISHED,
    IMPOSSIBLE,
    LIVE,
    NEXT_TOKENS,
    Codes,
    Decoder,
    SearchStep,
    rearranged,
    refuse_nan,
)
from .stopping import END_TOKEN, MAXIMUM_LENGTH, NO_LIVE_PREFIX

_REASONS: Final = {FINISHED: END_TOKEN, CUT_AT_MAXIMUM: MAXIMUM_LENGTH, IMPOSSIBLE: NO_LIVE_PREFIX}


@dataclass(frozen=True, slots=True)
class _Choice:
    """The chosen token in column 0, those passed over behind it."""

    token_AN: Integers
    log_prob_AN: Doubles
    best: Top | None = None  # of the log-probabilities chosen from


def greedy_steps(stepper: Stepper[State], options: GreedyOptions, *, losers: int = 0) -> Iterator[SearchStep]:
    """Search every source of the stepper greedily.

    Raises:
        InputError: the model gives NaN.
        OptionError: the score asks for coverage, and the model has no attention.
    """
    rule = rule_of(options)
    coverage = Coverage(rule, stepper.source_lengths)
    limit_B = np.array([options.resolve_max_length(length) for length in stepper.source_lengths], dtype=np.int64)
    source_A = np.arange(len(limit_B))
    token_A, sum_A = np.full(len(limit_B), stepper.start_id), np.zeros(len(limit_B))
    prefix_AT = np.zeros((len(limit_B), 0), dtype=np.int64)
    state = stepper.start()
    for number in count(1):
        if not len(source_A):
            return
        answer = stepper.step(torch.from_numpy(token_A).to(stepper.device), state)
        log_probs_AV = answer.log_probs_RV
        allowed_AV = allowed(log_probs_AV, prefix_AT, options, stepper.end_id)
        covered_A = coverage.penalties(answer.attention_RS, source_A)
        choice = _choose(allowed_AV, losers)
        refuse_nan(choice.log_prob_AN, number)
        sum_AN = sum_A[:, None] + choice.log_prob_AN
        end_AN = choice.token_AN == stepper.end_id
        fate_AN = _fates(choice, end_AN, limit_B[source_A] == number)
        covered_AN = None if covered_A is None else np.broadcast_to(covered_A[:, None], sum_AN.shape)
        yield SearchStep(
            number=number,
            scores=scores_of(rule, number, sum_AN, end_AN, covered_AN),
            source_A=source_A,
            offset_A=np.arange(len(source_A) + 1),
            expanded_R=np.full(len(source_A), ROOT if number == 1 else 0),
            log_probs_RV=log_probs_AV,
            attention_RS=answer.attention_RS,
            evidence=answer.evidence,
            best=choice.best if allowed_AV is log_probs_AV else None,
            parent_AN=np.full(sum_AN.shape, ROOT if number == 1 else 0),
            token_AN=choice.token_AN,
            log_prob_AN=choice.log_prob_AN,
            log_prob_sum_AN=sum_AN,
            margin_AN=_margins(choice.log_prob_AN),
            fate_AN=fate_AN,
            count_A=(fate_AN != IMPOSSIBLE).sum(axis=1),
            ended=_ended(source_A, fate_AN[:, 0]),
        )
        going_A = fate_AN[:, 0] == LIVE
        source_A, token_A, sum_A = source_A[going_A], choice.token_AN[going_A, 0], sum_AN[going_A, 0]
        prefix_AT = np.concatenate([prefix_AT[going_A], token_A[:, None]], axis=1)
        coverage.select(np.nonzero(going_A)[0])
        state = rearranged(stepper, answer.state, np.nonzero(going_A)[0], len(going_A))


def _choose(log_probs_AV: Tensor, losers: int) -> _Choice:
    if losers == 0:
        best_A1, token_A1 = log_probs_AV.max(dim=1, keepdim=True)  # the first of equals
        return _Choice(token_A1.cpu().numpy(), best_A1.cpu().double().numpy())
    best = stable_top(log_probs_AV, max(1 + losers, NEXT_TOKENS))
    shown = best.first(1 + losers)
    return _Choice(shown.index_RK.cpu().numpy(), shown.value_RK.cpu().double().numpy(), best)


def _fates(choice: _Choice, end_AN: Flags, last_A: Flags) -> Codes:
    fate_AN = np.where(end_AN, END_BELOW_CUT, BELOW_CUT).astype(np.int8)
    fate_AN[:, 0] = np.where(end_AN[:, 0], FINISHED, np.where(last_A, CUT_AT_MAXIMUM, LIVE))
    fate_AN[np.isneginf(choice.log_prob_AN)] = IMPOSSIBLE
    return fate_AN


def _margins(log_prob_AN: Doubles) -> Doubles:
    finite_AN = np.where(np.isneginf(log_prob_AN), 0.0, log_prob_AN)
    return finite_AN[:, :1] - finite_AN


def _ended(source_A: Integers, fate_A: Codes) -> dict[int, str]:
    pairs = zip(source_A.tolist(), fate_A.tolist(), strict=True)
    return {source: _REASONS[fate] for source, fate in pairs if fate != LIVE}


GREEDY: Final = Decoder(
    name="greedy",
    options=GreedyOptions,
    steps=greedy_steps,
    losers=lambda options: 2,
    n_best=lambda options: 1,
    stop_rule=lambda options: END_TOKEN,
)
