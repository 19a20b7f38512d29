"""The folder of a training run: `best` (the model to use), `last` (to go on from), `log.jsonl`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch.optim import Optimizer

from seq2seq_core.checkpoint import Checkpoint, save_checkpoint
from seq2seq_core.errors import TrainingError
from seq2seq_core.models import Seq2Seq
from seq2seq_core.readers import Reader
from seq2seq_core.training.state import Progress, RandomState, pack_state


@dataclass(frozen=True, slots=True)
class Run:
    """Where and with what a run saves its models."""

    folder: Path
    source_tokenizer: Reader
    target_tokenizer: Reader
    record: Mapping[str, Any]  # options, data hashes, versions, command
    card: Mapping[str, Any]

    @property
    def best(self) -> Path:
        """The model with the lowest validation loss; half precision on disk."""
        return self.folder / "best"

    @property
    def last(self) -> Path:
        """The newest model in full precision, with the training state."""
        return self.folder / "last"

    def save_best(self, model: Seq2Seq[Any], progress: Progress, loss: float) -> None:
        """Replace the best model."""
        metrics = {"validation loss (nats per token, teacher forced)": round(loss, 4)}
        save_checkpoint(self.best, self._checkpoint(model, progress, metrics), half=True)

    def save_last(
        self, model: Seq2Seq[Any], progress: Progress, optimiser: Optimizer, randoms: Sequence[RandomState]
    ) -> None:
        """Replace the newest model and the state that belongs to it; a model that is broken replaces none.

        Raises:
            TrainingError: a weight is not finite.
            DataError: the folder cannot be written.
        """
        for name, weight in model.state_dict().items():
            if not bool(weight.isfinite().all()):
                raise TrainingError(f"weights must be finite, which {name} is not after update {progress.update}")
        state = pack_state(progress, model, optimiser, randoms)
        save_checkpoint(self.last, self._checkpoint(model, progress, {}), extra=state)

    def _checkpoint(self, model: Seq2Seq[Any], progress: Progress, metrics: Mapping[str, Any]) -> Checkpoint:
        spent = {
            "updates": progress.update,
            "epochs": progress.epoch,
            "target_tokens_seen": progress.tokens,
            "seconds": round(progress.seconds),
        }
        record = {**spent, **self.record}
        return Checkpoint(model, self.source_tokenizer, self.target_tokenizer, record, metrics, self.card)
