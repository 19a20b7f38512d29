"""Exact search: depth first, with a bound that proves what need not be looked at.

Stahlberg and Byrne 2019 (https://arxiv.org/abs/1908.10090, algorithm 2): no log-probability is above 0, so a prefix
bounds the score of all its completions, by the sum alone under a raw score, and by the longest output under the rules
that favour length (`ScoreRule.bound`). A prefix whose bound does not exceed the best output is left aside with all that
could follow. The search first follows the path that a beam search found, so that it never does worse than that; then
the most probable continuation that is left. Continuations come in falling order, so the first that is left aside speaks
for all after it.

Where the budget ends too early, the best output so far is given, and the largest bound of what is unexplored says how
much better an output could still be. Everything is one row at a time: what matters is to follow one path to its end.

A step of the trace is a depth: the prefixes of that length that were continued, and what became of the continuations.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Generic

import numpy as np
import torch

from seq2seq_core.options import BeamOptions, ExactOptions, SearchOptions
from seq2seq_core.trace import NODE_BUDGET, PROVED, TIME_BUDGET, Doubles, Fate, ScoreRule

from .beam import beam_steps
from .constraints import Limits, allowed
from .depths import Depths, Node, merged
from .outputs import Outputs
from .scoring import rule_of
from .stepper import State, Stepper
from .steps import CANNOT_WIN, CUT_AT_MAXIMUM, FINISHED, LIVE, UNEXPLORED, Decoder, SearchStep, refuse_nan

Path = tuple[int, ...]


@dataclass(slots=True, eq=False)
class _Frame(Generic[State]):
    """A continued prefix, and the continuations that have not had their turn."""

    node: Node
    state: State
    log_prob_V: Doubles
    waiting: list[int]  # content tokens, the next one last


@dataclass(slots=True, eq=False)
class _Search(Generic[State]):
    """One source's search."""

    stepper: Stepper[State]
    options: ExactOptions
    rule: ScoreRule
    first: Path  # followed before anything else, whatever the budget
    depths: Depths
    best: float = -np.inf
    reason: str = PROVED
    followed: int = 0  # tokens of `first` that have been taken
    stack: list[_Frame[State]] = field(default_factory=list)

    def run(self, state: State) -> None:
        """Follow every path that may win."""
        deadline = time.monotonic() + self.options.max_seconds
        self._expand(self.depths.root, self.stepper.start_id, state)
        while self.stack:
            frame = self.stack[-1]
            if not frame.waiting or self._cannot_win(frame):
                self._leave(self.stack.pop())
            elif self._budget_ends(frame, deadline):
                break
            else:
                self.followed += self._on_first(frame.node)
                token = frame.waiting.pop()
                child = self.depths.add(frame.node, token, float(frame.log_prob_V[token]), LIVE)
                self._expand(child, token, self._copy(frame.state))
        for frame in self.stack:  # what stands next in each is where the unexplored begins
            self._leave(frame)
        self.depths.close(self.reason, self.best)

    def _expand(self, node: Node, token: int, state: State) -> None:
        """Ask the model what follows; the end, where it may, is an output at once."""
        answer = self.stepper.step(torch.tensor([token], device=self.stepper.device), state)
        self.depths.expand(node, answer, self.rule)
        prefix_1T = np.array(node.prefix(), dtype=np.int64).reshape(1, node.depth)
        end = self.stepper.end_id
        limits = Limits(np.array([self.depths.limit]))
        log_prob_V = allowed(answer.log_probs_RV, prefix_1T, self.options, end, limits)[0].cpu().double().numpy()
        refuse_nan(log_prob_V, node.depth + 1)
        if np.isfinite(log_prob_V[end]):
            self._finish(self.depths.add(node, end, float(log_prob_V[end]), FINISHED))
        rising_V = np.lexsort((-np.arange(len(log_prob_V)), log_prob_V)).tolist()
        waiting = [each for each in rising_V if each != end and np.isfinite(log_prob_V[each])]
        if self._on_first(node):
            wanted = self.first[node.depth]
            waiting = [each for each in waiting if each != wanted] + [wanted] * (wanted in waiting)
        frame = _Frame(node, answer.state, log_prob_V, waiting)
        if node.depth + 1 >= self.depths.limit:
            self._leave(frame)
        else:
            self.stack.append(frame)

    def _finish(self, node: Node) -> None:
        penalty = self.rule.penalty(self.rule.length(node.depth, ends=True))
        self.best = max(self.best, node.sum / penalty + self.rule.rewarded(node.depth - 1) + node.covered)

    def _cannot_win(self, frame: _Frame[State]) -> bool:
        total = frame.node.sum + float(frame.log_prob_V[frame.waiting[-1]])
        return self.rule.bound(total, self.depths.limit) <= self.best and not self._on_first(frame.node)

    def _on_first(self, node: Node) -> bool:
        """Whether the node's next token is that of the path that is followed first."""
        return node.depth == self.followed < len(self.first)

    def _leave(self, frame: _Frame[State]) -> None:
        """List the most probable of the continuations that are left aside."""
        if not frame.waiting:
            return
        token, depth = frame.waiting[-1], frame.node.depth + 1
        log_prob = float(frame.log_prob_V[token])
        wins_not = self.rule.bound(frame.node.sum + log_prob, self.depths.limit) <= self.best
        fate = CUT_AT_MAXIMUM if depth >= self.depths.limit else CANNOT_WIN if wins_not else UNEXPLORED
        self.depths.add(frame.node, token, log_prob, fate)

    def _copy(self, state: State) -> State:
        """Siblings begin from the same state, and a model may write into what it is given."""
        return self.stepper.select(state, torch.tensor([0], device=self.stepper.device))

    def _budget_ends(self, frame: _Frame[State], deadline: float) -> bool:
        if self._on_first(frame.node):
            return False
        if self.depths.expanded >= self.options.max_nodes:
            self.reason = NODE_BUDGET
        elif time.monotonic() > deadline:
            self.reason = TIME_BUDGET
        return self.reason != PROVED


def exact_steps(stepper: Stepper[State], options: ExactOptions, *, losers: int = 0) -> Iterator[SearchStep]:
    """Search every source of the stepper, one after the other; the steps of all come when the last has ended.

    Raises:
        InputError: the model gives NaN.
        OptionError: the score asks for coverage, and the model has no attention.
    """
    rule, searched = rule_of(options), []
    for source, first in enumerate(_beam_paths(stepper, options)):
        pieces = stepper.source_lengths[source]
        depths = Depths(pieces, options.resolve_max_length(pieces), keeps=losers > 0)
        search = _Search(stepper, options, rule, first, depths)
        search.run(stepper.select(stepper.start(), torch.tensor([source], device=stepper.device)))
        searched.append(depths)
    yield from merged(searched, rule, stepper.end_id)


def _beam_paths(stepper: Stepper[State], options: ExactOptions) -> list[Path]:
    """The tokens of a beam's best finished output for each source; none where nothing finished."""
    shared = {name: getattr(options, name) for name in SearchOptions.__dataclass_fields__}
    outputs = Outputs(len(stepper.source_lengths))
    for step in beam_steps(stepper, BeamOptions(**shared, beam_size=options.beam_size)):
        outputs.add(step)
    best = (outputs.hypotheses(source, lambda tokens: "", 1) for source in range(len(stepper.source_lengths)))
    return [found[0].tokens if found and found[0].fate is Fate.FINISHED else () for found in best]


EXACT: Final = Decoder(
    name="exact",
    options=ExactOptions,
    steps=exact_steps,
    losers=lambda options: 1,
    n_best=lambda options: 1,
    stop_rule=lambda options: PROVED,
)
