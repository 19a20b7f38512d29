"""The training loss: label-smoothed cross entropy over real target tokens.

Sizes: B pairs, T target positions, N target positions of a batch (B times T), V target vocabulary.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from seq2seq_core.models import Forced, RecurrentSeq2Seq, Seq2Seq
from seq2seq_core.tokenizer import PAD_ID
from seq2seq_core.training.batches import Batch


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the model gave for each target position of a batch; padded positions count nowhere."""

    logits_NV: Tensor  # float32; log-probabilities where the model mixes distributions, which a softmax leaves alone
    next_N: Tensor  # the true tokens

    @property
    def tokens(self) -> int:
        """Real positions."""
        return int((self.next_N != PAD_ID).sum())

    def loss(self, label_smoothing: float = 0.0) -> Tensor:
        """Summed cross entropy in nats; smoothing mixes the true token with all tokens evenly (Szegedy 2016)."""
        return cross_entropy(self.logits_NV, self.next_N, label_smoothing)

    def right(self) -> int:
        """How many real positions have the true token's logit highest."""
        right_N = (self.logits_NV.argmax(dim=-1) == self.next_N) & (self.next_N != PAD_ID)
        return int(right_N.sum())


def predict(model: Seq2Seq[Any], batch: Batch) -> Predictions:
    """Teacher forcing: the decoder reads the true prefix. Padding never reaches the output layer."""
    learnt = model.learn(batch.sources, batch.previous_BT, batch.next_BT != PAD_ID)
    return Predictions(learnt.scores_NV.float(), batch.next_BT.flatten()[learnt.place_N])


def predictions(forced: Forced, batch: Batch) -> Predictions:
    """What was given for all positions, whatever prefix the decoder read."""
    return Predictions(forced.scores_BTV.flatten(0, 1).float(), batch.next_BT.flatten())


def predict_language(model: Seq2Seq[Any], batch: Batch) -> Predictions:
    """Teacher forcing with nothing of the source: the decoder as a language model of the targets."""
    if not isinstance(model, RecurrentSeq2Seq):
        raise TypeError(f"a decoder without a source needs a recurrent model, got {type(model).__name__}")
    return Predictions(model.force_language(batch.previous_BT).flatten(0, 1).float(), batch.next_BT.flatten())


def cross_entropy(logits_NV: Tensor, next_N: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Summed over real positions, as torch's of the same name, with fewer passes over the logits."""
    if torch.compiler.is_compiling():  # which writes such passes itself
        return functional.cross_entropy(
            logits_NV.float(), next_N, label_smoothing=label_smoothing, ignore_index=PAD_ID, reduction="sum"
        )
    loss: Tensor = _CrossEntropy.apply(logits_NV, next_N, label_smoothing)  # type: ignore[no-untyped-call]
    return loss


class _CrossEntropy(torch.autograd.Function):
    """-sum over v of q(v) log p(v), q = 1 - s on the true token and s / V everywhere; its gradient is p - q.

    Nothing as large as the logits is made but the log-probabilities and the gradient.
    """

    @staticmethod
    def forward(ctx: Any, logits_NV: Tensor, next_N: Tensor, smoothing: float) -> Tensor:
        log_probs_NV = logits_NV.log_softmax(dim=-1, dtype=torch.float32)
        real_N = next_N != PAD_ID
        loss_N = (smoothing - 1) * log_probs_NV.gather(1, next_N[:, None]).squeeze(1)
        if smoothing:
            # not of log_probs: where a model says 0 there is an infinity, which torch's smoothing gives back as well
            loss_N = loss_N - smoothing * log_probs_NV.mean(dim=-1)
        ctx.save_for_backward(log_probs_NV, next_N, real_N)
        ctx.smoothing, ctx.dtype = smoothing, logits_NV.dtype
        return torch.where(real_N, loss_N, 0.0).sum()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        log_probs_NV, next_N, real_N = ctx.saved_tensors
        scale_N1 = (gradients[0] * real_N)[:, None]
        gradient_NV = log_probs_NV.exp()
        if ctx.smoothing:
            gradient_NV.sub_(ctx.smoothing / log_probs_NV.size(1))
        gradient_NV.scatter_add_(1, next_N[:, None], gradient_NV.new_full((len(next_N), 1), ctx.smoothing - 1))
        return gradient_NV.mul_(scale_N1).to(ctx.dtype), None, None
