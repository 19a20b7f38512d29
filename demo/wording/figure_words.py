"""The words figures need; the page passes them in, in its language.

Fields in braces are filled by `str.format`; the comment behind a field names them. A text may leave any of them out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from demo.wording.attention_words import ComparisonWords, HeadWords, PictureWords, SelfAttentionWords
from demo.wording.curve_words import CurveWords
from demo.wording.view_words import ViewWords
from seq2seq_core.trace import Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class StepperWords:
    """The controls that walk through a search."""

    first: str
    back: str
    forward: str
    last: str
    play: str
    pause: str
    slider: str
    keys: str  # one line that lists the keys
    elsewhere: str  # behind a caption, where the selected node is not in view; {step}, filled by the browser


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerWords:
    """The account of one candidate, shown when it is pointed at."""

    place: str  # {step} {rank} {candidates}
    sums: str  # {log_prob} {log_prob_sum}
    score: str  # {length} {penalty} {score}
    fates: Mapping[Fate, str]  # {margin}
    group: str  # of a parted beam; {group} {penalty}
    draws: str  # of several samples; {draws}


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeWords:
    """Everything the picture of a search says."""

    view: ViewWords
    stepper: StepperWords
    ledger: LedgerWords
    step_axis: str
    rank_axis: str
    start: str  # {source}
    expand: str  # {step} {candidates} {prefixes} {cut}
    expand_uncut: str  # {step} {candidates} {prefixes}
    expand_groups: str  # {step} {candidates} {prefixes}
    expand_drawn: str  # {step} {candidates} {prefixes}
    left_out: str  # follows `expand`, hence begins with its own punctuation; {count}
    prune: str  # {step} {live} {finished} {pruned}
    prune_drawn: str  # sampling; {step} {live} {finished} {pruned}
    prune_stopped: str  # the step at the maximum length; {step} {stopped} {finished} {pruned}
    result: str  # {text} {score} {step} {reason}
    nothing: str  # the search ended without an output; {step} {reason}
    reasons: Mapping[str, str]  # stop reasons of a trace -> words; an unknown one is shown as it is
    stop: str  # {step} {reason}
    live: str
    group: str  # {group}
    group_tokens: str  # in the trie; {group}
    drawn: str
    not_drawn: str
    finished: str
    stopped: str
    pruned: str
    best: str
    greedy: str
    leaves: str
    cut: str
    greedy_left: str  # {step} {token}
    greedy_stays: str
    greedy_outlives: str  # {step}
    rows_of_groups: str
    dots: str  # {marks} {limit}
    searches: Mapping[str, str]  # by the algorithm of a trace
    account: str  # {search} {source} {steps} {finished} {formula}
    account_hypothesis: str  # {place} {text} {score} {log_prob_sum} {length}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrieWords:
    """What the drawing of the outputs says beyond what the tree says."""

    tokens: str
    dead: str
    dead_head: str  # {count}
    dead_fates: Mapping[Fate, str]  # {count}
    dead_closest: str  # {token} {step}
    leaf: str  # {rank} {score}
    leaf_group: str  # {rank} {score} {group}
    leaf_draws: str  # {rank} {score} {draws}
    note: str
    left_out: str  # {count} {shown}
    account: str  # {shown} {finished} {source}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatmapWords:
    """Everything an attention heat map says."""

    view: ViewWords
    source_axis: str
    target_axis: str
    weight: str
    cell: str  # {source} {target} {weight}
    coverage: str
    coverage_cell: str  # {source} {sum}
    dropped: str  # {threshold} {pieces}
    repeated: str  # {threshold} {pieces}
    covered: str  # no piece is dropped or repeated; {low} {high}
    repeated_so_far: str  # of a prefix that may go on; {threshold} {pieces}
    covered_so_far: str  # {threshold}
    nothing: str  # the model has no attention
    account: str  # {source} {target}
    account_row: str  # {target} {source} {weight}
    head: str  # which head is shown, counted from 1; {layer} {head}
    centre: str  # the dots on the rows of local attention
    window: str  # the outlines around them; {half_width}
    centre_cell: str  # {centre}
    generate_axis: str  # the name of p_gen
    generate_cell: str  # {target} {generate}
    generate: str  # what p_gen is
    coverage_kept: str  # the model itself keeps the sums
    account_centres: str  # {values}
    account_generate: str  # {values}


@dataclass(frozen=True, slots=True, kw_only=True)
class BarWords:
    """Everything the bars of next tokens say."""

    view: ViewWords
    probability: str
    bar: str  # {token} {probability} {log_prob}
    nothing: str  # the node was not expanded
    account: str  # {tokens}


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureWords:
    """The words of every kind of figure, in one language."""

    tree: TreeWords
    trie: TrieWords
    heatmap: HeatmapWords
    bars: BarWords
    heads: HeadWords
    picture: PictureWords
    self_attention: SelfAttentionWords
    comparison: ComparisonWords
    curve: CurveWords
