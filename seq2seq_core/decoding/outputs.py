"""From the steps of a search to its hypotheses: back pointers, ended prefixes, the order of the winners.

Sizes: A sources still searching in a step, N candidates.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import TypeAlias

import numpy as np

from seq2seq_core.trace import Fate, Hypothesis, Integers

from .steps import CUT_AT_MAXIMUM, FINISHED, HELD, SearchStep

Detokenize: TypeAlias = Callable[[Sequence[int]], str]


@dataclass(frozen=True, slots=True)
class _Ended:
    """A prefix that ended, without its tokens: they are followed back only for what is returned."""

    score: float
    step: int
    index: int
    log_prob_sum: float
    length: int
    penalty: float
    reward: float
    coverage_penalty: float
    fate: Fate

    def key(self) -> tuple[float, int, int]:
        """Best score first; equal scores: the earlier step, then the lower rank."""
        return -self.score, self.step, self.index


@dataclass(frozen=True, slots=True, eq=False)
class _Pointers:
    """Parents and tokens of one step, and the row in which each source lies."""

    row_of: dict[int, int]
    parent_AN: Integers
    token_AN: Integers


class Outputs:
    """Collects the steps of one search over a batch; `hypotheses` is good at any time for a source that has ended.

    Args:
        cut_competes: prefixes cut at the maximum length are in the pool beside the finished ones.
        held: the pool is what the beam of the last step holds, not all that ever finished.
    """

    def __init__(self, sources: int, *, cut_competes: bool = False, held: bool = False) -> None:
        self._cut_competes, self._held = cut_competes, held
        self._finished: list[list[_Ended]] = [[] for _ in range(sources)]
        self._cut: list[list[_Ended]] = [[] for _ in range(sources)]
        self._pointers: list[_Pointers] = []

    def add(self, step: SearchStep) -> None:
        """Take the next step."""
        sources = step.source_A.tolist()
        row_of = {source: at for at, source in enumerate(sources)}
        self._pointers.append(_Pointers(row_of, step.parent_AN, step.token_AN))
        for source in sources if self._held else ():
            self._finished[source].clear()
        for code, pools in ((FINISHED, self._finished), (HELD, self._finished), (CUT_AT_MAXIMUM, self._cut)):
            for at, index in np.argwhere(step.fate_AN == code).tolist():
                fate = Fate.CUT_AT_MAXIMUM if code == CUT_AT_MAXIMUM else Fate.FINISHED
                pools[sources[at]].append(_ended(step, at, index, fate))

    def hypotheses(self, source: int, detokenize: Detokenize, count: int | None = None) -> tuple[Hypothesis, ...]:
        """The best `count` (all for None) of the finished pool; of the cut prefixes where nothing finished."""
        finished, cut = self._finished[source], self._cut[source]
        pool = sorted(finished + cut if self._cut_competes else finished or cut, key=_Ended.key)
        return tuple(self._hypothesis(source, ended, detokenize) for ended in pool[:count])

    def _hypothesis(self, source: int, ended: _Ended, detokenize: Detokenize) -> Hypothesis:
        tokens = self._tokens(source, ended)
        return Hypothesis(
            step=ended.step,
            index=ended.index,
            tokens=tokens,
            text=detokenize(tokens),
            fate=ended.fate,
            log_prob_sum=ended.log_prob_sum,
            length=ended.length,
            penalty=ended.penalty,
            score=ended.score,
            reward=ended.reward,
            coverage_penalty=ended.coverage_penalty,
        )

    def _tokens(self, source: int, ended: _Ended) -> tuple[int, ...]:
        """Content tokens: the path back to the start, without the end token, which an output of the beam repeats."""
        tokens: list[int] = []
        index = ended.index
        for pointers in reversed(self._pointers[: ended.step]):
            row = pointers.row_of[source]
            tokens.append(int(pointers.token_AN[row, index]))
            index = int(pointers.parent_AN[row, index])
        if ended.fate is Fate.FINISHED:
            end = tokens[0]
            tokens = list(dropwhile(lambda token: token == end, tokens))
        return tuple(reversed(tokens))


def _ended(step: SearchStep, at: int, index: int, fate: Fate) -> _Ended:
    scores = step.scores
    return _Ended(
        score=float(scores.score_AN[at, index]),
        step=step.number,
        index=index,
        log_prob_sum=float(step.log_prob_sum_AN[at, index]),
        length=int(scores.length_AN[at, index]),
        penalty=float(scores.penalty_AN[at, index]),
        reward=0.0 if scores.reward_AN is None else float(scores.reward_AN[at, index]),
        coverage_penalty=0.0 if scores.covered_AN is None else float(scores.covered_AN[at, index]),
        fate=fate,
    )
