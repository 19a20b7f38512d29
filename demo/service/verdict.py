"""Greedy beside beam: what can honestly be said about the two winners.

The comparison is made in nats (log-probability of the whole output) and in score (after the length penalty); the two
may disagree, and then both are said.
"""

from dataclasses import dataclass
from enum import StrEnum

from seq2seq_core.trace import Fate, Hypothesis, Trace, path


class Kind(StrEnum):
    """The one sentence that sums it up."""

    NOTHING = "nothing"  # neither search has an output
    ONLY_GREEDY = "only greedy"
    ONLY_BEAM = "only beam"
    AGREE = "agree"
    GREEDY_CUT = "greedy cut"  # greedy ran into the maximum length, beam finished
    BEAM_CUT = "beam cut"
    BOTH_CUT = "both cut"
    TIE = "tie"  # different outputs, equal in sum and score
    BEAM_BETTER = "beam better"  # more probable and not below in score
    BEAM_SCORES_HIGHER = "beam scores higher"  # not more probable, but preferred by the length penalty
    GREEDY_SCORES_HIGHER = "greedy scores higher"  # beam is more probable, yet greedy's score is higher
    BEAM_WORSE = "beam worse"  # neither more probable nor higher in score


class Note(StrEnum):
    """What must be said besides."""

    BEAM_SHORTER = "beam shorter"
    BEAM_LONGER = "beam longer"
    BEAM_EMPTY = "beam empty"
    GREEDY_EMPTY = "greedy empty"
    AGREED_EMPTY = "agreed empty"
    AGREED_CUT = "agreed cut"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kind, how far beam is ahead of greedy (negative: behind), and notes."""

    kind: Kind
    nats: float = 0.0  # log_prob_sum of beam minus that of greedy
    score: float = 0.0
    tokens: int = 0  # T of beam minus that of greedy
    notes: tuple[Note, ...] = ()


def judge(greedy: Trace, beam: Trace) -> Verdict:
    """Compare the winners of the two searches over one source."""
    one = greedy.hypotheses[0] if greedy.hypotheses else None
    other = beam.hypotheses[0] if beam.hypotheses else None
    if one is None or other is None:
        return Verdict(_missing(one, other))
    if one.tokens == other.tokens and one.fate is other.fate:
        return Verdict(Kind.AGREE, notes=_agreed_notes(other))
    return Verdict(
        _kind(one, other),
        nats=other.log_prob_sum - one.log_prob_sum,
        score=other.score - one.score,
        tokens=other.length - one.length,
        notes=_notes(one, other),
    )


def first_divergence(greedy: Trace, beam: Trace) -> int | None:
    """How many tokens (end token included) the winners share before they part; None if they never do."""
    one, other = winning_tokens(greedy), winning_tokens(beam)
    if one == other:
        return None
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    return shared


def winning_tokens(trace: Trace) -> list[int]:
    """All tokens of the best hypothesis, the end token included; none where there is no hypothesis."""
    if not trace.hypotheses:
        return []
    best = trace.hypotheses[0]
    return [int(trace.steps[step - 1].token_N[index]) for step, index in path(trace, best.step, best.index)]


def _missing(greedy: Hypothesis | None, beam: Hypothesis | None) -> Kind:
    if greedy is None:
        return Kind.NOTHING if beam is None else Kind.ONLY_BEAM
    return Kind.ONLY_GREEDY


def _kind(greedy: Hypothesis, beam: Hypothesis) -> Kind:
    cut = (greedy.fate is Fate.CUT_AT_MAXIMUM, beam.fate is Fate.CUT_AT_MAXIMUM)
    if any(cut):
        return {(True, True): Kind.BOTH_CUT, (True, False): Kind.GREEDY_CUT, (False, True): Kind.BEAM_CUT}[cut]
    more, higher = beam.log_prob_sum - greedy.log_prob_sum, beam.score - greedy.score
    if more == 0 and higher == 0:
        return Kind.TIE
    if more > 0:
        return Kind.BEAM_BETTER if higher >= 0 else Kind.GREEDY_SCORES_HIGHER
    return Kind.BEAM_SCORES_HIGHER if higher > 0 else Kind.BEAM_WORSE


def _agreed_notes(hypothesis: Hypothesis) -> tuple[Note, ...]:
    notes = [Note.AGREED_EMPTY] if not hypothesis.tokens else []
    return (*notes, Note.AGREED_CUT) if hypothesis.fate is Fate.CUT_AT_MAXIMUM else tuple(notes)


def _notes(greedy: Hypothesis, beam: Hypothesis) -> tuple[Note, ...]:
    notes: list[Note] = []
    if beam.length != greedy.length:
        notes.append(Note.BEAM_SHORTER if beam.length < greedy.length else Note.BEAM_LONGER)
    if not beam.tokens:
        notes.append(Note.BEAM_EMPTY)
    if not greedy.tokens:
        notes.append(Note.GREEDY_EMPTY)
    return tuple(notes)
