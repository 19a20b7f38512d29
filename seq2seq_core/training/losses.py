"""The training loss: label-smoothed cross entropy over real target tokens.

Sizes: B pairs, T target positions, N real target positions, V target vocabulary.
"""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from seq2seq_core.models import RecurrentSeq2Seq
from seq2seq_core.tokenizer import PAD_ID
from seq2seq_core.training.batches import Batch


@dataclass(frozen=True, slots=True)
class Predictions:
    """What the model gave for each real target token of a batch."""

    logits_NV: Tensor  # float32
    next_N: Tensor  # the true tokens

    def loss(self, label_smoothing: float = 0.0) -> Tensor:
        """Summed cross entropy in nats; smoothing mixes the true token with all tokens evenly (Szegedy 2016)."""
        return functional.cross_entropy(
            self.logits_NV, self.next_N, label_smoothing=label_smoothing, reduction="sum"
        )

    def right(self) -> int:
        """How many tokens have the highest logit."""
        return int((self.logits_NV.argmax(dim=-1) == self.next_N).sum())


def predict(model: RecurrentSeq2Seq, batch: Batch) -> Predictions:
    """Teacher forcing: the decoder reads the true prefix. Padding is dropped before the output layer."""
    features_BTE, _ = model.features(batch.source_BS, batch.lengths_B, batch.previous_BT)
    real_BT = batch.next_BT != PAD_ID
    return Predictions(model.logits(features_BTE[real_BT]).float(), batch.next_BT[real_BT])
