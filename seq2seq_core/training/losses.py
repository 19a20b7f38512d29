"""The training loss: label-smoothed cross entropy over real target tokens.

Sizes: B pairs, T target positions, N target positions of a batch (B times T), V target vocabulary.
"""

from dataclasses import dataclass
from typing import Any

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
        return functional.cross_entropy(
            self.logits_NV, self.next_N, label_smoothing=label_smoothing, ignore_index=PAD_ID, reduction="sum"
        )

    def right(self) -> int:
        """How many real positions have the true token's logit highest."""
        right_N = (self.logits_NV.argmax(dim=-1) == self.next_N) & (self.next_N != PAD_ID)
        return int(right_N.sum())


def predict(model: Seq2Seq[Any], batch: Batch) -> Predictions:
    """Teacher forcing: the decoder reads the true prefix.

    Padding goes through the output layer too: batches are sorted by target length, so there is 3 % of it, and picking
    the real positions costs more (its gradient is a scatter) than it saves.
    """
    return predictions(model.force(batch.sources, batch.previous_BT), batch)


def predictions(forced: Forced, batch: Batch) -> Predictions:
    """What was given for all positions, whatever prefix the decoder read."""
    return Predictions(forced.scores_BTV.flatten(0, 1).float(), batch.next_BT.flatten())


def predict_language(model: Seq2Seq[Any], batch: Batch) -> Predictions:
    """Teacher forcing with nothing of the source: the decoder as a language model of the targets."""
    if not isinstance(model, RecurrentSeq2Seq):
        raise TypeError(f"a decoder without a source needs a recurrent model, got {type(model).__name__}")
    return Predictions(model.force_language(batch.previous_BT).flatten(0, 1).float(), batch.next_BT.flatten())
