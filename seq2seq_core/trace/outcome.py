"""Check what a trace says came out: its hypotheses and why the search stopped."""

from seq2seq_core.errors import TraceError

from .competition import outputs_in
from .data import Fate, Hypothesis, Trace
from .exact import reason_of_proof
from .groups import group_steps
from .replay import first_stop
from .settings import Settings, settings_of
from .walk import Place, path

MAXIMUM_LENGTH = "maximum length"
NO_LIVE_PREFIX = "no live prefix"


def check_hypotheses(trace: Trace) -> None:
    """The pool is exactly the finished candidates, or the cut ones where nothing finished, best score first.

    Where the options let cut prefixes compete, it is both; where finished outputs compete, those in the last beam.

    Raises:
        TraceError: one is missing, invented, out of order, or differs from its candidate.
    """
    settings = settings_of(trace)
    finished, cut = _ended(trace, Fate.FINISHED), _ended(trace, Fate.CUT_AT_MAXIMUM)
    if settings.competes:
        finished = [(len(trace.steps), index) for index in outputs_in(trace.steps[-1])]
    expected = sorted(finished + cut) if settings.cut_competes else finished or cut
    found = [(each.step, each.index) for each in trace.hypotheses]
    if sorted(found) != expected:
        raise TraceError(f"hypotheses must be the candidates {expected}, are {sorted(found)}")
    for number, hypothesis in enumerate(trace.hypotheses, 1):
        _check_ledger(trace, hypothesis, f"hypothesis {number}")
    ranking = [(-each.score, each.step, each.index) for each in trace.hypotheses]
    if ranking != sorted(ranking):
        raise TraceError(f"hypotheses must be ordered by score, step, rank; have scores {[-row[0] for row in ranking]}")


def check_stop(trace: Trace) -> None:
    """Steps, rule and reason agree with what the steps show.

    Raises:
        TraceError: the search stopped elsewhere, for another reason, or found its winner at another step.
    """
    stop, settings = trace.stop, settings_of(trace)
    winner_step = path(trace, best.step, best.index)[-1][0] if (best := next(iter(trace.hypotheses), None)) else 0
    fired, reason = _ending(trace, settings)
    for name, found, expected in (
        ("last_step", stop.last_step, len(trace.steps)),
        ("winner_step", stop.winner_step, winner_step),
        ("rule", stop.rule, settings.stop_rule),
        ("reason", stop.reason, reason),
    ):
        if found != expected:
            raise TraceError(f"stop: {name} must be {expected!r}, is {found!r}")
    if fired not in (None, len(trace.steps)):
        raise TraceError(f"stop: {stop.rule} was fulfilled at step {fired}, but there are {len(trace.steps)} steps")


def _ending(trace: Trace, settings: Settings) -> tuple[int | None, str]:
    """The step at which the stop rule was fulfilled, and the reason of the end."""
    if settings.proves:
        return None, reason_of_proof(trace)
    if settings.draws:
        reason = _natural_end(trace)
        drawn = reason == NO_LIVE_PREFIX and Fate.FINISHED in trace.steps[-1].fate_N
        return None, settings.stop_rule if drawn else reason  # the last of the samples has drawn its end
    if settings.groups == 1:
        fired = first_stop(trace, settings.rule)
        return fired, settings.stop_rule if fired is not None else _natural_end(trace)
    parts = [group_steps(trace, group, settings.beam_size) for group in range(settings.groups)]
    reasons = [_ending_of_group(part, group, settings) for group, part in enumerate(parts)]
    last = next((group for group, part in enumerate(parts) if len(part.steps) == len(trace.steps)), 0)
    return None, reasons[last]


def _ending_of_group(part: Trace, group: int, settings: Settings) -> str:
    """Why a group ended, having gone on neither too long nor too short."""
    fired = first_stop(part, settings.rule)
    if fired not in (None, len(part.steps)):
        raise TraceError(f"stop: the rule was fulfilled at step {fired} in group {group}, which has {len(part.steps)}")
    return settings.stop_rule if fired is not None else _natural_end(part)


def _natural_end(trace: Trace) -> str:
    fates = trace.steps[-1].fate_N
    if Fate.LIVE in fates:
        return "not yet: prefixes live and the rule is not fulfilled"
    return MAXIMUM_LENGTH if Fate.CUT_AT_MAXIMUM in fates else NO_LIVE_PREFIX


def _ended(trace: Trace, fate: Fate) -> list[Place]:
    return [
        (number, index)
        for number, step in enumerate(trace.steps, 1)
        for index, each in enumerate(step.fate_N)
        if each is fate
    ]


def _check_ledger(trace: Trace, hypothesis: Hypothesis, place: str) -> None:
    step, at = trace.steps[hypothesis.step - 1], hypothesis.index
    for name, expected in (
        ("tokens", _tokens(trace, hypothesis)),
        ("fate", Fate.FINISHED if step.fate_N[at] is Fate.HELD else step.fate_N[at]),
        ("log_prob_sum", float(step.log_prob_sum_N[at])),
        ("length", int(step.length_N[at])),
        ("penalty", float(step.penalty_N[at])),
        ("score", float(step.score_N[at])),
        ("reward", 0.0 if step.reward_N is None else float(step.reward_N[at])),
        ("coverage_penalty", 0.0 if step.coverage_penalty_N is None else float(step.coverage_penalty_N[at])),
    ):
        if (found := getattr(hypothesis, name)) != expected:
            raise TraceError(f"{place}: {name} must be {expected!r} as in its candidate, is {found!r}")


def _tokens(trace: Trace, hypothesis: Hypothesis) -> tuple[int, ...]:
    places = path(trace, hypothesis.step, hypothesis.index)
    tokens = tuple(int(trace.steps[step - 1].token_N[index]) for step, index in places)
    return tokens[:-1] if hypothesis.fate is Fate.FINISHED else tokens
