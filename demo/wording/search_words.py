"""The words around the tree: its layouts, the ledger of a step, the health of the search; `search.py` fills them.

Fields in braces are filled by `str.format`, or by the browser where a comment says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from seq2seq_core.trace import Ban, Fate, Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutWords:
    """The switch between the two drawings of a search."""

    label: str
    tree: str
    trie: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PruningWords:
    """The candidates of the step in view. The browser fills the braces."""

    title: str
    before: str  # at the start token
    summary: str  # {step} {candidates} {live} {finished} {pruned}
    summary_drawn: str  # sampling; {step} {candidates} {live} {finished} {pruned}
    explain: str  # what the order and the line mean
    explain_groups: str
    explain_drawn: str
    explain_exact: str
    explain_end: str  # where an end token fell
    rank: str
    token: str
    after: str
    log_prob: str
    sum: str
    key: str  # what the step is ranked by, where that is not the sum
    draws: str
    fate: str
    fates: Mapping[Fate, str]  # {margin}
    cut: str  # {key}
    group: str  # {group}
    penalty: str  # {penalty}
    penalty_decides: str  # {penalty} {above}
    forbidden: str  # heading
    bans: Mapping[Ban, str]
    more: str  # {count}
    ended: str  # {reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthWords:
    """How well the search did. Every number has a line that says what it is."""

    title: str
    summary: str  # {distinct} {outputs} {mass}
    distinct: str
    distinct_value: str  # {distinct} {outputs}
    distinct_means: str
    mass: str
    mass_means: str
    closest: str
    closest_value: str  # {margin} {step}
    closest_none: str
    closest_means: str
    collapse: str
    collapse_value: str  # {shared} {step}
    collapse_none: str
    collapse_means: str  # {survivors} {shared} {step} {tokens}
    collapse_nothing: str  # {survivors} {step}
    collapse_single: str
    outputs_share: str
    outputs_share_value: str  # {shared}
    outputs_share_means: str
    proof: str
    proofs: Mapping[Proof, str]
    proofs_mean: Mapping[Proof, str]
    steps: str  # heading of the table
    steps_means: str
    step: str
    margin: str
    survivors: str
    shared: str
    entropy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchWords:
    """All of them."""

    layout: LayoutWords
    pruning: PruningWords
    health: HealthWords
