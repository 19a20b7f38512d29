"""One step of a trace from plain arrays: what is given is checked, sorted and completed by the rules of the options.

Sizes: G candidates of a step as given, N of them possible and in the order of their ranks, E prefixes expanded in it,
S source pieces.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from seq2seq_core.errors import TraceError
from seq2seq_core.options import CoverageRule

from .array_rows import ArrayStep, Rows, array, numbers, whole
from .columns import check_columns
from .data import ROOT, Doubles, Fate, Integers, TraceStep
from .settings import Settings

Flags = NDArray[np.bool_]
_KEPT: Final = (Fate.LIVE, Fate.CUT_AT_MAXIMUM)


@dataclass(frozen=True, slots=True, eq=False)
class _Before:
    """A step as the next one needs it."""

    rank_of_G: Integers  # place among its candidates by rank; -1 for what is left out
    sum_N: Doubles
    fate_N: tuple[Fate, ...]
    spent_NS: Doubles | None  # attention that the source pieces have got along each candidate's path


@dataclass(frozen=True, slots=True, eq=False)
class _Ranked:
    """The possible candidates in the order of their ranks."""

    given_N: Integers  # place in the arrays
    parent_N: Integers  # by rank in the step before
    token_N: Integers
    log_prob_N: Doubles
    sum_N: Doubles
    covered_N: Doubles | None
    key_N: Doubles  # what ranks them
    end_N: Flags


class Builder:
    """Takes the steps of one search in order."""

    def __init__(self, settings: Settings, end_id: int, pieces: int) -> None:
        self._settings, self._end_id, self._pieces = settings, end_id, pieces
        self._number, self._finished = 0, 0
        self._before: _Before | None = None

    def add(self, given: ArrayStep) -> TraceStep:
        """The next step.

        Raises:
            TraceError: names the step and what cannot be.
        """
        self._number += 1
        rows = Rows(given, self._live_before(), self._place, self._pieces)
        spent_ES = self._spent(rows)
        ranked = self._ranked(given, rows, spent_ES)
        places = self._settings.places(self._finished)
        fates = _fates(ranked.end_N, places, self._settings, last=self._number == self._settings.max_length)
        _check_claims(given, ranked, fates, self._place)
        step = self._step(ranked, fates, rows, places)
        check_columns(step, self._number, self._pieces)
        self._finished += fates.count(Fate.FINISHED)
        rank_of_G = np.full(len(np.asarray(given.tokens)), -1)
        rank_of_G[ranked.given_N] = np.arange(len(ranked.given_N))
        spent_NS = None if spent_ES is None else spent_ES[rows.row_of(ranked.parent_N)]
        self._before = _Before(rank_of_G, ranked.sum_N, fates, spent_NS)
        return step

    @property
    def _place(self) -> str:
        return f"step {self._number}"

    def _live_before(self) -> dict[int, int]:
        """The prefixes to extend, by the place at which they were given: their ranks."""
        if self._before is None:
            return {ROOT: ROOT}
        ranks = enumerate(self._before.rank_of_G.tolist())
        live = {given: rank for given, rank in ranks if rank >= 0 and self._before.fate_N[rank] is Fate.LIVE}
        if not live:
            raise TraceError(f"{self._place} must extend a live prefix, the step before has none")
        return live

    def _spent(self, rows: Rows) -> Doubles | None:
        """Attention along each expanded prefix, this step's included, where the rule asks for it."""
        if self._settings.rule.coverage is CoverageRule.NONE:
            return None
        attention_ES = rows.columns["attention_ES"]
        if attention_ES is None:
            raise TraceError(f"{self._place}: a coverage rule needs attention, there is none")
        before = self._before
        earlier_ES = 0.0 if before is None or before.spent_NS is None else before.spent_NS[rows.expanded_E]
        spent_ES: Doubles = attention_ES.astype(np.float64) + earlier_ES
        return spent_ES

    def _ranked(self, given: ArrayStep, rows: Rows, spent_ES: Doubles | None) -> _Ranked:
        log_prob_G = numbers(given.log_probs, f"{self._place}: log_probs", 1)
        token_G = whole(given.tokens, f"{self._place}: tokens", len(log_prob_G))
        parent_G = whole(given.parents, f"{self._place}: parents", len(log_prob_G))
        given_N = np.nonzero(~np.isneginf(log_prob_G))[0]
        parent_N = np.array([self._parent(at, int(parent_G[at]), rows) for at in given_N.tolist()], dtype=np.int64)
        token_N, log_prob_N = token_G[given_N], log_prob_G[given_N]
        sum_N = log_prob_N + (0.0 if self._before is None else self._before.sum_N[parent_N])
        key_N, covered_N = sum_N, None
        if spent_ES is not None:
            covered_E = np.array([self._settings.rule.covered(spent_S) for spent_S in spent_ES])
            covered_N = covered_E[rows.row_of(parent_N)]
            key_N = sum_N + covered_N if self._settings.steers else sum_N
        order_N = np.lexsort((token_N, parent_N, -key_N))
        return _Ranked(
            given_N[order_N],
            parent_N[order_N],
            token_N[order_N],
            log_prob_N[order_N],
            sum_N[order_N],
            None if covered_N is None else covered_N[order_N],
            key_N[order_N],
            token_N[order_N] == self._end_id,
        )

    def _parent(self, candidate: int, parent: int, rows: Rows) -> int:
        """The rank of a candidate's parent."""
        if parent in rows.live:
            return rows.live[parent]
        before, subject = self._before, f"{self._place}: the parent of candidate {candidate}"
        if before is None:
            raise TraceError(f"{subject} must be {ROOT}, the start, is {parent}")
        if not 0 <= parent < len(before.rank_of_G):
            raise TraceError(f"{subject} must be one of the {len(before.rank_of_G)} of the step before, is {parent}")
        rank = int(before.rank_of_G[parent])
        became = "impossible" if rank < 0 else f"'{before.fate_N[rank]!s}' by its rank {rank + 1}"
        raise TraceError(f"{subject} must be live, but {parent} of the step before is {became}")

    def _step(self, ranked: _Ranked, fates: tuple[Fate, ...], rows: Rows, places: int) -> TraceStep:
        rule, number, end_N = self._settings.rule, self._number, ranked.end_N
        ending, other = rule.length(number, ends=True), rule.length(number, ends=False)
        penalty_N = np.where(end_N, rule.penalty(ending), rule.penalty(other))
        score_N, reward_N = ranked.sum_N / penalty_N, None
        if rule.reward:
            reward_N = np.where(end_N, rule.rewarded(number - 1), rule.rewarded(number))
            score_N = score_N + reward_N
        if ranked.covered_N is not None:
            score_N = score_N + ranked.covered_N
        return TraceStep(
            expanded_E=rows.expanded_E,
            parent_N=ranked.parent_N,
            token_N=ranked.token_N,
            log_prob_N=ranked.log_prob_N,
            log_prob_sum_N=ranked.sum_N,
            length_N=np.where(end_N, ending, other),
            penalty_N=penalty_N,
            score_N=score_N,
            rank_N=np.arange(1, len(fates) + 1),
            fate_N=fates,
            margin_N=_margins(ranked.key_N, fates, places, self._settings),
            reward_N=reward_N,
            coverage_penalty_N=ranked.covered_N,
            key_N=ranked.key_N if self._settings.steers else None,
            **rows.columns,
        )


def _fates(end_N: Flags, places: int, settings: Settings, *, last: bool) -> tuple[Fate, ...]:
    """Ends at rank K or better finish; the best K others live on, of the best K alone where nothing refills."""
    rank_N = np.cumsum(~end_N) if settings.refills else np.arange(1, len(end_N) + 1)
    first_N = np.where(end_N, np.arange(len(end_N)) < places, rank_N <= places)
    kept = Fate.CUT_AT_MAXIMUM if last else Fate.LIVE
    fate_of = {
        (True, True): Fate.FINISHED,
        (True, False): Fate.END_BELOW_CUT,
        (False, True): kept,
        (False, False): Fate.BELOW_CUT,
    }
    return tuple(fate_of[pair] for pair in zip(end_N.tolist(), first_N.tolist(), strict=True))


def _margins(key_N: Doubles, fates: tuple[Fate, ...], places: int, settings: Settings) -> Doubles:
    """Nats below the last that lives on; for an end, or where nothing refills, below rank K; 0 for the kept."""
    if not len(key_N):
        return key_N
    at_rank = key_N[min(places, len(key_N)) - 1]
    kept = [key for key, fate in zip(key_N.tolist(), fates, strict=True) if fate in _KEPT]
    cut = (kept[-1] if kept else key_N[0]) if settings.refills or settings.beam_size == 1 else at_rank
    below_of = {Fate.BELOW_CUT: cut, Fate.END_BELOW_CUT: at_rank}
    margins = [below_of[fate] - key if fate in below_of else 0.0 for key, fate in zip(key_N, fates, strict=True)]
    return np.array(margins, dtype=np.float64)


def _check_claims(given: ArrayStep, ranked: _Ranked, fates: tuple[Fate, ...], place: str) -> None:
    """What the program says of its candidates must be what the options make of them."""
    for name, claim, meant in (("live", given.live, _KEPT), ("finished", given.finished, (Fate.FINISHED,))):
        if claim is None:
            continue
        claim_G = array(claim, f"{place}: {name}", 1, "b")
        if len(claim_G) <= max(ranked.given_N.tolist(), default=-1):
            raise TraceError(f"{place}: {name} must be as many as log_probs, are {len(claim_G)}")
        for rank, at in enumerate(ranked.given_N.tolist()):
            if bool(claim_G[at]) != (fates[rank] in meant):
                said = f"{place}: candidate {at}, given as {name if claim_G[at] else f'not {name}'}"
                raise TraceError(f"{said}, is '{fates[rank]!s}' by its rank {rank + 1}")
