"""Self-attention of the selected output: of both sides one head large, and all heads to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from demo.figures.bundle import Bundle
from demo.figures.heads import Head
from demo.figures.self_maps import Side, draw_self_heads, draw_self_map, within
from demo.tabs.parts.data import Data
from demo.tabs.parts.heads import choice_data
from demo.wording import Words
from seq2seq_core.trace import SelfAttentionTrace


@dataclass(frozen=True, slots=True, eq=False)
class SelfSelection:
    """What the page remembers while it is shown: the weights, and the head chosen of either side."""

    trace: SelfAttentionTrace
    heads: Mapping[Side, Head]

    def by(self, side: Side, head: Head) -> "SelfSelection":
        return replace(self, heads={**self.heads, side: head})


@dataclass(frozen=True, slots=True, eq=False)
class SideView:
    """What the page shows of one side."""

    choice: Data
    large: Bundle
    little: Bundle


def sharpest_of(trace: SelfAttentionTrace) -> SelfSelection:
    """A fresh result shows the sharpest head of either side."""
    return SelfSelection(trace, {side: within(trace, side).sharpest for side in Side})


def side_view(chosen: SelfSelection, side: Side, words: Words) -> SideView:
    shown, head, texts = within(chosen.trace, side), chosen.heads[side], words.figures.self_attention
    return SideView(
        choice=choice_data(shown.heads, head, shown.sharpest, little_id(side), words),
        large=draw_self_map(shown, head, texts),
        little=draw_self_heads(shown, head, texts),
    )


def little_id(side: Side) -> str:
    """The view of the little maps."""
    return f"self-{side}-heads"
