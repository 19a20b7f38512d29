"""Self-attention of one source and one output, as plain data: what a search does not keep and a page asks for.

Sizes: L layers, H heads, S source pieces, T pieces that the decoder read.
"""

from dataclasses import dataclass

from .data import Floats


@dataclass(frozen=True, slots=True, eq=False)
class SelfAttentionTrace:
    """Who looks at whom within the source, and within the output; rows look, columns are looked at, rows sum to 1."""

    source_tokens: tuple[str, ...]  # S labels
    target_tokens: tuple[str, ...]  # T labels: the start token, then the output without its end token
    encoder_LHSS: Floats
    decoder_LHTT: Floats  # zero above the diagonal: no position looks ahead
