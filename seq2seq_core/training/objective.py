"""What a training minimises: a module, so that every process of a distributed training can wrap the same one.

Everything that changes what is minimised has a file of its own beside this one and is called from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from seq2seq_core.models import Seq2Seq
from seq2seq_core.readers import NoReader, Reader
from seq2seq_core.training.attention_losses import AddedLoss, attention_losses
from seq2seq_core.training.batches import Batch
from seq2seq_core.training.config import Measure, TrainingOptions
from seq2seq_core.training.losses import predict, predict_language, predictions
from seq2seq_core.training.rewards import RewardKind, Rewards, parts_of
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

    def __init__(self, model: Seq2Seq[Any], options: TrainingOptions, reader: Reader) -> None:
        super().__init__()
        self.model, self.options = model, options
        self.rewards = rewards_of(options, reader)

    def forward(self, batch: Batch, moment: Moment) -> Taught:
        """What the options ask for: a reward; or cross entropy after the prefix that they teach, and added losses."""
        if self.rewards is not None:
            return self._rewarded(batch, self.rewards)
        truth, smoothing = self.epsilon(moment.update), self.options.optimiser.label_smoothing
        added: list[AddedLoss] = []
        if truth >= 1.0 and not self.options.losses.any:
            loss = predict(self.model, batch).loss(smoothing)
        else:
            forced = teach(self.model, batch, truth, self.options.teaching)
            loss = predictions(forced, batch).loss(smoothing)
            added += attention_losses(forced, batch, self.options.losses)
        if weight := self.options.start.language_weight:
            added.append(AddedLoss("language", weight, predict_language(self.model, batch).loss(smoothing)))
        if not added:
            return Taught(loss)
        parts = {"cross_entropy": loss.detach()} | {each.name: each.summed.detach() for each in added}
        return Taught(loss + sum(each.weight * each.summed for each in added), parts)

    def epsilon(self, update: int) -> float:
        """Probability that the decoder reads the TRUE token in this update, which counts from 1."""
        return epsilon(self.options.teaching, update - 1)

    def _rewarded(self, batch: Batch, rewards: Rewards) -> Taught:
        rewarded, weight = rewards(self.model, batch), self.options.reward.cross_entropy
        loss = rewarded.loss
        if weight:
            loss = loss + weight * predict(self.model, batch).loss(self.options.optimiser.label_smoothing)
        return Taught(loss, parts_of(rewarded, batch))

    if TYPE_CHECKING:
        __call__ = forward


def rewards_of(options: TrainingOptions, reader: Reader) -> Rewards | None:
    """The rewards that the options ask for."""
    if options.reward.kind is RewardKind.NONE:
        return None
    return Rewards(options.reward, reader, "zh" if options.measure is Measure.CHINESE else "13a")


def reward_record(options: TrainingOptions) -> dict[str, Any]:
    """What the record of a run tells of its reward, beside the options."""
    rewards = rewards_of(options, NoReader())
    return {} if rewards is None else {"reward": f"sentence BLEU, sacrebleu {rewards.signature()}"}
