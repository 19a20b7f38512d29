"""The training loop: batches, loss, update, validation, checkpoints.

All that a training decides it decides at batch boundaries, from numbers that all of its processes share: never from the
clock, and never from what one process sees alone.
"""

import math
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim import AdamW
from tqdm import tqdm

from seq2seq_core.errors import TrainingError
from seq2seq_core.models import Seq2Seq
from seq2seq_core.training.batches import TokenPairs, collate, epoch_order
from seq2seq_core.training.config import Precision, TrainingOptions
from seq2seq_core.training.distributed import Team
from seq2seq_core.training.groups import Share, groups, shares
from seq2seq_core.training.log import Log
from seq2seq_core.training.losses import predict
from seq2seq_core.training.measures import Parts, Validation
from seq2seq_core.training.objective import Moment, Objective, Taught
from seq2seq_core.training.run import Run
from seq2seq_core.training.schedule import rate_factor
from seq2seq_core.training.start import freeze
from seq2seq_core.training.state import Progress, RandomState
from seq2seq_core.training.stopping import Stop, StoppedError, signals_heeded


class Trainer:
    """One training from its first update, or from where `progress` says, to its end."""

    def __init__(
        self, options: TrainingOptions, model: Seq2Seq[Any], run: Run, log: Log, team: Team | None = None
    ) -> None:
        self.options, self.model, self.run, self.log = options, model, run, log
        freeze(model, options.start)
        self.team, self.objective = team or Team(), Objective(model, options, run.target_tokenizer)
        self.taught: nn.Module = self.objective  # as it is trained: wrapped where there are several processes
        self.device = next(model.parameters()).device
        self.optimiser = AdamW(
            model.parameters(),
            lr=options.optimiser.learning_rate,
            betas=(0.9, 0.98),
            eps=1e-9,
            weight_decay=options.optimiser.weight_decay,
            fused=True,
        )
        self.progress, self.parts, self.stop = Progress(), Parts(), Stop()
        self._stopping = False  # some process was asked to end
        self._saved_at = 0  # tokens

    def train(self, train: TokenPairs, valid: TokenPairs) -> None:
        """Go on until the budget is spent or validation stops getting better.

        Raises:
            StoppedError: Ctrl-C or SIGTERM came; the training is saved.
            TrainingError: a loss, a gradient or a weight is no finite number; the last checkpoint is intact.
            DataError: a file cannot be read or written; the last checkpoint is intact.
        """
        progress, started = self.progress, time.monotonic() - self.progress.seconds
        if self.options.compile:
            self.model.force = torch.compile(self.model.force, dynamic=True)  # type: ignore[method-assign]
        self._saved_at, self.taught = progress.tokens, self.team.wrap(self.objective)
        order = groups(train, self.options, self.team.size * self.options.accumulate, progress)
        read = shares(train, order, self.team, pinned=self.device.type == "cuda")
        with self._bar() as bar, signals_heeded() as self.stop, closing(read):
            self._look(valid)  # a run may have been stopped where its validation was due
            while not self.is_done():
                share = next(read)
                loss = self._update(share)
                bar.update(share.group.tokens)
                progress.seconds = time.monotonic() - started
                if progress.update % self.options.log_every == 0:
                    bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
                    self._log_update(loss)
                self._look(valid)
        self.log.write("end", early=progress.tokens < self.options.max_tokens, **self._position())

    def _bar(self) -> tqdm:
        """Tokens, rate and time left on standard error; in a file, where every state is kept, two lines a minute."""
        seconds = 0.5 if sys.stderr.isatty() else 30.0
        return tqdm(
            total=self.options.max_tokens,
            initial=self.progress.tokens,
            unit="tok",
            unit_scale=True,
            mininterval=seconds,
            maxinterval=max(10.0, seconds),
            disable=not self.team.leads,
        )

    def validate(self, pairs: TokenPairs) -> Validation:
        """Loss and accuracy over all pairs, in evaluation mode; it leaves the random numbers of the training alone."""
        self.model.eval()
        loss, right, tokens = 0.0, 0, 0
        rewards: list[float] = []
        order = epoch_order(pairs, self.options.batch_tokens, seed=0, epoch=0)
        cards = [self.device] if self.device.type == "cuda" else []
        with torch.inference_mode(), torch.random.fork_rng(cards):
            torch.manual_seed(0)
            for indices in islice(order, self.team.rank, None, self.team.size):
                batch = collate(pairs, indices).to(self.device)
                predictions = predict(self.model, batch)
                loss += float(predictions.loss())
                right += predictions.right()
                tokens += predictions.tokens
                if self.objective.rewards is not None:
                    rewards += self.objective.rewards.of_greedy(self.model, batch)
                if self.stop.asked:
                    break
        self.model.train()
        sums = self.team.sums([loss, right, tokens, sum(rewards), len(rewards)])
        return Validation(sums[0] / sums[2], sums[1] / sums[2], sums[3] / sums[4] if sums[4] else None)

    def _update(self, share: Share) -> float:
        """One optimiser step; the mean loss per token over the whole group."""
        self.model.train()
        for settings in self.optimiser.param_groups:
            settings["lr"] = self._rate()
        group, moment = share.group, Moment(self.progress.update + 1, self.progress.tokens)
        self.optimiser.zero_grad()
        sums: dict[str, Tensor] = {}
        for number, (batch, counts) in enumerate(share.batches, start=1):
            with self._exchanging(number == len(share.batches)):
                with self._precision():
                    taught: Taught = self.taught(batch.to(self.device), moment)
                # a distributed backward pass averages over the processes; the sum over all tokens is wanted
                scale = counts * self.team.size / group.tokens
                (taught.loss * scale).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            for name, part in {"loss": taught.loss, **taught.parts}.items():
                sums[name] = sums.get(name, torch.zeros_like(part, dtype=torch.float64)) + counts * part.detach()
        value = self._summed(sums, group.tokens)
        self._require_finite("loss", value)
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.options.optimiser.clip)
        self._require_finite("norm of the gradient", float(norm))
        self.optimiser.step()
        self.progress.update += 1
        self.progress.tokens += group.tokens
        self.progress.epoch, self.progress.batch = group.epoch, group.position
        return value

    def _exchanging(self, last: bool) -> AbstractContextManager[Any]:
        """Only the backward pass of an update's last batch exchanges gradients between processes."""
        if last or not isinstance(self.taught, DistributedDataParallel):
            return nullcontext()
        return self.taught.no_sync()

    def _summed(self, sums: Mapping[str, Tensor], tokens: int) -> float:
        """The loss per token over all processes, and beside it the other sums and whether anybody is asked to end."""
        totals = self.team.sums([float(self.stop.asked), *(float(total) for total in sums.values())])
        self._stopping = totals[0] > 0
        means = dict(zip(sums, (total / tokens for total in totals[1:]), strict=True))
        loss = means.pop("loss")
        self.parts.add(means, tokens)
        return loss

    def _precision(self) -> torch.autocast:
        enabled = self.options.precision is Precision.BF16
        return torch.autocast(self.device.type, torch.bfloat16, enabled=enabled)

    def _rate(self) -> float:
        options = self.options.optimiser
        return options.learning_rate * rate_factor(
            options.schedule,
            update=self.progress.update + 1,
            warmup=options.warmup,
            progress=self.progress.tokens / self.options.max_tokens,
        )

    def _look(self, pairs: TokenPairs) -> None:
        """At a batch boundary: end if asked to, validate or save where it is due."""
        progress = self.progress
        if self._stopping:
            self._end_saved()
        since = progress.tokens - progress.validated_at
        if since >= self.options.validate_every or (since > 0 and self.is_done()):
            self._validate(pairs)
        elif 0 < self.options.save_every <= progress.tokens - self._saved_at:
            self._save()

    def _validate(self, pairs: TokenPairs) -> None:
        """Measure, keep the best, save the last."""
        progress, validation = self.progress, self.validate(pairs)
        if any(self.team.sums([self.stop.asked])):  # it may not have looked at all pairs
            self._end_saved()
        self._require_finite("validation loss", validation.loss)
        progress.validated_at = progress.tokens
        better = progress.best_loss is None or validation.lack < progress.best_loss
        progress.worse_in_a_row = 0 if better else progress.worse_in_a_row + 1
        if better:
            progress.best_loss = validation.lack
            self.team.led(lambda: self.run.save_best(self.model, progress, validation.loss))
        progress.finished = self.is_finished()
        self._save()
        self.log.write("validation", **validation.fields(), best=better, **self._position())
        measured = f"validation loss {validation.loss:.4f}, accuracy {validation.accuracy:.4f}"
        if self.team.leads:
            tqdm.write(f"{progress.tokens:>12,} tokens: {measured}")

    def _save(self) -> None:
        """Replace the last checkpoint."""
        randoms = self.team.gather(RandomState.now())
        self.team.led(lambda: self.run.save_last(self.model, self.progress, self.optimiser, randoms))
        self._saved_at = self.progress.tokens

    def _end_saved(self) -> None:
        self._save()
        self.log.write("stopped", **self._position())
        where = f"{self.progress.tokens:,} tokens"
        raise StoppedError(f"stopped by {self.stop.name} and saved at {where}; --resume goes on", self.stop.number)

    def _require_finite(self, name: str, value: float) -> None:
        if not math.isfinite(value):
            self.team.refuse(TrainingError(f"{name} must be finite, got {value} after update {self.progress.update}"))

    def is_done(self) -> bool:
        """Whether the budget is spent, or the model got no better as often as `patience` allows."""
        patience = self.options.patience
        return self.progress.tokens >= self.options.max_tokens or 0 < patience <= self.progress.worse_in_a_row

    def is_finished(self) -> bool:
        """Whether there is nothing left to do, the last validation included."""
        return self.is_done() and self.progress.validated_at == self.progress.tokens

    def _log_update(self, loss: float) -> None:
        rate, truth = self.optimiser.param_groups[0]["lr"], self.objective.epsilon(self.progress.update)
        parts = self.parts.means()
        told = {"parts": parts} if parts else {}
        self.log.write("update", loss=round(loss, 5), rate=rate, epsilon=truth, **told, **self._position())

    def _position(self) -> dict[str, float | None]:
        """Where the training stands, for the log; without early stopping it ends in `eta_seconds`."""
        progress = self.progress
        rate = progress.tokens / progress.seconds if progress.seconds else 0.0
        left = max(0, self.options.max_tokens - progress.tokens)
        return {
            "update": progress.update,
            "epoch": progress.epoch,
            "tokens": progress.tokens,
            "seconds": round(progress.seconds, 1),
            "tokens_per_second": round(rate, 1),
            "eta_seconds": round(left / rate) if rate else None,
        }
