"""How the outputs of several searches stand to the best output there is.

All outputs are held to one score, the common one, whatever score their own search had in view. The exact search gives
the optimum under it, with a proof or without one where its budget was used up.

Search error: an output that scores higher exists and was missed (Stahlberg and Byrne 2019,
https://arxiv.org/abs/1908.10090). Model error: the proved optimum is worse than what was found; worse is a matter of a
reference, unless the optimum is empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from seq2seq_core.trace import PROVED, Fate, Hypothesis, ScoreRule, Trace

from .quality import chrf

# A model that answers several rows at once rounds otherwise than for one row: sums of one output differ by that much.
TOLERANCE: Final = 1e-5


class Search(StrEnum):
    """What can be said of an output's search."""

    NOTHING = "nothing"  # no output
    CUT = "cut"  # not finished within the maximum length: no complete output
    OPTIMAL = "optimal"  # proved: no output scores higher
    BEST_KNOWN = "best known"  # nothing better was found, and nothing was proved
    ERROR = "error"  # an output that scores higher exists and was missed
    OTHER_AIM = "other aim"  # one exists, but this search had another score in view
    DRAWN = "drawn"  # one exists, but a sample is not a search for the best


class Model(StrEnum):
    """What can be said of the model, which gave the optimum its score."""

    NOT_PROVED = "not proved"
    NOT_SEARCHED = "not searched"  # nothing was found that the optimum could be held against
    FOUND = "found"  # the search found the optimum: what is wrong with it is the model's
    EMPTY = "empty"  # the optimum is the empty output: a model error
    NO_REFERENCE = "no reference"
    WORSE = "worse"  # than what the search found, by the reference: a model error
    NOT_WORSE = "not worse"


@dataclass(frozen=True, slots=True)
class Standing:
    """One output under the common score; `missed` is how far below the best known output it scores."""

    search: Search
    score: float | None = None
    length: int = 0  # T under the common score
    missed: float = 0.0


@dataclass(frozen=True, slots=True)
class Optimum:
    """The best output that the exact search knows; `excluded`: no output scores above this."""

    best: Hypothesis | None
    proved: bool
    excluded: float | None


@dataclass(frozen=True, slots=True)
class ModelStanding:
    """The optimum beside the best output that another search found, each with its chrF where there is a reference."""

    model: Model
    found_chrf: float | None = None
    optimum_chrf: float | None = None


def rule_of(exact: Trace) -> ScoreRule:
    """The common score."""
    return ScoreRule.of(exact.options)


def optimum_of(exact: Trace) -> Optimum:
    """What an exact search has found and proved."""
    best = next((each for each in exact.hypotheses if each.fate is Fate.FINISHED), None)
    if best is None:
        return Optimum(None, exact.stop.reason == PROVED, None)
    # A margin says how far the bound of what was left aside is below the best score.
    margins = [
        float(margin)
        for step in exact.steps
        for margin, fate in zip(step.margin_N, step.fate_N, strict=True)
        if fate is Fate.UNEXPLORED
    ]
    return Optimum(best, exact.stop.reason == PROVED, max([best.score, *(best.score - margin for margin in margins)]))


def common_score(rule: ScoreRule, output: Hypothesis) -> tuple[float, int]:
    """The score of an output and its T, whatever its own search counted."""
    ends = output.fate is Fate.FINISHED
    length = rule.length(len(output.tokens) + ends, ends=ends)
    return output.log_prob_sum / rule.penalty(length) + rule.rewarded(len(output.tokens)), length


def standings(traces: Sequence[Trace], exact: Trace) -> list[Standing]:
    """How the winner of each search stands, in their order."""
    rule, optimum = rule_of(exact), optimum_of(exact)
    winners = [trace.hypotheses[0] if trace.hypotheses else None for trace in traces]
    finished = [winner for winner in (*winners, optimum.best) if winner and winner.fate is Fate.FINISHED]
    known = max(finished, key=lambda winner: common_score(rule, winner)[0], default=None)
    return [_standing(trace, winner, exact, known) for trace, winner in zip(traces, winners, strict=True)]


def _standing(trace: Trace, winner: Hypothesis | None, exact: Trace, known: Hypothesis | None) -> Standing:
    if winner is None:
        return Standing(Search.NOTHING)
    rule = rule_of(exact)
    score, length = common_score(rule, winner)
    if winner.fate is not Fate.FINISHED or known is None:
        return Standing(Search.CUT, score, length)
    missed = common_score(rule, known)[0] - score
    if missed <= TOLERANCE or winner.tokens == known.tokens:
        return Standing(Search.OPTIMAL if exact.stop.reason == PROVED else Search.BEST_KNOWN, score, length)
    if trace.algorithm == "sampling":
        return Standing(Search.DRAWN, score, length, missed)
    aims_alike = trace.formula == exact.formula
    return Standing(Search.ERROR if aims_alike else Search.OTHER_AIM, score, length, missed)


def model_standing(traces: Sequence[Trace], exact: Trace, reference: str) -> ModelStanding:
    """The optimum beside the best of what the others found, under the common score."""
    rule, optimum = rule_of(exact), optimum_of(exact)
    winners = [trace.hypotheses[0] for trace in traces if trace.hypotheses]
    finished = [winner for winner in winners if winner.fate is Fate.FINISHED]
    if not optimum.proved or optimum.best is None:
        return ModelStanding(Model.NOT_PROVED)
    if not optimum.best.text:
        return ModelStanding(Model.EMPTY)
    if not finished:
        return ModelStanding(Model.NOT_SEARCHED)
    found = max(finished, key=lambda winner: common_score(rule, winner)[0])
    if found.tokens == optimum.best.tokens:
        return ModelStanding(Model.FOUND)
    if not reference:
        return ModelStanding(Model.NO_REFERENCE)
    ours, theirs = chrf(found.text, reference), chrf(optimum.best.text, reference)
    return ModelStanding(Model.WORSE if theirs < ours else Model.NOT_WORSE, ours, theirs)
