"""Two perplexities, told apart: how well a model foretells the reference after the TRUE prefix, and after its own.

    teacher forced   exp of the mean of -log p(y_t | y_1 ... y_(t-1)): what training minimises
    free running     exp of the mean of -log p(y_t | z_1 ... z_(t-1)), where z is what the model itself writes greedily,
                     to the length of the reference: an end token that it writes earlier is read like any other

The mean is over all tokens of all references, end tokens included; what a token is depends on the tokenizer, and so do
both numbers. They are equal where the model writes the references; the distance is one measure of exposure bias.

Sizes: B pairs, T target positions.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from seq2seq_core.checkpoint import Checkpoint
from seq2seq_core.models import Seq2Seq
from seq2seq_core.tokenizer import PAD_ID
from seq2seq_core.training.batches import Batch, collate, epoch_order, tokenise
from seq2seq_core.training.teaching import OwnToken, always_true, stepwise

FORCED_NAME: Final = "perplexity (per token, teacher forced)"
FREE_NAME: Final = "perplexity (per token, free running to reference length)"
LEFT_OUT_NAME: Final = "pairs too long for perplexity"


@dataclass(frozen=True, slots=True)
class Perplexities:
    """Per token; infinite where the model gives a token of the references no probability."""

    forced: float
    free: float
    tokens: int  # of the references


def perplexities(model: Seq2Seq[Any], batches: Iterable[Batch]) -> Perplexities:
    """Both, over all batches, in evaluation mode.

    Raises:
        ValueError: there is no batch.
    """
    training, forced, free, tokens = model.training, 0.0, 0.0, 0
    model.eval()
    for batch in batches:
        forced -= float(reference_log_probs(model, batch, own_prefix=False).sum(dtype=torch.float64))
        free -= float(reference_log_probs(model, batch, own_prefix=True).sum(dtype=torch.float64))
        tokens += batch.target_tokens
    model.train(training)
    if not tokens:
        raise ValueError("perplexities need a batch")
    return Perplexities(_exp(forced / tokens), _exp(free / tokens), tokens)


@torch.inference_mode()
def reference_log_probs(model: Seq2Seq[Any], batch: Batch, *, own_prefix: bool) -> Tensor:
    """log p of the reference's token at every position, (B, T); zero on padding.

    Args:
        own_prefix: after what the model itself writes greedily, else after the true prefix.
    """
    if own_prefix:
        forced = stepwise(model, batch, always_true(batch.previous_BT), OwnToken.ARGMAX)
    else:
        forced = model.force(batch.sources, batch.previous_BT)
    log_probs_BTV = forced.scores_BTV.float().log_softmax(dim=-1)
    log_probs_BT = log_probs_BTV.gather(2, batch.next_BT.unsqueeze(2)).squeeze(2)
    return log_probs_BT.masked_fill(batch.next_BT == PAD_ID, 0.0)


def named_perplexities(
    checkpoint: Checkpoint, sources: Sequence[str], targets: Sequence[str], batch_tokens: int
) -> dict[str, float | str]:
    """Both over pairs of texts by their names; pairs beyond the caps of the model are left out and counted."""
    model, readers = checkpoint.model, (checkpoint.source_tokenizer, checkpoint.target_tokenizer)
    cap: int = model.config.source_cap
    longest = min(cap, getattr(model.config, "target_cap", cap + 1) - 1)  # one place for the start token
    pairs = tokenise(sources, targets, readers, longest, copies=model.copies)
    if not len(pairs):
        return {}
    device = next(model.parameters()).device
    order = epoch_order(pairs, batch_tokens, seed=0, epoch=0)
    found = perplexities(model, (collate(pairs, indices).to(device) for indices in order))
    named = {FORCED_NAME: _told(found.forced), FREE_NAME: _told(found.free)}
    return named | ({LEFT_OUT_NAME: pairs.skipped} if pairs.skipped else {})


def _exp(nats: float) -> float:
    """e to a number that may be too large for it."""
    return math.exp(nats) if nats < math.log(torch.finfo(torch.float64).max) else math.inf


def _told(value: float) -> float | str:
    """As a card can hold it: JSON has no infinity."""
    return round(value, 4) if math.isfinite(value) else "infinite"
