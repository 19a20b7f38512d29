"""How a lesson is taught: the objective of the training, whose schedule begins when it is chosen, and its mean loss."""

from typing import Any

from seq2seq_core.lesson.options import Schedule
from seq2seq_core.models import Seq2Seq
from seq2seq_core.training.batches import Batch
from seq2seq_core.training.config import TrainingOptions
from seq2seq_core.training.objective import Moment, Objective, Taught


class LessonObjective(Objective):
    """Tells what was minimised since it was asked last."""

    def __init__(self, model: Seq2Seq[Any], options: TrainingOptions, schedule: Schedule) -> None:
        super().__init__(model, options)
        self.schedule = schedule
        self._loss, self._tokens = 0.0, 0

    def forward(self, batch: Batch, moment: Moment) -> Taught:
        """As the objective, with the schedule's own count of tokens."""
        taught = super().forward(batch, Moment(moment.update, moment.tokens - self.schedule.begins))
        self._loss += float(taught.loss.detach())
        self._tokens += batch.target_tokens
        return taught

    def mean(self) -> float | None:
        """Nats per target token since the last call; None where nothing was learnt."""
        loss, tokens, self._loss, self._tokens = self._loss, self._tokens, 0.0, 0
        return loss / tokens if tokens else None

    def epsilon(self, tokens: int) -> float:
        """The probability of the true token in the coming update."""
        return 1.0
