"""A tree that was not searched step by step, put into steps: one for each depth.

Sizes: A sources, R continued prefixes of a depth, N nodes of a depth, S source pieces, V vocabulary.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.errors import OptionError
from seq2seq_core.options import CoverageRule
from seq2seq_core.trace import ROOT, Doubles, ScoreRule

from .scoring import scores_of
from .stepper import State, StepAnswer
from .steps import CANNOT_WIN, IMPOSSIBLE, LIVE, UNEXPLORED, Codes, SearchStep, padded


@dataclass(slots=True, eq=False)
class Node:
    """A prefix: its last token and the way to it."""

    parent: "Node | None"
    token: int
    log_prob: float
    sum: float
    fate: int
    depth: int  # tokens, an end token counted
    covered: float = 0.0  # what its score gets for coverage
    index: int = ROOT  # among the nodes of its depth, once they are in order
    coverage_S: Doubles | None = None  # attention along the way, where the rule asks for it
    next_covered: float = 0.0  # what its continuations get for coverage

    def prefix(self) -> tuple[int, ...]:
        """Its tokens."""
        tokens: list[int] = []
        node: Node | None = self
        while node is not None and node.parent is not None:
            tokens.append(node.token)
            node = node.parent
        return tuple(reversed(tokens))


@dataclass(slots=True, eq=False)
class _Kept:
    """What a trace wants of the model's answer for one continued prefix."""

    node: Node
    log_probs_V: Tensor
    attention_S: Tensor | None
    evidence: Mapping[str, Tensor]


@dataclass(slots=True, eq=False)
class Depths:
    """The nodes of one source's search, by depth."""

    pieces: int  # of the source
    limit: int  # the maximum length
    keeps: bool  # whether the model's answers are kept for a trace
    root: Node = field(default_factory=lambda: Node(None, -1, 0.0, 0.0, LIVE, 0))
    levels: list[list[Node]] = field(default_factory=list)  # at place d - 1 the nodes of depth d
    answers: list[list[_Kept]] = field(default_factory=list)  # at place d those of the prefixes of depth d
    expanded: int = 0
    reason: str = ""
    best: float = -np.inf

    def add(self, parent: Node, token: int, log_prob: float, fate: int) -> Node:
        """A continuation."""
        node = Node(parent, token, log_prob, parent.sum + log_prob, fate, parent.depth + 1, parent.next_covered)
        while len(self.levels) < node.depth:
            self.levels.append([])
        self.levels[node.depth - 1].append(node)
        return node

    def expand(self, node: Node, answer: StepAnswer[State], rule: ScoreRule) -> None:
        """Take the model's answer to one prefix.

        Raises:
            OptionError: the rule asks for coverage, and the model has no attention.
        """
        self.expanded += 1
        attention_1S = answer.attention_RS
        if rule.coverage is not CoverageRule.NONE:
            if attention_1S is None:
                raise OptionError(f"coverage needs a model with attention, got '{rule.coverage}' and one without")
            before_S = 0.0 if node.parent is None or node.parent.coverage_S is None else node.parent.coverage_S
            node.coverage_S = before_S + attention_1S[0, : self.pieces].detach().cpu().double().numpy()
            node.next_covered = rule.covered(node.coverage_S)
        while len(self.answers) <= node.depth:
            self.answers.append([])
        empty = answer.log_probs_RV.new_zeros(1)
        kept = _Kept(node, empty, None, {})
        if self.keeps:
            attention_S = None if attention_1S is None else attention_1S[0].clone()
            evidence = {name: value[0].clone() for name, value in answer.evidence.items()}
            kept = _Kept(node, answer.log_probs_RV[0].clone(), attention_S, evidence)
        self.answers[node.depth].append(kept)

    def close(self, reason: str, best: float) -> None:
        """The search has ended: put the nodes of every depth into the order of a step."""
        self.reason, self.best = reason, best
        for level in self.levels:
            level.sort(key=lambda node: (-node.sum, node.parent.index if node.parent else ROOT, node.token))
            for index, node in enumerate(level):
                node.index = index
        for answers in self.answers:
            answers.sort(key=lambda kept: kept.node.index)

    def level(self, number: int) -> Sequence[Node]:
        """The nodes of a depth."""
        return self.levels[number - 1] if number <= len(self.levels) else ()


def merged(searched: Sequence[Depths], rule: ScoreRule, end_id: int) -> Iterator[SearchStep]:
    """The depths of all sources as steps of one search."""
    last = [max(len(depths.levels), 1) for depths in searched]
    for number in range(1, max(last, default=0) + 1):
        sources = [source for source, depth in enumerate(last) if depth >= number]
        ended = {source: searched[source].reason for source in sources if last[source] == number}
        yield _step(searched, sources, number, (rule, end_id), ended)


def _step(
    searched: Sequence[Depths], sources: list[int], number: int, terms: tuple[ScoreRule, int], ended: dict[int, str]
) -> SearchStep:
    (rule, end_id), levels = terms, [searched[source].level(number) for source in sources]
    answers = [searched[source].answers[number - 1] for source in sources]
    token_AN, sum_AN = padded(levels, "token", 0), padded(levels, "sum", -np.inf)
    fate_AN, covered_AN = padded(levels, "fate", IMPOSSIBLE).astype(np.int8), padded(levels, "covered", 0.0)
    covers = rule.coverage is not CoverageRule.NONE
    rows = [kept for each in answers for kept in each]
    return SearchStep(
        number=number,
        scores=scores_of(rule, number, sum_AN, token_AN == end_id, covered_AN if covers else None),
        source_A=np.array(sources),
        offset_A=np.concatenate([[0], np.cumsum([len(each) for each in answers])]),
        expanded_R=np.array([kept.node.index for kept in rows]),
        log_probs_RV=torch.stack([kept.log_probs_V for kept in rows]),
        attention_RS=_stacked([kept.attention_S for kept in rows]),
        evidence={name: torch.stack([kept.evidence[name] for kept in rows]) for name in rows[0].evidence},
        parent_AN=padded([[_parent(node) for node in level] for level in levels], "index", ROOT),
        token_AN=token_AN,
        log_prob_AN=padded(levels, "log_prob", -np.inf),
        log_prob_sum_AN=sum_AN,
        margin_AN=_margins([searched[source] for source in sources], levels, rule, fate_AN),
        fate_AN=fate_AN,
        count_A=np.array([len(level) for level in levels]),
        ended=ended,
    )


def _parent(node: Node) -> Node:
    assert node.parent is not None
    return node.parent


def _margins(searched: Sequence[Depths], levels: Sequence[Sequence[Node]], rule: ScoreRule, fate_AN: Codes) -> Doubles:
    """How far the bound of what was left aside lies below the best output; above it, where the budget ended."""
    margin_AN = np.zeros(fate_AN.shape)
    for row, (depths, level) in enumerate(zip(searched, levels, strict=True)):
        for at, node in enumerate(level):
            if node.fate in (CANNOT_WIN, UNEXPLORED) and np.isfinite(depths.best):
                margin_AN[row, at] = depths.best - rule.bound(node.sum, depths.limit)
    return margin_AN


def _stacked(parts: Sequence[Tensor | None]) -> Tensor | None:
    found = [part for part in parts if part is not None]
    return torch.stack(found) if found else None
