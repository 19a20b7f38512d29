"""The training loss: label-smoothed cross entropy over real target tokens.

Sizes: B pairs, T target positions, N target positions of a batch (B times T), V target vocabulary.
"""

from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torch.nn import functional

from seq2seq_core.models import Seq2Seq
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
    """Teacher forcing: the decoder reads the true prefix. Padding never reaches the output layer."""
    learnt = model.learn(batch.sources, batch.previous_BT, batch.next_BT != PAD_ID)
    return Predictions(learnt.scores_NV.float(), batch.next_BT.flatten()[learnt.place_N])
