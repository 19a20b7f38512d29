"""The words the page needs; `english.py` and `chinese.py` fill them.

Fields in braces are filled by `str.format`; the comment behind a field names them. A text may leave any of them out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .architectures import ArchitectureWords
from .attention_section_words import HeatmapSectionWords, SelfAttentionSectionWords
from .gallery_words import CardWords, GalleryWords
from .search_words import SearchWords
from .trace_file_words import TraceFileWords
from .what_if_words import WhatIfWords


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameWords:
    """What surrounds the tabs."""

    title: str
    tagline: str
    language: str
    footer: str
    failed: str
    crowded: str  # {waiting}
    too_large: str  # {limit}
    unread: str
    forgotten: str
    lost: str
    reload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputWords:
    """The sentence and the controls."""

    sentence: str  # {what} {limit}
    placeholder: str
    translate: str
    examples: str
    reasons: Mapping[str, str]  # by an example's kind
    reason_and_note: str  # {reason} {note}
    seed: str
    seed_info: str
    temperature: str
    temperature_info: str
    sample: str
    beam_size: str
    beam_size_info: str
    alpha: str
    alpha_info: str
    more: str
    max_length: str
    max_length_info: str  # {limit}
    min_length: str
    min_length_info: str
    stop_rule: str
    stop_rule_info: str
    stop_rules: Mapping[str, str]  # by a rule's name


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWords:
    """What the page says when there is nothing to show yet, or never will be."""

    hint: str
    loading: str
    busy: str
    gone: str
    problems: Mapping[str, str]  # by a problem's name; braces as the problem's values


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultWords:
    """Greedy and beam side by side."""

    title: str
    explain: str
    greedy: str
    sample: str  # {seed} {temperature}
    beam: str  # {beam_size}
    empty: str
    pieces: str
    pieces_hint: str
    parting: str
    show_attention: str
    attention_shown: str
    show_numbers: str
    numbers_shown: str
    log_prob_sum: str
    length: str
    penalty: str
    score: str
    found: str
    found_value: str  # {winner} {last}
    stopped: str
    reasons: Mapping[str, str]
    time: str
    milliseconds: str  # {time}
    from_cache: str  # {time}
    formula: str  # {alpha}
    reference: str
    no_output: str
    verdicts: Mapping[str, str]  # by a verdict's kind; {nats} {score} signed, {nats_size} {score_size} {times}
    notes: Mapping[str, str]  # {greedy_length} {beam_length}
    sampled: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NBestWords:
    """The finished pool, ranked for the alpha of the moment. The browser fills the braces."""

    title: str
    explain: str
    alpha: str
    rank: str
    change: str
    output: str
    log_prob_sum: str
    length: str
    length_explained: str
    penalty: str
    score: str
    same: str
    up: str  # {by}
    down: str  # {by}
    cut: str
    now: str  # {alpha} {searched}
    at_search: str  # {alpha}
    formula: str  # {alpha}
    winner_changes: str  # {changes}
    winner_change: str  # {alpha} {before} {after}
    winner_stays: str
    order_changes: str  # {alphas}
    search_free: str
    search_same: str  # {step}
    search_earlier: str  # {alpha} {step} {last}
    search_later: str  # {alpha} {last}
    search_ranges: str  # {ranges}
    search_range: str  # {low} {high} {step}
    search_range_later: str  # {low} {high} {last}
    again: str  # {alpha}


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSectionWords:
    """The heading over the tree."""

    title: str
    explain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelWords:
    """The one side panel: all about the selected node."""

    title: str
    explain: str
    start: str
    node: str  # {token} {step} {rank}
    greedy_node: str  # {token} {step} {rank}
    sample_node: str  # {token} {step} {rank}
    fates: Mapping[str, str]  # {margin}
    fate: str
    prefix: str
    ledger: str
    step: str
    token: str
    log_prob: str
    running: str
    length_explained: str
    penalty: str
    score: str
    score_is: str
    attention: str
    attention_of: str  # {head}
    no_attention: str
    next_tokens: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWords:
    """All words of the page, in one language."""

    frame: FrameWords
    translate: str  # the tab
    gallery: GalleryWords
    card: CardWords
    architectures: ArchitectureWords
    input: InputWords
    message: MessageWords
    result: ResultWords
    nbest: NBestWords
    tree: TreeSectionWords
    search: SearchWords
    panel: PanelWords
    heatmap: HeatmapSectionWords
    self_attention: SelfAttentionSectionWords
    what_if: WhatIfWords
    trace_file: TraceFileWords
