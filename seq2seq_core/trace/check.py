"""Refuse a trace that contradicts itself: its steps here, their scores in `scores`, their evidence in `evidence`, its
outcome in `outcome`.

Everything is worked out again from what the trace states: sums from parents and tokens, scores from the formula,
fates from ranks, the outcome from the fates.

Sizes: N candidates of a step, E prefixes expanded in it, S source pieces, P listed next tokens.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .banks import check_banks, check_required, progress_of
from .columns import check_columns
from .competition import check_competition, outputs_in
from .data import HELD_FATES, NO_TOKEN, ROOT, Doubles, Fate, Trace, TraceStep
from .demands import TOLERANCE, close, require
from .draws import check_draws
from .evidence import check_evidence
from .exact import check_depth
from .groups import ends, group_of, of_group
from .outcome import check_hypotheses, check_stop
from .pins import check_pins
from .required import Progress
from .scores import check_scores
from .settings import Settings, settings_of

_ROW_SUM_SLACK = 1e-4
_ENDS = (Fate.FINISHED, Fate.END_BELOW_CUT)
_ENDED = (*_ENDS, *HELD_FATES)


def check(trace: Trace) -> None:
    """Check that parents exist, sums add up, scores follow from the formula, fates and outcome from the ranking.

    Raises:
        TraceError: names the step and the first thing that does not hold.
    """
    settings = settings_of(trace)
    require(len(trace.steps) > 0, "a trace must have steps, has none")
    for number, step in enumerate(trace.steps, 1):
        check_columns(step, number, len(trace.source_tokens))
        _check_group_columns(step, number, settings)
    ended = ends(trace, settings.rule, settings.groups, settings.beam_size) if settings.groups > 1 else []
    progress = _progress(trace, settings)
    previous: TraceStep | None = None
    finished = [0] * settings.groups
    for number, step in enumerate(trace.steps, 1):
        stopped = [group for group, last in enumerate(ended) if last is not None and last < number]
        held = outputs_in(previous) if settings.competes else []
        _check_parents(step, previous, f"step {number}", stopped, held)
        _check_sums(step, previous, f"step {number}")
        _check_order(step, f"step {number}")
        if settings.proves:
            check_depth(trace, number, settings)
        elif settings.competes:
            check_competition(trace, number, settings)
        elif progress:
            check_banks(trace, number, settings, progress[number - 1], settings.places(finished[0]))
        else:
            for group in range(settings.groups):
                part = of_group(step, group) if settings.groups > 1 else step
                places = settings.places(finished[group])
                _check_fates(trace, number, part, settings, places)
                _check_margins(part, f"step {number}", settings, places)
                finished[group] += part.fate_N.count(Fate.FINISHED)
        _check_attention(step, f"step {number}")
        _check_next_tokens(step, f"step {number}")
        previous = step
    check_scores(trace, settings)
    check_evidence(trace)
    check_pins(trace)
    _check_tokens(trace)
    check_hypotheses(trace)
    check_stop(trace)


def _progress(trace: Trace, settings: Settings) -> list[list[Progress]]:
    """What every candidate has of the required sequences; empty where there are none."""
    if settings.required is None:
        return []
    for number, (step, before) in enumerate(zip(trace.steps, (None, *trace.steps), strict=False), 1):
        there = {ROOT} if before is None else set(range(len(before.fate_N)))
        strangers = sorted(set(step.parent_N.tolist()) - there)
        require(not strangers, f"step {number}: parents must be in the step before, {strangers} are not")
    progress = progress_of(trace, settings.required)
    check_required(trace, settings, progress)
    return progress


def _where(step: TraceStep, *fates: Fate) -> NDArray[np.bool_]:
    return np.array([fate in fates for fate in step.fate_N], dtype=bool)


def _check_group_columns(step: TraceStep, number: int, settings: Settings) -> None:
    """Groups are there where the beam is parted, and in order."""
    parted = settings.groups > 1 or settings.strength > 0
    for name in ("group_N", "diversity_N"):
        there = getattr(step, name) is not None
        require(there or not parted, f"step {number}: {name[:-2]} must be there where the beam is parted")
    group_N = group_of(step)
    good = bool(((group_N >= 0) & (group_N < settings.groups)).all() and (np.diff(group_N) >= 0).all())
    require(good, f"step {number}: groups must be 0 to {settings.groups - 1}, in order, are {group_N.tolist()}")


def _check_parents(
    step: TraceStep, previous: TraceStep | None, place: str, stopped: Sequence[int], held: Sequence[int]
) -> None:
    """The expanded prefixes are the live candidates of the step before, and every parent is one of them.

    Groups that have stopped are left as they were, and a candidate stays in the group of its parent. The parent of an
    output that stays in the beam is itself in the step before, one of `held`.
    """
    live_E = np.array([ROOT])
    if previous is not None:
        going_N = ~np.isin(group_of(previous), stopped)
        live_E = np.nonzero(_where(previous, Fate.LIVE) & going_N)[0]
        known_N = step.parent_N[(step.parent_N >= 0) & (step.parent_N < len(previous.fate_N))]
        stays = len(known_N) < len(step.parent_N) or np.array_equal(group_of(previous)[known_N], group_of(step))
        require(stays, f"{place}: a candidate must be in the group of its parent")
    require(len(live_E) > 0, f"{place} must extend a live prefix, the step before has none")
    require(
        np.array_equal(step.expanded_E, live_E),
        f"{place} must expand the live prefixes {live_E.tolist()}, expands {step.expanded_E.tolist()}",
    )
    strangers = sorted(set(step.parent_N.tolist()) - set(live_E.tolist()) - set(held))
    require(not strangers, f"{place}: parents must be expanded prefixes, {strangers} are not")


def _check_sums(step: TraceStep, previous: TraceStep | None, place: str) -> None:
    before_N: Doubles = np.zeros(len(step.parent_N)) if previous is None else previous.log_prob_sum_N[step.parent_N]
    close(step.log_prob_sum_N, before_N + step.log_prob_N, f"{place}: log_prob_sum must be its parent's plus log_prob")
    require(bool((step.log_prob_N <= TOLERANCE).all()), f"{place}: a log_prob must not be above 0")


def _check_order(step: TraceStep, place: str) -> None:
    """Ranks count from 1; higher keys first, ties to the lower parent rank, then the lower token id."""
    count = len(step.rank_N)
    ranked = np.array_equal(step.rank_N, np.arange(1, count + 1))
    require(ranked, f"{place}: ranks must be 1 to {count}, are {step.rank_N.tolist()}")
    order_N = np.lexsort((step.token_N, step.parent_N, -_keys(step), group_of(step)))
    require(
        np.array_equal(order_N, np.arange(count)),
        f"{place}: candidates must be sorted by {_key_name(step)}, parent, token; "
        f"the right order is {order_N.tolist()}",
    )
    pairs = set(zip(step.parent_N.tolist(), step.token_N.tolist(), group_of(step).tolist(), strict=True))
    require(len(pairs) == count, f"{place}: a continuation must be listed once, {count - len(pairs)} are repeated")


def _keys(step: TraceStep) -> Doubles:
    return step.log_prob_sum_N if step.key_N is None else step.key_N


def _key_name(step: TraceStep) -> str:
    return "log_prob_sum" if step.key_N is None else "key"


def _check_fates(trace: Trace, number: int, step: TraceStep, settings: Settings, places: int) -> None:
    """Ends at rank K or better finish; the best K others live on, or are cut at the maximum length.

    Where nothing refills the place of an end, an other must be of the best K itself.
    """
    place, ending = f"step {number}", _where(step, *_ENDS)
    require(number <= settings.max_length, f"{place} must not pass max_length {settings.max_length}")
    at_limit = number == settings.max_length
    require(
        not (settings.forces_end and at_limit) or bool(ending.all()),
        f"{place}: at max_length {settings.max_length} only the end token can follow",
    )
    kept = (Fate.CUT_AT_MAXIMUM if at_limit else Fate.LIVE, Fate.BELOW_CUT)
    if settings.draws:
        check_draws(trace, number, settings, kept[0])
        return
    others_before = np.cumsum(~ending)
    living = places if settings.may_live(step.fate_N) else 0
    for index, fate in enumerate(step.fate_N):
        rank = others_before[index] if settings.refills else index + 1
        first = index < places if ending[index] else rank <= living
        good, bad = _ENDS if ending[index] else kept
        expected = good if first else bad
        require(fate is expected, f"{place}: candidate {index} must be {expected!s}, is {fate!s}")


def _check_margins(step: TraceStep, place: str, settings: Settings, places: int) -> None:
    """A pruned continuation is so many nats below the last that lives on; a pruned end, below rank K.

    Where nothing refills the place of an end, rank K is the cut for both.
    """
    keys = _keys(step)
    kept = keys[_where(step, Fate.LIVE, Fate.CUT_AT_MAXIMUM)]
    at_rank = keys[min(places, len(keys)) - 1] if keys.size else 0.0
    cut = at_rank
    if settings.refills or settings.beam_size == 1:
        cut = kept[-1] if kept.size else keys[0] if keys.size else 0.0
    expected = np.where(_where(step, Fate.BELOW_CUT), cut - keys, 0.0)
    expected = np.where(_where(step, Fate.END_BELOW_CUT), at_rank - keys, expected)
    close(step.margin_N, expected, f"{place}: margin must be the distance below the cut, 0 for a kept candidate")


def _check_attention(step: TraceStep, place: str) -> None:
    weights_ES = step.attention_ES
    if weights_ES is None:
        return
    require(bool(((weights_ES >= 0) & (weights_ES <= 1)).all()), f"{place}: attention must be from 0 to 1")
    largest = float(weights_ES.sum(axis=1, dtype=np.float64).max(initial=0.0))
    require(largest <= 1 + _ROW_SUM_SLACK, f"{place}: an attention row must sum to 1 at most, sums to {largest}")


def _check_next_tokens(step: TraceStep, place: str) -> None:
    """Listed best first, impossible ones last and without a token, and in agreement with the candidates."""
    log_prob_EP, token_EP = step.next_log_prob_EP, step.next_token_EP
    descending = log_prob_EP[:, 1:] <= log_prob_EP[:, :-1]
    require(bool(descending.all()), f"{place}: next tokens must be listed best first")
    require(
        np.array_equal(token_EP == NO_TOKEN, np.isneginf(log_prob_EP)),
        f"{place}: a next token must be {NO_TOKEN} exactly where its log_prob is -inf",
    )
    listed = _listed(step)
    candidates = zip(step.parent_N.tolist(), step.token_N.tolist(), step.log_prob_N.tolist(), strict=True)
    for parent, token, log_prob in candidates:
        known = listed.get((parent, token), log_prob)
        require(
            abs(known - log_prob) <= TOLERANCE,
            f"{place}: token {token} after prefix {parent} has log_prob {log_prob!r}, listed as {known!r}",
        )


def _listed(step: TraceStep) -> dict[tuple[int, int], float]:
    """The log-probability of each listed next token, by (prefix, token)."""
    prefix_EP = np.broadcast_to(step.expanded_E[:, None], step.next_token_EP.shape)
    pairs = zip(prefix_EP.ravel().tolist(), step.next_token_EP.ravel().tolist(), strict=True)
    return dict(zip(pairs, step.next_log_prob_EP.ravel().tolist(), strict=True))


def _check_tokens(trace: Trace) -> None:
    """Every token has a label; the end token is one, and only it ends."""
    mentioned: set[int] = {token for each in trace.hypotheses for token in each.tokens}
    ends: set[int] = set()
    others: set[int] = set()
    for step in trace.steps:
        mentioned.update(step.token_N.tolist(), step.next_token_EP.ravel().tolist())
        ending, passed = _where(step, *_ENDED), _where(step, Fate.NOT_DRAWN)  # what was not drawn may be either
        ends.update(step.token_N[ending].tolist())
        others.update(step.token_N[~ending & ~passed].tolist())
    missing = sorted(mentioned - {NO_TOKEN} - set(trace.labels))
    require(not missing, f"labels must name every token, {missing} have none")
    require(len(ends) <= 1, f"one token must end a hypothesis, {sorted(ends)} do")
    require(not ends & others, f"the end token {sorted(ends)} must not be continued")
