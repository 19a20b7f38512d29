"""How well a search did, read from its trace: how close its cuts were, whether its beam collapsed, what it covered.

All of it follows from what the trace states; nothing here asks a model. Entropies are in nats.

Sizes: P listed next tokens of a prefix.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from .cuts import cuts
from .data import NO_TOKEN, PROVED, Fate, Trace, TraceStep


class Proof(StrEnum):
    """Whether a search knows that no output scores higher than its best."""

    PROVED = "proved"
    BUDGET = "budget"  # an exact search whose budget ended first
    NOT_JUDGED = "not judged"  # what was pruned, or never drawn, might have led to a better one


@dataclass(frozen=True, slots=True)
class Entropy:
    """How undecided a distribution is."""

    nats: float
    exact: bool  # False: it is at least that, since not all tokens are listed


@dataclass(frozen=True, slots=True)
class StepHealth:
    """One step."""

    step: int
    margin: float | None  # nats from the cut to the best continuation below it, the closest of all groups; None: no cut
    survivors: int  # prefixes that live on
    shared: int  # first tokens that all of them have in common
    entropy: Entropy  # of the token after the prefix that led the step before


@dataclass(frozen=True, slots=True)
class Health:
    """One search."""

    steps: tuple[StepHealth, ...]
    outputs: int  # hypotheses, cut ones included
    distinct: int  # different texts among them
    shared: int  # first tokens that all hypotheses have in common
    mass: float  # probability of all finished outputs together; each counts once
    proof: Proof

    @property
    def closest(self) -> StepHealth | None:
        """The step with the smallest margin; None where nothing fell below a cut."""
        judged = [each for each in self.steps if each.margin is not None]
        return min(judged, key=lambda each: each.margin or 0.0, default=None)

    @property
    def last_choice(self) -> StepHealth | None:
        """The last step after which several prefixes lived on; None where there was none."""
        return next((each for each in reversed(self.steps) if each.survivors > 1), None)


def health_of(trace: Trace) -> Health:
    """Read everything."""
    return Health(
        steps=_steps(trace),
        outputs=len(trace.hypotheses),
        distinct=len({each.text for each in trace.hypotheses}),
        shared=common_start([each.tokens for each in trace.hypotheses]),
        mass=covered_mass(trace),
        proof=proof_of(trace),
    )


def common_start(sequences: Sequence[Sequence[int]]) -> int:
    """How many first tokens all sequences have in common; 0 for none at all.

    >>> common_start([(5, 6, 7), (5, 6), (5, 6, 8)]), common_start([])
    (2, 0)
    """
    # zip ends with the shortest.
    places = list(zip(*sequences, strict=False))
    return next((place for place, tokens in enumerate(places) if len(set(tokens)) > 1), len(places))


def covered_mass(trace: Trace) -> float:
    """The probability that the model gives to all finished outputs together, from 0 to 1.

    A prefix cut at the maximum length is no output of the model's. Two groups may find the same output: it counts once.
    """
    found = {each.tokens: each.log_prob_sum for each in trace.hypotheses if each.fate is Fate.FINISHED}
    return min(1.0, math.fsum(map(math.exp, found.values())))


def next_token_entropy(step: TraceStep, row: int) -> Entropy:
    """The entropy of what follows an expanded prefix (its row in the E columns).

    A trace lists the most probable tokens only. All others count as one: that is the least the entropy can be.
    """
    listed_P = step.next_log_prob_EP[row].tolist()
    shares = [math.exp(log_prob) for log_prob in listed_P if log_prob > -math.inf]
    rest = max(0.0, 1.0 - math.fsum(shares))
    nats = -math.fsum(share * math.log(share) for share in (*shares, rest) if share > 0)
    return Entropy(max(0.0, nats), NO_TOKEN in step.next_token_EP[row].tolist())


def proof_of(trace: Trace) -> Proof:
    """Only an exact search judges, and only one that came to its end proves."""
    if trace.algorithm != "exact":
        return Proof.NOT_JUDGED
    return Proof.PROVED if trace.stop.reason == PROVED else Proof.BUDGET


def _steps(trace: Trace) -> tuple[StepHealth, ...]:
    found: list[StepHealth] = []
    prefixes: list[tuple[int, ...]] = [()]  # by candidate of the step before; ROOT, -1, is the last one too
    for number, step in enumerate(trace.steps, 1):
        pairs = zip(step.parent_N.tolist(), step.token_N.tolist(), strict=True)
        prefixes = [(*prefixes[parent], token) for parent, token in pairs]
        alive = [prefix for prefix, fate in zip(prefixes, step.fate_N, strict=True) if fate is Fate.LIVE]
        margin = min((cut.margin for cut in cuts(step)), default=None)
        found.append(StepHealth(number, margin, len(alive), common_start(alive), next_token_entropy(step, 0)))
    return tuple(found)
