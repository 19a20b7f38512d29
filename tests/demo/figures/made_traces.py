"""Traces without a model: one made by hand, and real searches of any size over random tables."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Final

import numpy as np

from seq2seq_core.decoding import SourceText, Table, TableStepper, record
from seq2seq_core.options import BeamOptions, DiverseOptions, GreedyOptions, SamplingOptions, SearchOptions
from seq2seq_core.trace import ROOT, Fate, Floats, Hypothesis, Stop, Trace, TraceStep

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


def without_attention() -> Trace:
    trace = crossing()
    return dataclasses.replace(trace, steps=tuple(dataclasses.replace(step, attention_ES=None) for step in trace.steps))


def searched(beam_size: int, length: int, source_size: int = 7, *, end_weight: float = 0.4, seed: int = 0) -> Trace:
    """What the real search does over a random table: a beam, or greedy for a beam of 1.

    The table looks back two tokens, so one table serves searches of any length; no end weight, no end before `length`.
    """
    options = BeamOptions(beam_size=beam_size, max_length=length) if beam_size > 1 else GreedyOptions(max_length=length)
    return searched_by(options, source_size, end_weight=end_weight, seed=seed)


def searched_by(
    options: SearchOptions, source_size: int = 7, *, end_weight: float = 0.4, seed: int = 0
) -> Trace:
    """What any search does over a random table."""
    stepper = TableStepper([_random_table(source_size, end_weight, seed)], WORDS)
    table = _random_table(source_size, end_weight, seed)
    source = SourceText(" ".join(table.source), table.source)
    (trace,) = record(stepper, options, [source], label=stepper.label, detokenize=stepper.detokenize)
    return trace


def parted() -> Trace:
    """A diverse beam of three groups of two."""
    return searched_by(DiverseOptions(beam_size=6, groups=3, strength=1.0, max_length=9), seed=5)


def sampled() -> Trace:
    """Six samples; some of them go the same way for a while."""
    return searched_by(SamplingOptions(samples=6, temperature=0.6, seed=4, max_length=9), seed=5)


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


TOLD_OPTIONS: Final = {"alpha": ALPHA, "max_length": 40, "min_length": 0}
TOLD_LOG_PROB: Final = -0.25  # of every token
SENTENCE: Final = ("▁the", "▁cat", "▁sat", "▁on", "▁the", "▁mat", "</s>")
OUTPUT: Final = ("▁le", "▁chat", "▁était", "▁assis", "▁sur", "▁le", "▁tapis", "</s>")


def told(source: Sequence[str], output: Sequence[str]) -> Trace:
    """A greedy trace of one output, `output` its pieces with the end token last; attention is random."""
    labels = {token: piece for token, piece in enumerate(dict.fromkeys(output), start=1)}
    token_of = {piece: token for token, piece in labels.items()}
    steps = tuple(
        made_step(
            number,
            [ROOT if number == 1 else 0],
            [
                Row(
                    ROOT if number == 1 else 0,
                    token_of[piece],
                    TOLD_LOG_PROB,
                    TOLD_LOG_PROB * number,
                    Fate.FINISHED if number == len(output) else Fate.LIVE,
                )
            ],
            len(source),
        )
        for number, piece in enumerate(output, start=1)
    )
    length = len(output)
    penalty, total = length**ALPHA, TOLD_LOG_PROB * length
    tokens = tuple(token_of[piece] for piece in output[:-1])
    text = "".join(output[:-1]).replace("▁", " ").strip()
    end = Hypothesis(length, 0, tokens, text, Fate.FINISHED, total, length, penalty, total / penalty)
    trace = _trace("greedy", steps, (end,), tuple(source), labels, length)
    listed = {"next_token_EP": [np.array([[token_of[piece]]]) for piece in output]}
    listed |= {"next_log_prob_EP": [np.array([[TOLD_LOG_PROB]])] * length}
    stop = Stop("end token", "end token", length, length)
    return in_steps(dataclasses.replace(trace, options=TOLD_OPTIONS, stop=stop), **listed)


def end_of(trace: Trace) -> tuple[int, int]:
    return trace.hypotheses[0].step, trace.hypotheses[0].index


def looking_at(trace: Trace, attention_TS: Sequence[Sequence[float]]) -> Trace:
    """A told trace with this attention, one row for each step."""
    return in_steps(trace, attention_ES=[np.array([row], np.float32) for row in attention_TS])


def diagonal(rows: int, columns: int, width: float = 0.7) -> list[list[float]]:
    """Attention that runs from the upper left to the lower right corner, as a translation's does."""
    centres_T = np.linspace(0, columns - 1, rows)
    shapes_TS = np.exp(-((np.arange(columns) - centres_T[:, None]) ** 2) / (2 * width**2))
    rows_TS: list[list[float]] = (shapes_TS / shapes_TS.sum(axis=1, keepdims=True)).tolist()
    return rows_TS


def with_heads(trace: Trace, heads_TLHS: Floats) -> Trace:
    """A told trace with these heads, (T, L, H, S), and their mean as its attention."""
    heads = [np.array([one], np.float32) for one in heads_TLHS]
    return in_steps(trace, heads_ELHS=heads, attention_ES=[one.mean(axis=(1, 2)) for one in heads])


def many_heads(layers: int = 3, heads: int = 4, source: Sequence[str] = SENTENCE) -> Trace:
    """A translation by a Transformer: heads of every kind, from nearly a diagonal to nearly even."""
    trace = told(source, OUTPUT)
    draw, shape = np.random.default_rng(7), (len(OUTPUT), len(source))
    kinds = [np.array(diagonal(*shape, width=0.4 + 0.5 * kind)) for kind in range(heads)]
    noise_LHTS = draw.dirichlet(np.full(shape[1], 0.5), (layers, heads, shape[0]))
    mixed_LHTS = 0.8 * np.array(kinds) + 0.2 * noise_LHTS
    return with_heads(trace, np.moveaxis(mixed_LHTS.astype(np.float32), 2, 0))


def local(window: int = 2) -> Trace:
    """A translation by local attention (Luong 2015): weights only within the window around the predicted centre."""
    trace, centres = told(SENTENCE, OUTPUT), (0.25, 1.1, 1.9, 2.4, 3.2, 4.0, 5.3, 6.5)
    distance_TS = np.arange(len(SENTENCE)) - np.array(centres)[:, None]
    weights_TS = np.where(abs(distance_TS) <= window, np.exp(-2 * (distance_TS / window) ** 2), 0)
    weights_TS = 0.9 * weights_TS / weights_TS.sum(axis=1, keepdims=True)
    looking = looking_at(trace, weights_TS.tolist())
    centred = in_steps(looking, centre_E=[np.array([centre]) for centre in centres])
    return dataclasses.replace(centred, window=window)


def copying() -> Trace:
    """A pointer-generator with coverage (See 2017): the name is copied."""
    source, output = ("▁I", "▁am", "▁Zbigniew", "</s>"), ("▁je", "▁suis", "▁Zbigniew", "</s>")
    trace = looking_at(told(source, output), diagonal(4, 4, 0.5))
    attention_TS = np.concatenate([_attention(step) for step in trace.steps])
    before_TS = np.cumsum(attention_TS, axis=0) - attention_TS
    return in_steps(
        trace,
        generate_E=[np.array([share]) for share in (0.9375, 0.8125, 0.0625, 1.0)],
        coverage_ES=[row[None] for row in before_TS.astype(np.float32)],
    )


def _attention(step: TraceStep) -> Floats:
    assert step.attention_ES is not None
    return step.attention_ES


def in_steps(trace: Trace, **columns: Sequence[Any]) -> Trace:
    """The trace with columns of its steps replaced: one array for each step."""
    steps = tuple(
        dataclasses.replace(step, **{name: values[place] for name, values in columns.items()})
        for place, step in enumerate(trace.steps)
    )
    return dataclasses.replace(trace, steps=steps)


PICTURE_ROWS: Final = (
    "................",
    "................",
    "..rrrrr.........",
    "..rrrrr.........",
    "..rrrrr.........",
    "..rrrrr.........",
    "..rrrrr.........",
    "................",
    "................",
    "..........bb....",
    ".........bbbb...",
    "........bbbbbb..",
    "........bbbbbb..",
    ".........bbbb...",
    "..........bb....",
    "................",
)


def captioned() -> Trace:
    """A caption of a picture of 16 by 16 pixels; attention over 4 by 4 patches, row by row."""
    output = ("a", "red", "square", "above", "a", "blue", "circle", "</s>")
    upper, lower = np.zeros(16), np.zeros(16)
    upper[[0, 1, 4, 5]] = (0.35, 0.25, 0.25, 0.15)
    lower[[10, 11, 14, 15]] = (0.35, 0.25, 0.25, 0.15)
    shares = ((0.5, 0), (1, 0), (0.9, 0), (0.4, 0.4), (0.1, 0.5), (0, 1), (0, 0.9), (0, 0))  # the rest is spread evenly
    weights_TS = [(a * upper + b * lower + (1 - a - b) / 16).tolist() for a, b in shares]
    patches = [f"r{row}c{column}" for row in range(1, 5) for column in range(1, 5)]
    trace = looking_at(told(patches, output), weights_TS)
    return dataclasses.replace(trace, source="/".join(PICTURE_ROWS), grid=(4, 4))
