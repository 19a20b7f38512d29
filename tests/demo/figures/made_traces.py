"""Traces without a model: one made by hand, and searches of any size over random numbers."""

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from seq2seq_core.trace import ROOT, Fate, Hypothesis, Stop, Trace, TraceStep

END: Final = 1
ALPHA: Final = 0.7
CUT_FATES: Final = frozenset({Fate.BELOW_CUT, Fate.END_BELOW_CUT})
WORDS: Final = (
    "die",
    "Katze",
    "saß",
    "auf",
    "der",
    "Matte",
    "und",
    "schlief",
    "Donaudampfschifffahrt",
    "▁",
    "地毯",
    "ein",
)


@dataclass(frozen=True)
class Row:
    """One candidate; everything else of a step follows from these."""

    parent: int
    token: int
    log_prob: float
    log_prob_sum: float
    fate: Fate
    tokens: tuple[int, ...] = ()


def made_step(number: int, expanded: Sequence[int], rows: Sequence[Row], source_size: int, seed: int = 0) -> TraceStep:
    """A step from its candidates, best first; attention is random, its rows sum to 1."""
    sums = np.array([row.log_prob_sum for row in rows])
    kept = [row.log_prob_sum for row in rows if row.fate not in CUT_FATES]
    penalty = np.full(len(rows), number**ALPHA)
    attention = np.random.default_rng((seed, number)).dirichlet(np.full(source_size, 0.2), len(expanded))
    return TraceStep(
        expanded_E=np.array(expanded),
        attention_ES=attention.astype(np.float32),
        next_token_EP=np.tile(np.arange(1, 11), (len(expanded), 1)),
        next_log_prob_EP=np.tile(-np.arange(1.0, 11.0), (len(expanded), 1)),
        parent_N=np.array([row.parent for row in rows]),
        token_N=np.array([row.token for row in rows]),
        log_prob_N=np.array([row.log_prob for row in rows]),
        log_prob_sum_N=sums,
        length_N=np.full(len(rows), number),
        penalty_N=penalty,
        score_N=sums / penalty,
        rank_N=np.arange(1, len(rows) + 1),
        fate_N=tuple(row.fate for row in rows),
        margin_N=np.array([min(kept) - row.log_prob_sum if row.fate in CUT_FATES else 0.0 for row in rows]),
    )


def crossing() -> Trace:
    """Two steps of a beam of 2: in the second the child of the second-best prefix comes first, so the links cross."""
    first = made_step(
        1,
        [ROOT],
        [
            Row(ROOT, 2, -0.5, -0.5, Fate.LIVE),
            Row(ROOT, 3, -0.75, -0.75, Fate.LIVE),
            Row(ROOT, 4, -2.125, -2.125, Fate.BELOW_CUT),
        ],
        3,
    )
    second = made_step(
        2,
        [0, 1],
        [
            Row(1, END, -0.1254, -0.8754, Fate.FINISHED),
            Row(0, 3, -1.0, -1.5, Fate.LIVE),
            Row(0, END, -1.25, -1.75, Fate.END_BELOW_CUT),
            Row(1, 2, -1.5, -2.25, Fate.BELOW_CUT),
        ],
        3,
    )
    score = -0.8754 / 2**ALPHA
    best = Hypothesis(2, 0, (3,), "<b>", Fate.FINISHED, -0.8754, 2, 2**ALPHA, score)
    return _trace("beam", (first, second), (best,), ("the", "cat", "the"), {1: "</s>", 2: "a b", 3: "<s>", 4: "\n"}, 2)


def _trace(
    algorithm: str,
    steps: tuple[TraceStep, ...],
    hypotheses: tuple[Hypothesis, ...],
    source: tuple[str, ...],
    labels: dict[int, str],
    winner_step: int,
) -> Trace:
    return Trace(
        algorithm=algorithm,
        options={"alpha": ALPHA},
        formula="log_prob_sum / T^0.7, T counts the end token",
        source=" ".join(source),
        source_tokens=source,
        labels=labels,
        steps=steps,
        hypotheses=hypotheses,
        stop=Stop("k_finished", "maximum length", winner_step, len(steps)),
    )


@dataclass
class RandomSearch:
    """A beam search over log-probabilities drawn anew for every prefix, the same in every search with one seed."""

    beam_size: int
    max_length: int
    source: tuple[str, ...]
    seed: int = 0
    shortest: int = 4  # tokens before the end token may win
    steps: list[TraceStep] = field(default_factory=list)
    pool: list[Hypothesis] = field(default_factory=list)
    live: list[tuple[int, tuple[int, ...], float]] = field(default_factory=lambda: [(ROOT, (), 0.0)])

    def run(self) -> Trace:
        while self.live and len(self.steps) < self.max_length and len(self.pool) < self.beam_size:
            self._step(len(self.steps) + 1)
        pool = tuple(sorted(self.pool, key=lambda hypothesis: -hypothesis.score))
        labels = {0: "<unk>", END: "</s>"} | {token: word for token, word in enumerate(WORDS, start=2)}
        algorithm = "greedy" if self.beam_size == 1 else "beam"
        return _trace(algorithm, tuple(self.steps), pool, self.source, labels, pool[0].step if pool else 0)

    def _step(self, number: int) -> None:
        rows = self._fated(self._ranked()[: 2 * self.beam_size], number)
        self.steps.append(made_step(number, [index for index, _, _ in self.live], rows, len(self.source), self.seed))
        kept = [(index, row) for index, row in enumerate(rows) if row.fate not in CUT_FATES]
        self.live = [(index, row.tokens, row.log_prob_sum) for index, row in kept if row.fate is Fate.LIVE]
        for index, row in kept:
            if row.fate is not Fate.LIVE:
                self.pool.append(_hypothesis(number, index, row))

    def _ranked(self) -> list[Row]:
        rows = [
            Row(parent, token, log_prob, total + log_prob, Fate.LIVE, (*tokens, token))
            for parent, tokens, total in self.live
            for token, log_prob in self._successors(tokens)
        ]
        return sorted(rows, key=lambda row: -row.log_prob_sum)

    def _successors(self, tokens: tuple[int, ...]) -> list[tuple[int, float]]:
        draw = random.Random(zlib.crc32(repr((self.seed, tokens)).encode()))
        weights = [draw.gammavariate(0.3, 1.0) + 1e-6 for _ in range(len(WORDS) + 1)]
        weights[0] *= 1e-9 if len(tokens) < self.shortest else 2.0
        total = sum(weights)
        return [(END + place, float(np.log(weight / total))) for place, weight in enumerate(weights)]

    def _fated(self, rows: list[Row], number: int) -> list[Row]:
        live = 0
        fated: list[Row] = []
        for rank, row in enumerate(rows, start=1):
            fate = Fate.BELOW_CUT
            if row.token == END:
                fate = Fate.FINISHED if rank <= self.beam_size else Fate.END_BELOW_CUT
            elif live < self.beam_size:
                live += 1
                fate = Fate.CUT_AT_MAXIMUM if number == self.max_length else Fate.LIVE
            fated.append(Row(row.parent, row.token, row.log_prob, row.log_prob_sum, fate, row.tokens))
        return fated


def _hypothesis(number: int, index: int, row: Row) -> Hypothesis:
    content = tuple(token for token in row.tokens if token != END)
    penalty = number**ALPHA
    text = " ".join(WORDS[token - 2] for token in content)
    return Hypothesis(
        number, index, content, text, row.fate, row.log_prob_sum, number, penalty, row.log_prob_sum / penalty
    )


def long_search(beam_size: int = 10, length: int = 40, source_size: int = 30) -> Trace:
    """A search that runs the whole length: nothing may end before."""
    pieces = tuple(WORDS[place % len(WORDS)] for place in range(source_size))
    return RandomSearch(beam_size, length, pieces, seed=3, shortest=length).run()
