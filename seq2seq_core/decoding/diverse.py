"""Diverse beam search: groups that search one after the other in every step, each avoiding what those before it chose.

Vijayakumar et al. 2016 (https://arxiv.org/abs/1610.02424, algorithm 1). A group is a beam of K / G prefixes with a pool
of its own. What a continuation loses in its group's ranking, and nowhere else, is

    strength * sum over the choices of earlier groups in this step with the same token of (1 + discount * agreement)

With discount 0 this is Hamming diversity. Above that it counts, as fairseq does, that the two agreed before: agreement
is 1 for the same token at the step before, and discount times the agreement that they had there. Log-probabilities and
scores stay the model's own.

Sizes: B sources, R rows (live prefixes), V vocabulary, N candidates of a source, T tokens of a prefix.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.options import DiverseOptions
from seq2seq_core.trace import ROOT, Doubles, ScoreRule, agreement

from .constraints import Limits, allowed
from .pool import Pool
from .ranking import Live, counts_of, fates_of, margins_of, rank
from .scoring import Coverage, rule_of, scores_of
from .stepper import State, StepAnswer, Stepper
from .steps import CUT_AT_MAXIMUM, FINISHED, IMPOSSIBLE, LIVE, Decoder, SearchStep, padded, rearranged

KEPT: Final = (LIVE, FINISHED, CUT_AT_MAXIMUM)  # what a group has chosen


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A live prefix; before the first step one row serves all groups of its source."""

    source: int
    group: int | None
    prefix: tuple[int, ...]
    index: int  # candidate index in the step before
    sum: float


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A continuation of a row in one group's ranking."""

    row: int
    group: int
    token: int
    log_prob: float
    sum: float
    key: float
    diversity: float
    fate: int
    margin: float
    prefix: tuple[int, ...]  # of its row


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """What stays the same from step to step."""

    options: DiverseOptions
    rule: ScoreRule
    pool: Pool  # of source and group, group by group within a source
    end_id: int
    losers: int

    def place(self, source: int, group: int) -> int:
        """Where a group of a source stands in the pool."""
        return source * self.options.groups + group


def diverse_steps(stepper: Stepper[State], options: DiverseOptions, *, losers: int = 0) -> Iterator[SearchStep]:
    """Search every source of the stepper with a parted beam.

    Raises:
        InputError: the model gives NaN.
        OptionError: the score asks for coverage, and the model has no attention.
    """
    rule, sources = rule_of(options), list(range(len(stepper.source_lengths)))
    lengths = [length for length in stepper.source_lengths for _ in range(options.groups)]
    pool = Pool(options, rule, lengths, options.group_size)
    search = _Search(options, rule, pool, stepper.end_id, losers)
    coverage = Coverage(rule, stepper.source_lengths)
    going = {(source, group) for source in sources for group in range(options.groups)}
    rows, state = [_Row(source, None, (), ROOT, 0.0) for source in sources], stepper.start()
    for number in count(1):
        if not rows:
            return
        token_R = np.array([row.prefix[-1] if row.prefix else stepper.start_id for row in rows], dtype=np.int64)
        answer = stepper.step(torch.from_numpy(token_R).to(stepper.device), state)
        prefix_RT = np.array([row.prefix for row in rows], dtype=np.int64).reshape(len(rows), number - 1)
        last_R = np.array([pool.at_limit(np.array([search.place(row.source, 0)]), number)[0] for row in rows])
        forced_R = last_R if options.force_end else None
        allowed_RV = allowed(answer.log_probs_RV, prefix_RT, options, stepper.end_id, Limits(None, forced_R))
        covered_R = coverage.penalties(answer.attention_RS, np.array([row.source for row in rows]))
        sources = list(dict.fromkeys(row.source for row in rows))
        found, reasons = [], {}
        for source in sources:
            groups = sorted(group for at, group in going if at == source)
            candidates, ended = _source_step(search, rows, (allowed_RV, covered_R), (source, groups), number)
            found.append(candidates)
            going -= {(source, group) for group in ended}
            if len(ended) == len(groups):
                reasons[source] = ended[min(ended)]
        following = [_following(candidates, source, going) for source, candidates in zip(sources, found, strict=True)]
        yield _shown(search, answer, rows, dict(zip(sources, found, strict=True)), (number, covered_R, reasons))
        kept_R = np.array([row for more in following for row, _ in more], dtype=np.int64)
        coverage.select(kept_R)
        state = rearranged(stepper, answer.state, kept_R, len(rows))
        rows = [row for more in following for _, row in more]


def _shown(
    search: _Search,
    answer: StepAnswer[State],
    rows: Sequence[_Row],
    found: Mapping[int, Sequence[_Candidate]],
    ending: tuple[int, Doubles | None, Mapping[int, str]],
) -> SearchStep:
    """The step of all sources, by source its candidates; `ending` is its number, its coverage and who ends with it."""
    (number, covered_R, reasons), parts = ending, list(found.values())
    token_AN, sum_AN, row_AN = padded(parts, "token", 0), padded(parts, "sum", -np.inf), padded(parts, "row", 0)
    covered_AN = None if covered_R is None else covered_R[row_AN]
    index_R = np.array([row.index for row in rows])
    rows_of = [sum(row.source == source for row in rows) for source in found]
    return SearchStep(
        number=number,
        scores=scores_of(search.rule, number, sum_AN, token_AN == search.end_id, covered_AN),
        source_A=np.array(list(found)),
        offset_A=np.concatenate([[0], np.cumsum(rows_of)]),
        expanded_R=index_R,
        log_probs_RV=answer.log_probs_RV,
        attention_RS=answer.attention_RS,
        evidence=answer.evidence,
        parent_AN=index_R[row_AN],
        token_AN=token_AN,
        log_prob_AN=padded(parts, "log_prob", -np.inf),
        log_prob_sum_AN=sum_AN,
        margin_AN=padded(parts, "margin", 0.0),
        fate_AN=padded(parts, "fate", IMPOSSIBLE).astype(np.int8),
        count_A=np.array([len(each) for each in parts]),
        ended=reasons,
        key_AN=padded(parts, "key", -np.inf),
        group_AN=padded(parts, "group", 0),
        diversity_AN=padded(parts, "diversity", 0.0),
    )


def _source_step(
    search: _Search,
    rows: Sequence[_Row],
    given: tuple[Tensor, Doubles | None],
    which: tuple[int, Sequence[int]],
    number: int,
) -> tuple[list[_Candidate], dict[int, str]]:
    """The candidates of all groups of a source, one group after the other, and the groups that end with a reason."""
    source, groups = which
    candidates: list[_Candidate] = []
    ended: dict[int, str] = {}
    for group in groups:
        mine = [at for at, row in enumerate(rows) if row.source == source and row.group in (None, group)]
        chosen = [each for each in candidates if each.fate in KEPT]
        found, reason = _group_step(search, rows, given, (source, group, mine), chosen)
        candidates += found
        if reason is not None:
            ended[group] = reason
    return candidates, ended


def _group_step(
    search: _Search,
    rows: Sequence[_Row],
    given: tuple[Tensor, Doubles | None],
    which: tuple[int, int, list[int]],
    chosen: Sequence[_Candidate],
) -> tuple[list[_Candidate], str | None]:
    (allowed_RV, covered_R), (source, group, mine) = given, which
    options, place_1 = search.options, np.array([search.place(source, group)])
    live = _live(rows, mine)
    number = live.prefix_RT.shape[1] + 1
    lost_RV = _lost(options, [rows[at].prefix for at in mine], chosen, allowed_RV.shape[1])
    bias_RV = -lost_RV
    if options.coverage_steers and covered_R is not None:
        bias_RV = bias_RV + torch.from_numpy(covered_R[mine])[:, None]
    ranking, _ = rank(live, allowed_RV[mine], 2 * options.group_size + search.losers, bias_RV)
    end_1N, places_1 = ranking.token_AN == search.end_id, search.pool.places(place_1)
    last_1 = search.pool.at_limit(place_1, number)
    fate_1N = fates_of(ranking, end_1N, places_1, last_1, refill=options.refills)
    covered_1N = None if covered_R is None else covered_R[mine][ranking.row_AN]
    scores = scores_of(search.rule, number, ranking.sum_AN, end_1N, covered_1N)
    ended = search.pool.take(place_1, ranking.sum_AN, scores.score_AN, fate_1N)
    margin_1N = margins_of(ranking.key_AN, fate_1N, places_1, refill=options.refills)
    shown = int(counts_of(fate_1N, search.losers)[0])
    candidates = [
        _Candidate(
            row=mine[ranking.row_AN[0, at]],
            group=group,
            token=int(ranking.token_AN[0, at]),
            log_prob=float(ranking.log_prob_AN[0, at]),
            sum=float(ranking.sum_AN[0, at]),
            key=float(ranking.key_AN[0, at]),
            diversity=float(lost_RV[ranking.row_AN[0, at], ranking.token_AN[0, at]]),
            fate=int(fate_1N[0, at]),
            margin=float(margin_1N[0, at]),
            prefix=rows[mine[ranking.row_AN[0, at]]].prefix,
        )
        for at in range(shown)
    ]
    return candidates, ended.get(int(place_1[0]))


def _live(rows: Sequence[_Row], mine: Sequence[int]) -> Live:
    """The rows of one group, as a beam of one source."""
    prefixes = [rows[at].prefix for at in mine]
    return Live(
        source_A=np.array([0]),
        offset_A=np.array([0, len(mine)]),
        prefix_RT=np.array(prefixes, dtype=np.int64).reshape(len(mine), len(prefixes[0])),
        index_R=np.array([rows[at].index for at in mine]),
        sum_R=np.array([rows[at].sum for at in mine]),
    )


def _lost(
    options: DiverseOptions, prefixes: Sequence[tuple[int, ...]], chosen: Sequence[_Candidate], vocabulary: int
) -> Tensor:
    """What each continuation loses for agreeing with the choices of earlier groups, (R, V)."""
    lost_RV = torch.zeros(len(prefixes), vocabulary, dtype=torch.float64)
    for row, prefix in enumerate(prefixes):
        for choice in chosen:
            agreed = agreement(prefix, choice.prefix, options.discount)
            lost_RV[row, choice.token] += options.strength * (1 + options.discount * agreed)
    return lost_RV


def _following(
    candidates: Sequence[_Candidate], source: int, going: set[tuple[int, int]]
) -> list[tuple[int, _Row]]:
    """The old row of every new one, and the new one; groups that ended have none."""
    return [
        (each.row, _Row(source, each.group, (*each.prefix, each.token), index, each.sum))
        for index, each in enumerate(candidates)
        if each.fate == LIVE and (source, each.group) in going
    ]


DIVERSE: Final = Decoder(
    name="diverse",
    options=DiverseOptions,
    steps=diverse_steps,
    losers=lambda options: 2 * options.group_size,
    n_best=lambda options: options.n_best or options.beam_size,
    stop_rule=lambda options: str(options.stop_rule),
)
