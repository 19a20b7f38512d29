"""What a training minimises: a module, so that every process of a distributed training can wrap the same one.

Everything that changes what is minimised has a file of its own beside this one and is called from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from seq2seq_core.models import Seq2Seq
from seq2seq_core.training.attention_losses import attention_losses
from seq2seq_core.training.batches import Batch
from seq2seq_core.training.config import TrainingOptions
from seq2seq_core.training.losses import predict, predictions
from seq2seq_core.training.teaching import epsilon, teach


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in a training an update happens: all that a schedule may look at."""

    update: int  # of the coming update, from 1
    tokens: int  # target tokens learnt from before it


@dataclass(frozen=True, slots=True)
class Taught:
    """What one batch gives."""

    loss: Tensor  # to be minimised: a sum over the batch's real target tokens, in nats
    parts: Mapping[str, Tensor] = field(
        default_factory=dict
    )  # further sums for the log, without a gradient and their weights


class Objective(nn.Module):
    """A model and how it is taught."""

    def __init__(self, model: Seq2Seq[Any], options: TrainingOptions) -> None:
        super().__init__()
        self.model, self.options = model, options

    def forward(self, batch: Batch, moment: Moment) -> Taught:
        """Cross entropy after the prefix that the options teach with, with their label smoothing and added losses."""
        truth, smoothing = self.epsilon(moment.update), self.options.optimiser.label_smoothing
        if truth >= 1.0 and not self.options.losses.any:
            return Taught(predict(self.model, batch).loss(smoothing))
        forced = teach(self.model, batch, truth, self.options.teaching)
        loss, added = predictions(forced, batch).loss(smoothing), attention_losses(forced, batch, self.options.losses)
        if not added:
            return Taught(loss)
        parts = {"cross_entropy": loss.detach()} | {each.name: each.summed.detach() for each in added}
        return Taught(loss + sum(each.weight * each.summed for each in added), parts)

    def epsilon(self, update: int) -> float:
        """Probability that the decoder reads the TRUE token in this update, which counts from 1."""
        return epsilon(self.options.teaching, update - 1)

    if TYPE_CHECKING:
        __call__ = forward
