"""Ways through a trace that figures need beyond the trace's own: the best path, and greedy's path beside the beam."""

from dataclasses import dataclass
from typing import TypeAlias

from seq2seq_core.trace import ROOT, Fate, Trace, TraceStep, path

Node: TypeAlias = tuple[int, int]  # (step, candidate index); (0, ROOT) is the start token

KEPT_FATES = frozenset({Fate.LIVE, Fate.FINISHED, Fate.HELD, Fate.CUT_AT_MAXIMUM})
START: Node = (0, ROOT)


def step_at(trace: Trace, step: int) -> TraceStep:
    """Steps count from 1."""
    return trace.steps[step - 1]


def is_kept(trace: Trace, node: Node) -> bool:
    return fate_at(trace, node) in KEPT_FATES


def fate_at(trace: Trace, node: Node) -> Fate:
    return step_at(trace, node[0]).fate_N[node[1]]


def best_path(trace: Trace) -> tuple[Node, ...]:
    """The path of the best hypothesis; empty if the search found none."""
    if not trace.hypotheses:
        return ()
    best = trace.hypotheses[0]
    return tuple(path(trace, best.step, best.index))


def node_in(trace: Trace, reported: tuple[int, int] | None) -> Node | None:
    """The reported node if the trace has it: what a browser says it saw may be forged or out of date."""
    if reported is None:
        return None
    step, index = reported
    known = 1 <= step <= len(trace.steps) and 0 <= index < len(step_at(trace, step).token_N)
    return reported if known or reported == START else None


@dataclass(frozen=True, slots=True)
class GreedyStop:
    """One token of greedy's path, and the same prefix in the beam search if that search kept it."""

    node: Node  # in greedy's own trace
    in_beam: Node | None
    is_later: bool = False  # the beam search has ended with the prefix before it still alive


def follow_greedy(greedy: Trace, beam: Trace) -> tuple[GreedyStop, ...]:
    """Greedy's path beside the beam: as long as the prefix is in the beam the stops carry its node there."""
    stops: list[GreedyStop] = []
    at: Node | None = START
    for node in best_path(greedy):
        is_later = at is not None and at[0] >= len(beam.steps)
        at = _kept_child(beam, at, int(step_at(greedy, node[0]).token_N[node[1]]))
        stops.append(GreedyStop(node, at, is_later))
    return tuple(stops)


def _kept_child(trace: Trace, parent: Node | None, token: int) -> Node | None:
    if parent is None or parent[0] >= len(trace.steps):
        return None
    step = step_at(trace, parent[0] + 1)
    same = (step.parent_N == parent[1]) & (step.token_N == token)
    children = [(parent[0] + 1, int(index)) for index in same.nonzero()[0]]
    return next((child for child in children if is_kept(trace, child)), None)


def left_beam_at(stops: tuple[GreedyStop, ...]) -> GreedyStop | None:
    """The first token of greedy's path that the beam search did not keep; none where it ended before it could."""
    first = _first_alone(stops)
    return None if first is None or first.is_later else first


def outlived_beam_at(stops: tuple[GreedyStop, ...]) -> GreedyStop | None:
    """The first token of greedy's path that came when the beam search had ended, its prefix still in the beam."""
    first = _first_alone(stops)
    return first if first is not None and first.is_later else None


def _first_alone(stops: tuple[GreedyStop, ...]) -> GreedyStop | None:
    return next((stop for stop in stops if stop.in_beam is None), None)
