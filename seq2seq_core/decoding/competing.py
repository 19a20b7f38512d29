"""Beam search in which finished outputs stay in the beam and compete, as in tensorflow/nmt.

An output keeps the place that its end token took: in every later step it stands among the candidates with what it has,
at log-probability 0 for one more end token, and better continuations may push it out for good. Lengths differ within a
step, so all of it is ranked by score and not by sum, and the length rule steers the search. What is in the beam when
the search ends is what comes out.

The model is never asked what follows an end: rows are the prefixes that live.

Sizes: R rows, N candidates of a source, K beam.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.options import BeamOptions
from seq2seq_core.trace import ROOT, ScoreRule

from .constraints import Limits, allowed
from .ordering import stable_top
from .scoring import Scores, rule_of
from .stepper import State, StepAnswer, Stepper
from .steps import (
    BELOW_CUT,
    CUT_AT_MAXIMUM,
    END_BELOW_CUT,
    FINISHED,
    HELD,
    IMPOSSIBLE,
    LIVE,
    PUSHED_OUT,
    SearchStep,
    padded,
    rearranged,
    refuse_nan,
)
from .stopping import MAXIMUM_LENGTH, NO_LIVE_PREFIX

_NO_ROW: Final = -1
_IN_BEAM: Final = (LIVE, FINISHED, HELD, CUT_AT_MAXIMUM)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A live prefix; those of a source lie together, best first."""

    source: int
    prefix: tuple[int, ...]
    index: int  # candidate index in the step before
    sum: float


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A continuation of a row, or an output that is in the beam already."""

    row: int
    parent: int  # candidate index in the step before
    token: int
    log_prob: float
    sum: float
    written: int  # step of its last token; for an output in the beam, of its end token
    length: int
    penalty: float
    reward: float
    key: float  # its score
    fate: int = IMPOSSIBLE
    margin: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """What stays the same from step to step."""

    options: BeamOptions
    rule: ScoreRule
    end_id: int
    losers: int

    def candidate(self, number: int, row: int, parent: int, token: int, sums: tuple[float, float]) -> _Candidate:
        """A continuation of a row in this step; `sums` are its prefix's sum and the token's log-probability."""
        return self._scored(row, parent, token, sums, (number, number))

    def held(self, output: _Candidate, index: int, number: int) -> _Candidate:
        """An output of the beam, `index` in the step before, in this step."""
        return self._scored(_NO_ROW, index, self.end_id, (output.sum, 0.0), (output.written, number))

    def _scored(
        self, row: int, parent: int, token: int, sums: tuple[float, float], times: tuple[int, int]
    ) -> _Candidate:
        (before, log_prob), (written, number), ends = sums, times, token == self.end_id
        length = self.rule.length(written, ends=ends, held=written < number)
        penalty, reward = self.rule.penalty(length), self.rule.rewarded(written - ends)
        total = before + log_prob
        score = total / penalty + reward
        return _Candidate(row, parent, token, log_prob, total, written, length, penalty, reward, score)


def competing_steps(stepper: Stepper[State], options: BeamOptions, *, losers: int = 0) -> Iterator[SearchStep]:
    """Search every source of the stepper with a beam that finished outputs stay in.

    Raises:
        InputError: the model gives NaN.
    """
    search = _Search(options, rule_of(options), stepper.end_id, losers)
    limit = [options.resolve_max_length(length) for length in stepper.source_lengths]
    rows, state = [_Row(source, (), ROOT, 0.0) for source in range(len(limit))], stepper.start()
    beams: dict[int, list[_Candidate]] = {source: [] for source in range(len(limit))}  # of the step before
    for number in count(1):
        if not rows:
            return
        token_R = np.array([row.prefix[-1] if row.prefix else stepper.start_id for row in rows], dtype=np.int64)
        answer = stepper.step(torch.from_numpy(token_R).to(stepper.device), state)
        prefix_RT = np.array([row.prefix for row in rows], dtype=np.int64).reshape(len(rows), number - 1)
        last_R = np.array([limit[row.source] == number for row in rows]) if options.force_end else None
        allowed_RV = allowed(answer.log_probs_RV, prefix_RT, options, stepper.end_id, Limits(None, last_R))
        continued = _continuations(search, rows, allowed_RV, number)
        everything = {source: more + _held(search, beams[source], number) for source, more in continued.items()}
        beams = {
            source: _ranked(search, candidates, last=limit[source] == number)
            for source, candidates in everything.items()
        }
        ended = {source: reason for source, beam in beams.items() if (reason := _reason(options, beam)) is not None}
        yield _shown(search, answer, rows, beams, (number, ended))
        following = [
            (each.row, _Row(source, (*rows[each.row].prefix, each.token), index, each.sum))
            for source, beam in beams.items()
            for index, each in enumerate(beam)
            if each.fate == LIVE and source not in ended
        ]
        kept_R = np.array([row for row, _ in following], dtype=np.int64)
        state = rearranged(stepper, answer.state, kept_R, len(rows))
        rows = [row for _, row in following]


def _continuations(
    search: _Search, rows: Sequence[_Row], allowed_RV: Tensor, number: int
) -> dict[int, list[_Candidate]]:
    """The best of every row, by source: enough of them to fill the beam, and its end, which counts another length."""
    best = stable_top(allowed_RV, 2 * search.options.beam_size + search.losers)
    refuse_nan(best.value_RK.cpu().double().numpy(), number)
    end_R = allowed_RV[:, search.end_id].cpu().double().tolist()
    found: dict[int, list[_Candidate]] = {row.source: [] for row in rows}
    for at, row in enumerate(rows):
        others = zip(best.index_RK[at].tolist(), best.value_RK[at].cpu().double().tolist(), strict=True)
        pairs = [(token, log_prob) for token, log_prob in others if token != search.end_id]
        found[row.source] += [
            search.candidate(number, at, row.index, token, (row.sum, log_prob))
            for token, log_prob in [*pairs, (search.end_id, end_R[at])]
            if log_prob > -np.inf
        ]
    return found


def _held(search: _Search, before: Sequence[_Candidate], number: int) -> list[_Candidate]:
    """The outputs of the beam of the step before."""
    return [search.held(each, index, number) for index, each in enumerate(before) if each.fate in (FINISHED, HELD)]


def _ranked(search: _Search, candidates: list[_Candidate], *, last: bool) -> list[_Candidate]:
    """Best score first, with what becomes of each: the beam, every output that leaves it, and the best other losers."""
    places, ranked = search.options.beam_size, sorted(candidates, key=lambda each: (-each.key, each.parent, each.token))
    cut = ranked[min(places, len(ranked)) - 1].key if ranked else 0.0
    judged = [
        replace(each, fate=_fate(each, search.end_id, kept=rank < places, last=last), margin=max(0.0, cut - each.key))
        for rank, each in enumerate(ranked)
    ]
    lost = [each for each in judged if each.fate in (BELOW_CUT, END_BELOW_CUT)][: search.losers]
    shown = {id(each) for each in lost}
    return [each for each in judged if each.fate in (*_IN_BEAM, PUSHED_OUT) or id(each) in shown]


def _fate(candidate: _Candidate, end_id: int, *, kept: bool, last: bool) -> int:
    if candidate.row == _NO_ROW:
        return HELD if kept else PUSHED_OUT
    if candidate.token == end_id:
        return FINISHED if kept else END_BELOW_CUT
    return (CUT_AT_MAXIMUM if last else LIVE) if kept else BELOW_CUT


def _reason(options: BeamOptions, beam: Sequence[_Candidate]) -> str | None:
    """Why the search of a source ends here; None where it goes on."""
    fates = [each.fate for each in beam]
    if fates.count(FINISHED) + fates.count(HELD) >= options.beam_size:
        return str(options.stop_rule)
    if LIVE in fates:
        return None
    return MAXIMUM_LENGTH if CUT_AT_MAXIMUM in fates else NO_LIVE_PREFIX


def _shown(
    search: _Search,
    answer: StepAnswer[State],
    rows: Sequence[_Row],
    beams: dict[int, list[_Candidate]],
    ending: tuple[int, dict[int, str]],
) -> SearchStep:
    """The step of all sources; `ending` is its number and who ends with it."""
    (number, ended), parts = ending, list(beams.values())
    key_AN = padded(parts, "key", -np.inf)
    return SearchStep(
        number=number,
        scores=Scores(
            padded(parts, "length", 0),
            padded(parts, "penalty", 1.0),
            padded(parts, "reward", 0.0) if search.rule.reward else None,
            None,
            key_AN,
        ),
        source_A=np.array(list(beams)),
        offset_A=np.concatenate([[0], np.cumsum([sum(row.source == source for row in rows) for source in beams])]),
        expanded_R=np.array([row.index for row in rows]),
        log_probs_RV=answer.log_probs_RV,
        attention_RS=answer.attention_RS,
        evidence=answer.evidence,
        parent_AN=padded(parts, "parent", ROOT),
        token_AN=padded(parts, "token", 0),
        log_prob_AN=padded(parts, "log_prob", -np.inf),
        log_prob_sum_AN=padded(parts, "sum", -np.inf),
        margin_AN=padded(parts, "margin", 0.0),
        fate_AN=padded(parts, "fate", IMPOSSIBLE).astype(np.int8),
        count_A=np.array([len(each) for each in parts]),
        ended=ended,
        key_AN=key_AN,
    )
