"""Ancestral sampling: each next token is drawn from the model's distribution, shaped by temperature, top-k and top-p.

What is reported is the model's own: log-probabilities at temperature 1 and before the filters, so that the ledger of a
drawn output compares with that of a searched one.

Each source has a generator of its own, seeded by (seed, number of the sample), and takes one number a step from it: it
falls into the cumulative distribution in the order of token ids. So an output depends on its source and the seed, not
on what else is in the batch, and equal sources draw equal outputs; a batch touches it only where it changes the
rounding of the model's numbers.

Steps show the drawn token among the most probable ones, in the order of their probability; behind them where it is not
one of them.

Sizes: A sources still drawing, V vocabulary, B sources, N listed candidates.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.options import SamplingOptions
from seq2seq_core.trace import MODEL_LOG_PROB, ROOT, Doubles, Integers

from .constraints import allowed
from .filters import filtered
from .ordering import stable_top
from .scoring import Coverage, Flags, rule_of, scores_of
from .stepper import State, Stepper
from .steps import (
    CUT_AT_MAXIMUM,
    FINISHED,
    IMPOSSIBLE,
    LIVE,
    NOT_DRAWN,
    Codes,
    Decoder,
    SearchStep,
    rearranged,
    refuse_nan,
)
from .stopping import END_TOKEN_DRAWN, MAXIMUM_LENGTH, NO_LIVE_PREFIX

_REASONS: Final = {FINISHED: END_TOKEN_DRAWN, CUT_AT_MAXIMUM: MAXIMUM_LENGTH, IMPOSSIBLE: NO_LIVE_PREFIX}
_FIRST_SAMPLE: Final = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Drawing:
    """The sources still drawing, one prefix each."""

    source_A: Integers
    prefix_AT: Integers  # tokens so far, without the start token
    token_A: Integers
    index_A: Integers  # candidate index in the step before
    sum_A: Doubles


@dataclass(frozen=True, slots=True, eq=False)
class _Listing:
    """The candidates of every source, most probable first, and where the drawn one stands."""

    token_AN: Integers
    log_prob_AN: Doubles
    drawn_A: Integers


def sampling_steps(stepper: Stepper[State], options: SamplingOptions, *, losers: int = 0) -> Iterator[SearchStep]:
    """Draw one output for every source of the stepper.

    Raises:
        InputError: the model gives NaN.
        OptionError: the score asks for coverage, and the model has no attention.
    """
    rule = rule_of(options)
    coverage = Coverage(rule, stepper.source_lengths)
    limit_B = np.array([options.resolve_max_length(length) for length in stepper.source_lengths], dtype=np.int64)
    generators_B = [np.random.default_rng((options.seed, _FIRST_SAMPLE)) for _ in limit_B]
    drawing, state = _roots(len(limit_B), stepper.start_id), stepper.start()
    for number in count(1):
        if not len(drawing.source_A):
            return
        answer = stepper.step(torch.from_numpy(drawing.token_A).to(stepper.device), state)
        allowed_AV = allowed(answer.log_probs_RV, drawing.prefix_AT, options, stepper.end_id).cpu()
        covered_A = coverage.penalties(answer.attention_RS, drawing.source_A)
        refuse_nan(allowed_AV.amax(dim=1).double().numpy(), number)
        chance_A = np.array([generators_B[source].random() for source in drawing.source_A.tolist()])
        listing = _list(allowed_AV, draw(filtered(allowed_AV, options).numpy(), chance_A), losers)
        sum_AN = drawing.sum_A[:, None] + listing.log_prob_AN
        end_AN = listing.token_AN == stepper.end_id
        fate_AN = _fates(listing, end_AN, limit_B[drawing.source_A] == number)
        covered_AN = None if covered_A is None else np.broadcast_to(covered_A[:, None], sum_AN.shape)
        drawn_fate_A = np.take_along_axis(fate_AN, listing.drawn_A[:, None], axis=1)[:, 0]
        yield SearchStep(
            number=number,
            scores=scores_of(rule, number, sum_AN, end_AN, covered_AN),
            source_A=drawing.source_A,
            offset_A=np.arange(len(drawing.source_A) + 1),
            expanded_R=drawing.index_A,
            log_probs_RV=answer.log_probs_RV,
            attention_RS=answer.attention_RS,
            evidence=answer.evidence,
            parent_AN=np.broadcast_to(drawing.index_A[:, None], sum_AN.shape),
            token_AN=listing.token_AN,
            log_prob_AN=listing.log_prob_AN,
            log_prob_sum_AN=sum_AN,
            margin_AN=np.zeros(sum_AN.shape),
            fate_AN=fate_AN,
            count_A=(fate_AN != IMPOSSIBLE).sum(axis=1),
            ended=_ended(drawing.source_A, drawn_fate_A),
        )
        going_A = np.nonzero(drawn_fate_A == LIVE)[0]
        coverage.select(going_A)
        state = rearranged(stepper, answer.state, going_A, len(drawn_fate_A))
        drawing = _successors(drawing, listing, sum_AN, going_A)


def draw(prob_RV: Doubles, chance_R: Doubles) -> Integers:
    """The token of each row in whose part of the cumulative distribution, by token id, the number from [0, 1) falls."""
    cumulative_RV = prob_RV.cumsum(axis=1)
    total_R1 = cumulative_RV[:, -1:]
    # Strictly below the total, whatever rounding does: the first entry above it has a probability.
    point_R1 = np.minimum(chance_R[:, None] * total_R1, np.nextafter(total_R1, 0))
    token_R: Integers = (cumulative_RV > point_R1).argmax(axis=1)
    return token_R


def _roots(sources: int, start_id: int) -> _Drawing:
    return _Drawing(
        np.arange(sources),
        np.zeros((sources, 0), dtype=np.int64),
        np.full(sources, start_id),
        np.full(sources, ROOT),
        np.zeros(sources),
    )


def _list(log_probs_AV: Tensor, token_A: Integers, losers: int) -> _Listing:
    """The best `losers` + 1 tokens; the drawn one takes the last place where it is not among them."""
    token_AN = stable_top(log_probs_AV, losers + 1).index_RK.numpy().copy()
    found_AN = token_AN == token_A[:, None]
    drawn_A = np.where(found_AN.any(axis=1), found_AN.argmax(axis=1), token_AN.shape[1] - 1)
    token_AN[np.arange(len(token_A)), drawn_A] = token_A
    log_prob_AN = log_probs_AV.gather(1, torch.from_numpy(token_AN)).double().numpy()
    return _Listing(token_AN, log_prob_AN, drawn_A)


def _fates(listing: _Listing, end_AN: Flags, last_A: Flags) -> Codes:
    drawn_AN = np.arange(listing.token_AN.shape[1]) == listing.drawn_A[:, None]
    return np.select(
        [
            np.isneginf(listing.log_prob_AN),
            ~drawn_AN,
            end_AN,
            np.broadcast_to(last_A[:, None], drawn_AN.shape),
        ],
        [IMPOSSIBLE, NOT_DRAWN, FINISHED, CUT_AT_MAXIMUM],
        LIVE,
    ).astype(np.int8)


def _ended(source_A: Integers, fate_A: Codes) -> dict[int, str]:
    pairs = zip(source_A.tolist(), fate_A.tolist(), strict=True)
    return {source: _REASONS[fate] for source, fate in pairs if fate != LIVE}


def _successors(drawing: _Drawing, listing: _Listing, sum_AN: Doubles, going_A: Integers) -> _Drawing:
    at_A = listing.drawn_A[going_A]
    token_A = listing.token_AN[going_A, at_A]
    prefix_AT = np.concatenate([drawing.prefix_AT[going_A], token_A[:, None]], axis=1)
    return _Drawing(drawing.source_A[going_A], prefix_AT, token_A, at_A, sum_AN[going_A, at_A])


SAMPLING: Final = Decoder(
    name="sampling",
    options=SamplingOptions,
    steps=sampling_steps,
    losers=lambda options: 4,
    n_best=lambda options: 1,
    stop_rule=lambda options: END_TOKEN_DRAWN,
    remarks={"log_prob": MODEL_LOG_PROB},
)
