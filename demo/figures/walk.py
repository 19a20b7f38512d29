"""Ways through a trace: to a node's ancestors, and along greedy's path."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from seq2seq_core.trace import ROOT, Fate, Floats, Trace, TraceStep

Node: TypeAlias = tuple[int, int]  # (step, candidate index); (0, ROOT) is the start token

KEPT_FATES = frozenset({Fate.LIVE, Fate.FINISHED, Fate.CUT_AT_MAXIMUM})
START: Node = (0, ROOT)


def step_at(trace: Trace, step: int) -> TraceStep:
    """Steps count from 1."""
    return trace.steps[step - 1]


def parent_of(trace: Trace, node: Node) -> Node:
    step, index = node
    return step - 1, int(step_at(trace, step).parent_N[index])


def path_to(trace: Trace, node: Node) -> tuple[Node, ...]:
    """The nodes from step 1 to the node itself, in order."""
    nodes: list[Node] = []
    while node[0] > 0:
        nodes.append(node)
        node = parent_of(trace, node)
    return tuple(reversed(nodes))


def is_kept(trace: Trace, node: Node) -> bool:
    return step_at(trace, node[0]).fate_N[node[1]] in KEPT_FATES


def token_label(trace: Trace, node: Node) -> str:
    """The raw label of the node's token, neither cut nor escaped."""
    return trace.labels[int(step_at(trace, node[0]).token_N[node[1]])]


def best_path(trace: Trace) -> tuple[Node, ...]:
    """The path of the best hypothesis; empty if the search found none."""
    if not trace.hypotheses:
        return ()
    best = trace.hypotheses[0]
    return path_to(trace, (best.step, best.index))


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


def follow_greedy(greedy: Trace, beam: Trace) -> tuple[GreedyStop, ...]:
    """Greedy's path beside the beam: as long as the prefix is in the beam the stops carry its node there."""
    stops: list[GreedyStop] = []
    at: Node | None = START
    for node in best_path(greedy):
        at = _kept_child(beam, at, int(step_at(greedy, node[0]).token_N[node[1]]))
        stops.append(GreedyStop(node, at))
    return tuple(stops)


def _kept_child(trace: Trace, parent: Node | None, token: int) -> Node | None:
    if parent is None or parent[0] >= len(trace.steps):
        return None
    step = step_at(trace, parent[0] + 1)
    same = (step.parent_N == parent[1]) & (step.token_N == token)
    children = [(parent[0] + 1, int(index)) for index in same.nonzero()[0]]
    return next((child for child in children if is_kept(trace, child)), None)


def left_beam_at(stops: tuple[GreedyStop, ...]) -> GreedyStop | None:
    """The first token of greedy's path that the beam search did not keep."""
    return next((stop for stop in stops if stop.in_beam is None), None)


def attention_rows(trace: Trace, step: int, index: int) -> Floats | None:
    """Attention along the path to a node, (T, S): row t was computed in the step that predicted token t."""
    rows_TS: list[Floats] = []
    for number, at in path_to(trace, (step, index)):
        here = step_at(trace, number)
        if here.attention_ES is None:
            return None
        rows_TS.append(here.attention_ES[here.expanded_E.tolist().index(int(here.parent_N[at]))])
    return np.stack(rows_TS)
