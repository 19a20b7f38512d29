"""Which head of a model with several to look at: all of them averaged, or one.

A head that looks at one source piece at a time says more than one that looks everywhere, so the head shown first is
the one with the lowest alignment entropy (in nats):

    entropy = mean over t of -sum_s a_ts ln a_ts,   rows renormalised to 1, rows without any attention left out

Sizes: T target pieces, S source pieces, L layers, H heads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from demo.figures.evidence import heads_along
from demo.figures.walk import Node
from demo.wording.attention_words import HeadWords
from seq2seq_core.trace import Doubles, Floats, Hypothesis, Trace


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """One head of the cross-attention; layer and head count from 0, as in the trace."""

    layer: int
    head: int


Choice: TypeAlias = Head | None  # None: the mean of all heads, which is what attention_ES states


@dataclass(frozen=True, slots=True)
class HeadEntropy:
    """How spread out a head's attention is."""

    head: Head
    entropy: float  # nats; infinite where the head attends to nothing at all


def heads_of(trace: Trace) -> tuple[Head, ...]:
    """All heads, layer by layer; none where the trace does not tell them apart."""
    if not trace.steps or trace.steps[0].heads_ELHS is None:
        return ()
    _, layers, heads, _ = trace.steps[0].heads_ELHS.shape
    return tuple(Head(layer, head) for layer in range(layers) for head in range(heads))


def attention_choices(trace: Trace) -> tuple[Choice, ...]:
    """What a visitor may choose: the mean of all heads first, then every head; empty without attention."""
    mean: tuple[Choice, ...] = (None,) if trace.steps and trace.steps[0].attention_ES is not None else ()
    return (*mean, *heads_of(trace))


def choice_in(trace: Trace, reported: tuple[int, int] | None) -> Head | None:
    """The reported (layer, head) if the trace has it: what a browser says was clicked may be forged or out of date."""
    if reported is None:
        return None
    head = Head(*reported)
    return head if head in heads_of(trace) else None


def choice_label(choice: Choice, words: HeadWords) -> str:
    """A choice in words; layers and heads count from 1 there."""
    if choice is None:
        return words.mean
    return words.choice.format(layer=choice.layer + 1, head=choice.head + 1)


def default_choice(trace: Trace, hypothesis: Hypothesis) -> Choice:
    """The head with the lowest alignment entropy over a hypothesis' steps; the mean where heads are not told apart."""
    return default_head(trace, (hypothesis.step, hypothesis.index))


def default_head(trace: Trace, node: Node) -> Head | None:
    """`default_choice` along the way to any node."""
    entropies = head_entropies(trace, node)
    return sharpest(entropies) if entropies else None


def head_entropies(trace: Trace, node: Node) -> tuple[HeadEntropy, ...]:
    """The alignment entropy of every head, in the order of `heads_of`."""
    rows_TLHS = heads_along(trace, node)
    return () if rows_TLHS is None else entropies_of(rows_TLHS)


def entropies_of(rows_TLHS: Floats) -> tuple[HeadEntropy, ...]:
    """The alignment entropy of every head, layer by layer."""
    _, layers, heads, _ = rows_TLHS.shape
    return tuple(
        HeadEntropy(Head(layer, head), alignment_entropy(rows_TLHS[:, layer, head]))
        for layer in range(layers)
        for head in range(heads)
    )


def sharpest(entropies: Sequence[HeadEntropy]) -> Head:
    """The head with the lowest entropy; of several the first."""
    return min(entropies, key=lambda each: each.entropy).head


def alignment_entropy(weights_TS: Floats) -> float:
    """Mean entropy of the rows in nats, each renormalised to 1; rows of zeros are left out, infinity if all are.

    NaN stands where a row may not look, and counts as no attention.
    """
    weights = np.nan_to_num(weights_TS.astype(np.float64), nan=0.0)
    totals_T = weights.sum(axis=1)
    looking = totals_T > 0
    if not looking.any():
        return float("inf")
    shares_TS: Doubles = weights[looking] / totals_T[looking, None]
    logs_TS = np.log(shares_TS, where=shares_TS > 0, out=np.zeros_like(shares_TS))
    return abs(float(-(shares_TS * logs_TS).sum(axis=1).mean()))
