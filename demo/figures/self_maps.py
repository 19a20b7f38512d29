"""Self-attention of a Transformer: who looks at whom within the source, and within what the decoder has read.

Rows look, columns are looked at, and both carry the same pieces. A cell that a row may not look at stays empty: the
decoder's rows see themselves and what stands before them.

Sizes: T pieces, L layers, H heads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from demo.figures.bundle import Bundle
from demo.figures.comparison import draw_maps
from demo.figures.comparison_layout import Map
from demo.figures.head_maps import draw_head_rows
from demo.figures.heads import Head, choice_label, entropies_of, sharpest
from demo.figures.heatmap_layout import Alignment
from demo.wording.attention_words import SelfAttentionWords
from seq2seq_core.trace import Floats, SelfAttentionTrace

ROOM_PX: Final = 560  # half of a wide screen: the other half is the other side's


class Side(StrEnum):
    """Whose self-attention."""

    ENCODER = "encoder"
    DECODER = "decoder"


@dataclass(frozen=True, slots=True, eq=False)
class Within:
    """One side: its pieces, and how they look at each other; NaN where a row may not look."""

    pieces: tuple[str, ...]
    rows_TLHT: Floats

    @property
    def sharpest(self) -> Head:
        """The head with the lowest entropy: the one to show first."""
        return sharpest(entropies_of(self.rows_TLHT))

    def head(self, reported: tuple[int, int] | None) -> Head | None:
        """The reported (layer, head) if there is such a head: what a browser says may be forged."""
        head = Head(*reported) if reported else None
        return head if head in self.heads else None

    @property
    def heads(self) -> tuple[Head, ...]:
        """All heads, layer by layer."""
        _, layers, heads, _ = self.rows_TLHT.shape
        return tuple(Head(layer, head) for layer in range(layers) for head in range(heads))


def _encoder(trace: SelfAttentionTrace) -> Within:
    return Within(trace.source_tokens, np.moveaxis(trace.encoder_LHSS, 2, 0))


def _decoder(trace: SelfAttentionTrace) -> Within:
    later_TT = np.triu(np.ones(trace.decoder_LHTT.shape[-2:], dtype=bool), 1)
    masked_LHTT = np.where(later_TT, np.float32(np.nan), trace.decoder_LHTT)
    return Within(trace.target_tokens, np.moveaxis(masked_LHTT, 2, 0))


SIDES: Final[dict[Side, Callable[[SelfAttentionTrace], Within]]] = {Side.ENCODER: _encoder, Side.DECODER: _decoder}


def within(trace: SelfAttentionTrace, side: Side) -> Within:
    """One side of a sentence's self-attention."""
    return SIDES[side](trace)


def draw_self_map(shown: Within, head: Head, words: SelfAttentionWords) -> Bundle:
    """One head, large."""
    rows_TT = shown.rows_TLHT[:, head.layer, head.head]
    alignment = Alignment((), shown.pieces, shown.pieces, rows_TT, head=head)
    name = choice_label(head, words.heads)
    return draw_maps([Map(name, shown.pieces, shown.pieces, alignment, None)], words.maps, room=ROOM_PX)


def draw_self_heads(shown: Within, head: Head, words: SelfAttentionWords) -> Bundle:
    """All heads as little maps, the given one wearing the ring; a click reports (layer, head), see `Within.head`."""
    return draw_head_rows(shown.rows_TLHT, words.heads, chosen=head)
