"""The part 'Attention' of a selection: the heat map of a text, the picture of a picture, or why there is neither."""

from dataclasses import dataclass, replace
from typing import Final

from demo.figures.bundle import Bundle
from demo.figures.head_maps import draw_heads
from demo.figures.heads import alignment_entropy, attention_choices, default_choice, heads_of
from demo.figures.heatmap import heatmap_bundle
from demo.figures.picture import draw_picture, draw_picture_attention, draw_picture_steps
from demo.figures.picture_layout import patches
from demo.figures.walk import START, Node
from demo.service import SourceKind
from demo.tabs.parts.data import Data
from demo.tabs.parts.heads import choice_data
from demo.tabs.parts.node import caption_text
from demo.tabs.parts.selection import Selection
from demo.wording import Words

LITTLE: Final = "heads"  # the view of the small multiples


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionView:
    """What the part shows; None where there is nothing of the kind."""

    caption: str  # whose attention it is, or why there is none
    how_to: str = ""
    large: Bundle | None = None
    choice: Data | None = None  # of the head, where there are several
    little: Bundle | None = None
    little_title: str = ""


def attention_view(chosen: Selection, words: Words) -> AttentionView:
    """What there is to see of where the model looked."""
    texts, trace = words.page.heatmap, chosen.trace
    kind = chosen.decoded.entry.source
    if kind is SourceKind.PICTURE:
        return _picture(chosen, words)
    if kind in (SourceKind.NONE, SourceKind.TABLE):
        return AttentionView(caption=texts.table if kind is SourceKind.TABLE else texts.no_source)
    if not trace.steps or trace.steps[0].attention_ES is None:
        return AttentionView(caption=texts.no_attention)
    if len(trace.source_tokens) == 1:
        return AttentionView(caption=texts.one_piece)
    if chosen.node == START:
        return AttentionView(caption=texts.of_start)
    return _map(chosen, words)


def _map(chosen: Selection, words: Words) -> AttentionView:
    trace, node = chosen.trace, chosen.node
    several = len(heads_of(trace)) > 1
    return AttentionView(
        caption=caption_text(chosen, words.page),
        how_to=words.page.heatmap.how_to,
        large=heatmap_bundle(trace, node, words.figures.heatmap, head=chosen.head),
        choice=head_data(chosen, words) if several else None,
        little=draw_heads(trace, node, words.figures.heads, chosen=chosen.head) if several else None,
        little_title=words.page.heatmap.all_heads,
    )


def _picture(chosen: Selection, words: Words) -> AttentionView:
    """The picture under the attention of one token; below it that of every token."""
    trace, node, texts = chosen.trace, chosen.node, words.page.heatmap
    figures = words.figures.picture
    if node == START or not trace.steps or trace.steps[0].attention_ES is None:
        caption = texts.of_start if node == START else texts.no_attention
        return AttentionView(caption=caption, large=draw_picture(trace.source, figures))
    if trace.grid == (1, 1):
        return AttentionView(caption=texts.one_patch, large=draw_picture(trace.source, figures))
    return AttentionView(
        caption=caption_text(chosen, words.page),
        large=draw_picture_attention(trace, _telling(chosen), figures, output=node),
        little=replace(draw_picture_steps(trace, node, figures), chosen=_telling(chosen)),
        little_title=texts.all_tokens,
    )


def _telling(chosen: Selection) -> Node:
    """The token to look at: the one in focus; of a whole output the one that looks at the fewest patches.

    The end token, which ends it, stands for no place.
    """
    if chosen.token and chosen.token != START:
        return chosen.token
    shown = patches(chosen.trace, chosen.node) if chosen.is_complete else None
    if shown is None or len(shown.nodes) < 2:
        return chosen.node
    entropies = [alignment_entropy(row_S[None]) for row_S in shown.weights_TS[:-1]]
    return shown.nodes[entropies.index(min(entropies))]


def head_data(chosen: Selection, words: Words) -> Data:
    """The mean of all heads and every head; the sharpest is that of the beam's best output."""
    ends = chosen.decoded.beam.hypotheses[:1]
    sharpest = default_choice(chosen.decoded.beam, ends[0]) if ends else None
    return choice_data(attention_choices(chosen.trace), chosen.head, sharpest, LITTLE, words)
