"""Self-attention of a Transformer, computed on demand for one sentence: a search does not keep it.

Sizes: L layers, H heads, S source positions, T target positions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from seq2seq_core.errors import InputError
from seq2seq_core.models.base import Sources
from seq2seq_core.models.transformer import TransformerSeq2Seq


@dataclass(frozen=True, slots=True)
class SelfAttention:
    """Who looks at whom on one side; float32 on the CPU, rows are queries and sum to one."""

    encoder_LHSS: Tensor
    decoder_LHTT: Tensor  # lower-triangular: no position looks ahead


@torch.inference_mode()
def self_attention(model: TransformerSeq2Seq, source_ids: Sequence[int], target_ids: Sequence[int]) -> SelfAttention:
    """The weights of all layers and heads, of a model in evaluation mode.

    Args:
        source_ids: the tokens of one source.
        target_ids: the tokens that the decoder reads: the start token, then the target without its end token.

    Raises:
        InputError: one of the two is empty, or longer than learned positions.
    """
    if not source_ids or not target_ids:
        got = f"{len(source_ids)} and {len(target_ids)}"
        raise InputError(f"self-attention needs at least one source and one target token, got {got}")
    device = next(model.parameters()).device
    sources = Sources.pad([source_ids], device)
    read = model.encode(sources)
    written = model.decode(torch.tensor([target_ids], device=device), model.begin(sources))
    return SelfAttention(read.weights_BLHSS[0].cpu(), written.self_BLHTC[0].cpu())
