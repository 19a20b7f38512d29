"""The words of the page about attention, around the figures; `attention_sections.py` fills them.

Fields in braces are filled by `str.format`; the comment behind a field names them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatmapSectionWords:
    """The heading over the attention, whose it is, or why there is none to show."""

    title: str
    explain: str
    how_to: str  # read the heat map
    choice: str  # label of the choice of a head
    sharpest: str  # {head}
    all_heads: str
    all_tokens: str
    no_source: str
    table: str  # why a printed table has none
    no_attention: str
    one_piece: str
    one_patch: str
    of_hypothesis: str  # {rank} {text}
    of_prefix: str  # {step} {text} {fate}
    of_greedy: str  # {text}
    of_greedy_prefix: str  # {step} {text} {fate}
    of_sample: str  # {text}
    of_sample_prefix: str  # {step} {text} {fate}
    of_start: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfAttentionSectionWords:
    """The part that is computed when it is opened."""

    title: str
    explain: str
    encoder: str
    decoder: str
