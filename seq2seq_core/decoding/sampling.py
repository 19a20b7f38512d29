"""Ancestral sampling: each next token is drawn from the model's distribution, shaped by temperature, top-k and top-p.

What is reported is the model's own: log-probabilities at temperature 1 and before the filters, so that the ledger of a
drawn output compares with that of a searched one.

Each sample has a generator of its own, seeded by (seed, number of the sample), and takes one number a step from it: it
falls into the cumulative distribution in the order of token ids. So an output depends on its source and the seed, not
on how many samples are drawn or on what else is in the batch, and equal sources draw equal outputs; a batch touches it
only where it changes the rounding of the model's numbers.

Samples that have drawn the same so far share one prefix: the model reads it once, and the tree shows how many went
each way. Steps show the drawn tokens among the most probable others, in the order of their sums.

Sizes: A sources still drawing, R rows (their distinct prefixes), V vocabulary, B sources, N listed candidates.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeAlias

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.options import SamplingOptions
from seq2seq_core.trace import MODEL_LOG_PROB, ROOT, Doubles, Integers

from .constraints import allowed
from .filters import filtered
from .ordering import stable_top
from .scoring import Coverage, rule_of, scores_of
from .stepper import State, Stepper
from .steps import (
    CUT_AT_MAXIMUM,
    FINISHED,
    IMPOSSIBLE,
    LIVE,
    NOT_DRAWN,
    Decoder,
    SearchStep,
    padded,
    rearranged,
    refuse_nan,
)
from .stopping import END_TOKEN_DRAWN, MAXIMUM_LENGTH, NO_LIVE_PREFIX

Generators: TypeAlias = dict[int, np.random.Generator]  # by number of the sample
Drawn: TypeAlias = dict[tuple[int, int], list[int]]  # row and token -> the samples that drew it


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A prefix that samples have drawn; those of a source lie together, best first."""

    source: int
    prefix: tuple[int, ...]
    index: int  # candidate index in the step before
    sum: float
    samples: tuple[int, ...]  # numbers of the samples that stand here


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A continuation of a row."""

    row: int
    token: int
    log_prob: float
    sum: float
    fate: int
    samples: tuple[int, ...]  # none where it was not drawn


def sampling_steps(stepper: Stepper[State], options: SamplingOptions, *, losers: int = 0) -> Iterator[SearchStep]:
    """Draw the samples of every source of the stepper.

    Raises:
        InputError: the model gives NaN.
        OptionError: the score asks for coverage, and the model has no attention.
    """
    rule, every = rule_of(options), range(len(stepper.source_lengths))
    coverage = Coverage(rule, stepper.source_lengths)
    limits = [options.resolve_max_length(length) for length in stepper.source_lengths]
    generators = [{at: np.random.default_rng((options.seed, at)) for at in range(options.samples)} for _ in every]
    rows, state = [_Row(source, (), ROOT, 0.0, tuple(range(options.samples))) for source in every], stepper.start()
    for number in count(1):
        if not rows:
            return
        answer = stepper.step(torch.from_numpy(_last_tokens(rows, stepper.start_id)).to(stepper.device), state)
        prefix_RT = np.array([row.prefix for row in rows], dtype=np.int64).reshape(len(rows), number - 1)
        allowed_RV = allowed(answer.log_probs_RV, prefix_RT, options, stepper.end_id).cpu()
        covered_R = coverage.penalties(answer.attention_RS, np.array([row.source for row in rows]))
        refuse_nan(allowed_RV.amax(dim=1).double().numpy(), number)
        drawn = _drawn(rows, filtered(allowed_RV, options).numpy(), generators)
        listed = _listed(rows, drawn, allowed_RV, losers)
        sources = list(dict.fromkeys(row.source for row in rows))
        found = [
            _candidates(listed, rows, allowed_RV, source, stepper.end_id, at_limit=limits[source] == number)
            for source in sources
        ]
        following = [_following(candidates, rows, source) for source, candidates in zip(sources, found, strict=True)]
        token_AN, sum_AN = padded(found, "token", 0), padded(found, "sum", -np.inf)
        row_AN, fate_AN = padded(found, "row", 0), padded(found, "fate", IMPOSSIBLE).astype(np.int8)
        covered_AN = None if covered_R is None else covered_R[row_AN]
        yield SearchStep(
            number=number,
            scores=scores_of(rule, number, sum_AN, token_AN == stepper.end_id, covered_AN),
            source_A=np.array(sources),
            offset_A=_offsets(rows, sources),
            expanded_R=np.array([row.index for row in rows]),
            log_probs_RV=answer.log_probs_RV,
            attention_RS=answer.attention_RS,
            evidence=answer.evidence,
            parent_AN=np.array([row.index for row in rows])[row_AN],
            token_AN=token_AN,
            log_prob_AN=padded(found, "log_prob", -np.inf),
            log_prob_sum_AN=sum_AN,
            margin_AN=np.zeros(sum_AN.shape),
            fate_AN=fate_AN,
            count_A=np.array([len(each) for each in found]),
            ended={
                source: _reason(candidates)
                for source, candidates, more in zip(sources, found, following, strict=True)
                if not more
            },
            draws_AN=_draws(found) if options.samples > 1 else None,
        )
        kept_R = np.array([row for more in following for row, _ in more], dtype=np.int64)
        coverage.select(kept_R)
        state = rearranged(stepper, answer.state, kept_R, len(rows))
        rows = [row for more in following for _, row in more]


def draw(prob_RV: Doubles, chance_R: Doubles) -> Integers:
    """The token of each row in whose part of the cumulative distribution, by token id, the number from [0, 1) falls."""
    cumulative_RV = prob_RV.cumsum(axis=1)
    total_R1 = cumulative_RV[:, -1:]
    # Strictly below the total, whatever rounding does: the first entry above it has a probability.
    point_R1 = np.minimum(chance_R[:, None] * total_R1, np.nextafter(total_R1, 0))
    token_R: Integers = (cumulative_RV > point_R1).argmax(axis=1)
    return token_R


def _last_tokens(rows: Sequence[_Row], start_id: int) -> Integers:
    return np.array([row.prefix[-1] if row.prefix else start_id for row in rows], dtype=np.int64)


def _offsets(rows: Sequence[_Row], sources: Sequence[int]) -> Integers:
    rows_of = Counter(row.source for row in rows)
    return np.concatenate([[0], np.cumsum([rows_of[source] for source in sources])])


def _drawn(rows: Sequence[_Row], prob_RV: Doubles, generators: Sequence[Generators]) -> Drawn:
    """Which samples draw which token of which row."""
    pairs = [(at, sample) for at, row in enumerate(rows) for sample in row.samples if prob_RV[at].any()]
    chance_P = np.array([generators[rows[at].source][sample].random() for at, sample in pairs])
    found: Drawn = {}
    row_P = np.array([at for at, _ in pairs], dtype=np.int64)
    for (at, sample), token in zip(pairs, draw(prob_RV[row_P], chance_P).tolist(), strict=True):
        found.setdefault((at, token), []).append(sample)
    return found


def _listed(
    rows: Sequence[_Row], drawn: Drawn, allowed_RV: Tensor, losers: int
) -> Drawn:
    """Every drawn continuation, and for each source so many of the best that were not drawn, with no samples."""
    best = stable_top(allowed_RV, losers + len(drawn)) if losers else None
    listed, others = dict(drawn), {row.source: losers for row in rows}
    if best is None:
        return listed
    passed = [
        (-(rows[at].sum + value), at, token)
        for at, (values, tokens) in enumerate(zip(best.value_RK.double().tolist(), best.index_RK.tolist(), strict=True))
        for value, token in zip(values, tokens, strict=True)
        if value > -np.inf and (at, token) not in drawn
    ]
    for _, at, token in sorted(passed):
        if others[rows[at].source] > 0:
            others[rows[at].source] -= 1
            listed[at, token] = []
    return listed


def _candidates(
    listed: Drawn,
    rows: Sequence[_Row],
    allowed_RV: Tensor,
    source: int,
    end_id: int,
    *,
    at_limit: bool,
) -> list[_Candidate]:
    """Those of one source, best sum first; ties to the better prefix, then to the lower token id."""
    found = []
    for (at, token), samples in listed.items():
        if rows[at].source == source:
            log_prob = float(allowed_RV[at, token])
            fate = _fate(samples, ends=token == end_id, at_limit=at_limit)
            found.append(_Candidate(at, token, log_prob, rows[at].sum + log_prob, fate, tuple(samples)))
    return sorted(found, key=lambda each: (-each.sum, each.row, each.token))


def _fate(samples: Sequence[int], *, ends: bool, at_limit: bool) -> int:
    if not samples:
        return NOT_DRAWN
    return FINISHED if ends else CUT_AT_MAXIMUM if at_limit else LIVE


def _following(candidates: Sequence[_Candidate], rows: Sequence[_Row], source: int) -> list[tuple[int, _Row]]:
    """The old row of every new one, and the new one."""
    return [
        (each.row, _Row(source, (*rows[each.row].prefix, each.token), index, each.sum, each.samples))
        for index, each in enumerate(candidates)
        if each.fate == LIVE
    ]


def _draws(found: Sequence[Sequence[_Candidate]]) -> Integers:
    """How many samples went to each candidate."""
    draws_AN = np.zeros((len(found), max(map(len, found), default=0)), dtype=np.int64)
    for row, candidates in zip(draws_AN, found, strict=True):
        row[: len(candidates)] = [len(each.samples) for each in candidates]
    return draws_AN


def _reason(candidates: Sequence[_Candidate]) -> str:
    fates = {each.fate for each in candidates}
    if CUT_AT_MAXIMUM in fates:
        return MAXIMUM_LENGTH
    return END_TOKEN_DRAWN if FINISHED in fates else NO_LIVE_PREFIX


SAMPLING: Final = Decoder(
    name="sampling",
    options=SamplingOptions,
    steps=sampling_steps,
    losers=lambda options: 4,
    n_best=lambda options: options.samples,
    stop_rule=lambda options: END_TOKEN_DRAWN,
    remarks={"log_prob": MODEL_LOG_PROB},
)
