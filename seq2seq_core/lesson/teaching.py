"""How a lesson is taught: the objective of the training, whose schedule begins when it is chosen, and its mean loss."""

import math
from typing import Any

from seq2seq_core.lesson.options import Schedule
from seq2seq_core.models import Seq2Seq
from seq2seq_core.readers import Reader
from seq2seq_core.training.batches import Batch
from seq2seq_core.training.config import TrainingOptions
from seq2seq_core.training.objective import Moment, Objective, Taught
from seq2seq_core.training.teaching import OwnToken, TeachingKind, TeachingOptions


class LessonObjective(Objective):
    """Tells what was minimised since it was asked last."""

    def __init__(self, model: Seq2Seq[Any], options: TrainingOptions, reader: Reader, schedule: Schedule) -> None:
        super().__init__(model, options, reader)
        self.schedule = schedule
        self._loss, self._tokens = 0.0, 0

    def forward(self, batch: Batch, moment: Moment) -> Taught:
        """As the objective."""
        taught = super().forward(batch, moment)
        self._loss += float(taught.loss.detach())
        self._tokens += batch.target_tokens
        return taught

    def epsilon(self, update: int) -> float:
        """As the objective, by the schedule's own count of updates."""
        return super().epsilon(max(1, update - self.schedule.begins))

    def mean(self) -> float | None:
        """Nats per target token since the last call; None where nothing was learnt."""
        loss, tokens, self._loss, self._tokens = self._loss, self._tokens, 0.0, 0
        return loss / tokens if tokens else None


def teaching_options(schedule: Schedule) -> TeachingOptions:
    """The schedule as the training knows it: a falling epsilon is one half after `half` updates, linear or not."""
    half, own = schedule.half, OwnToken(schedule.own.value)
    match kind := TeachingKind(schedule.course.value):
        case TeachingKind.TRUTH:
            return TeachingOptions()
        case TeachingKind.FREE:
            return TeachingOptions(kind=kind, own=own)
        case TeachingKind.LINEAR:
            return TeachingOptions(kind=kind, own=own, linear_c=0.5 / half)
        case TeachingKind.EXPONENTIAL:
            return TeachingOptions(kind=kind, own=own, exponential_k=0.5 ** (1.0 / half))
        case TeachingKind.INVERSE_SIGMOID:
            return TeachingOptions(kind=kind, own=own, sigmoid_k=sigmoid_scale(half))


def sigmoid_scale(half: float) -> float:
    """The k from 1 with k ln k = half: k / (k + e^(i/k)) is one half at i = half. By Newton's method, from above."""
    k = max(math.e, half)
    while (step := (k * math.log(k) - half) / (math.log(k) + 1.0)) > 1e-9 * k:
        k -= step
    return k
