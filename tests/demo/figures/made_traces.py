"""Traces without a model: one made by hand, and real searches of any size over random tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final

import numpy as np

from seq2seq_core.decoding import SourceText, Table, TableStepper, record
from seq2seq_core.options import BeamOptions, GreedyOptions
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


def made_step(number: int, expanded: Sequence[int], rows: Sequence[Row], source_size: int, seed: int = 0) -> TraceStep:
    """A step from its candidates, best first; attention is random, its rows sum to 1."""
    sums = np.array([row.log_prob_sum for row in rows])
    kept = [row.log_prob_sum for row in rows if row.fate not in CUT_FATES]
    penalty = np.full(len(rows), number**ALPHA)
    attention = np.random.default_rng((seed, number)).dirichlet(np.full(source_size, 0.2), len(expanded))
    return TraceStep(
        expanded_E=np.array(expanded),
        attention_ES=attention.astype(np.float32),
        next_token_EP=np.tile(np.arange(1, 5), (len(expanded), 1)),
        next_log_prob_EP=np.tile(-np.arange(1.0, 5.0), (len(expanded), 1)),
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


def searched(beam_size: int, length: int, source_size: int = 7, *, end_weight: float = 0.4, seed: int = 0) -> Trace:
    """What the real search does over a random table: a beam, or greedy for a beam of 1.

    The table looks back two tokens, so one table serves searches of any length; no end weight, no end before `length`.
    """
    stepper = TableStepper([_random_table(source_size, end_weight, seed)], WORDS)
    options = BeamOptions(beam_size=beam_size, max_length=length) if beam_size > 1 else GreedyOptions(max_length=length)
    table = _random_table(source_size, end_weight, seed)
    source = SourceText(" ".join(table.source), table.source)
    (trace,) = record(stepper, options, [source], label=stepper.label, detokenize=stepper.detokenize)
    return trace


def _random_table(source_size: int, end_weight: float, seed: int) -> Table:
    draw = np.random.default_rng(seed)
    contexts = ["", *WORDS, *(f"{first} {second}" for first in WORDS for second in WORDS)]
    following = {context: _random_row(draw, 0.0 if len(context.split()) < 2 else end_weight) for context in contexts}
    attention_TS = draw.dirichlet(np.full(source_size, 0.2), 40)
    rows = tuple(tuple(float(weight) for weight in row_S) for row_S in attention_TS)
    return Table(following=following, order=2, source=tuple(islice(cycle(WORDS), source_size)), attention=rows)


def _random_row(draw: np.random.Generator, end_weight: float) -> dict[str, float]:
    weights = np.append(draw.gamma(0.3, size=len(WORDS)) + 1e-6, end_weight)
    return dict(zip((*WORDS, "</s>"), (weights / weights.sum()).tolist(), strict=True))


def long_search(beam_size: int = 10) -> Trace:
    """A search of 40 steps over 30 source pieces: nothing may end before."""
    return searched(beam_size, 40, 30, end_weight=0.0, seed=3)
