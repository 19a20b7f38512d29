"""The words of attention in small multiples: heads, pictures, several models; `attention_figures.py` fills them.

Fields in braces are filled by `str.format`; the comment behind a field names them. Layers and heads count from 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .view_words import ViewWords


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadWords:
    """The heads of a model with several."""

    view: ViewWords
    mean: str  # the choice of all heads on average
    choice: str  # {layer} {head}
    title: str  # above a little map; {layer} {head}
    weight: str
    hover: str  # {layer} {head} {entropy}
    hover_silent: str  # a head that attends to nothing; {layer} {head}
    sharpest: str  # legend of the frame; {layer} {head} {entropy}
    how_to: str  # what the maps are, and what a click does
    left_out: str  # {shown} {heads}
    nothing: str  # the trace does not tell heads apart
    account: str  # {layers} {heads}
    account_head: str  # {layer} {head} {entropy}


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWords:
    """A picture, and where a model looked in it."""

    view: ViewWords
    picture: str  # account of the picture alone; {side} {colours}
    colours: Mapping[str, str]  # by the palette's English name
    weight: str
    patch: str  # {target} {patch} {weight}
    token: str  # hover text of a little picture; {target} {patch} {weight}
    shown: str  # {target} {most}
    how_to: str
    nothing: str  # the model has no attention over patches
    account_row: str  # {target} {patch} {weight}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonWords:
    """Attention of several models over one input."""

    view: ViewWords
    weight: str
    cell: str  # {target} {source} {weight}
    no_attention: str
    no_source: str  # a language model
    no_output: str  # the search found none
    how_to: str
    account: str  # {name} {output}
    account_row: str  # {target} {source} {weight}


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfAttentionWords:
    """Self-attention: within the source, within the output."""

    maps: ComparisonWords  # one map of one head; its name is that of the head
    heads: HeadWords
