"""The training loop: batches, loss, update, validation, checkpoints."""

import math
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW
from tqdm import tqdm

from seq2seq_core.errors import TrainingError
from seq2seq_core.models import Seq2Seq
from seq2seq_core.training.batches import TokenPairs, collate, epoch_order
from seq2seq_core.training.config import Precision, TrainingOptions
from seq2seq_core.training.distributed import Team
from seq2seq_core.training.log import Log
from seq2seq_core.training.losses import predict
from seq2seq_core.training.objective import Moment, Objective
from seq2seq_core.training.run import Run
from seq2seq_core.training.schedule import rate_factor
from seq2seq_core.training.start import freeze
from seq2seq_core.training.state import Progress

LOG_EVERY = 100  # updates between two progress lines in the log


@dataclass(frozen=True, slots=True)
class Group:
    """The batches of one update, of all processes together."""

    batches: Sequence[Sequence[int]]  # pair numbers
    tokens: int  # target tokens of all

    def share(self, team: Team) -> Iterator[tuple[Sequence[int], float]]:
        """This process's batches and what each counts.

        Every process gets equally many, so that none waits for another for ever: one that comes away empty takes the
        first batch, which then counts nothing.
        """
        for begin in range(0, len(self.batches), team.size):
            at = begin + team.rank
            yield (self.batches[at], 1.0) if at < len(self.batches) else (self.batches[0], 0.0)


@dataclass(slots=True)
class Parts:
    """Means per target token of what a loss is made of, by name, over the updates since the last look."""

    sums: Counter[str] = field(default_factory=Counter)
    tokens: int = 0

    def add(self, means: Mapping[str, float], tokens: int) -> None:
        """One update more."""
        self.sums.update({name: value * tokens for name, value in means.items()})
        self.tokens += tokens

    def means(self) -> dict[str, float]:
        """Look, and begin anew."""
        means = {name: round(value / self.tokens, 5) for name, value in self.sums.items()}
        self.sums, self.tokens = Counter(), 0
        return means


@dataclass(frozen=True, slots=True)
class Validation:
    """Teacher-forced quality on the validation pairs."""

    loss: float  # nats per target token, without label smoothing
    accuracy: float  # share of target tokens predicted first
    reward: float | None = None  # mean over the sentences of what greedy search says, where a reward is optimised

    @property
    def lack(self) -> float:
        """What the best model has least of: loss, or what the reward lacks of 1."""
        return self.loss if self.reward is None else 1.0 - self.reward

    def fields(self) -> dict[str, float]:
        """For the log."""
        return {name: value for name, value in asdict(self).items() if value is not None}


class Trainer:
    """One training from its first update, or from where `progress` says, to its end."""

    def __init__(self, options: TrainingOptions, model: Seq2Seq[Any], run: Run, log: Log) -> None:
        self.options, self.model, self.run, self.log = options, model, run, log
        freeze(model, options.start)
        self.team, self.objective = Team(), Objective(model, options, run.target_tokenizer)
        self.device = next(model.parameters()).device
        self.optimiser = AdamW(
            model.parameters(),
            lr=options.optimiser.learning_rate,
            betas=(0.9, 0.98),
            eps=1e-9,
            weight_decay=options.optimiser.weight_decay,
            fused=True,
        )
        self.progress, self.parts = Progress(), Parts()

    def train(self, train: TokenPairs, valid: TokenPairs) -> None:
        """Go on until the budget is spent or validation stops getting better."""
        progress, started = self.progress, time.monotonic() - self.progress.seconds
        with self._bar() as bar:
            for group in self._groups(train):
                loss = self._update(train, group)
                bar.update(group.tokens)
                progress.seconds = time.monotonic() - started
                if progress.update % LOG_EVERY == 0:
                    bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
                    rate = self.optimiser.param_groups[0]["lr"]
                    truth, parts = self.objective.epsilon(progress.update), self.parts.means()
                    told = {"parts": parts} if parts else {}
                    self.log.write("update", loss=round(loss, 5), rate=rate, epsilon=truth, **told, **self._position())
                if self.is_done() or progress.tokens - progress.validated_at >= self.options.validate_every:
                    self._validate(valid)
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
        )

    def validate(self, pairs: TokenPairs) -> Validation:
        """Loss and accuracy over all pairs, in evaluation mode."""
        self.model.eval()
        loss, right, tokens = 0.0, 0, 0
        rewards: list[float] = []
        with torch.inference_mode():
            for indices in epoch_order(pairs, self.options.batch_tokens, seed=0, epoch=0):
                batch = collate(pairs, indices).to(self.device)
                predictions = predict(self.model, batch)
                loss += float(predictions.loss())
                right += predictions.right()
                tokens += predictions.tokens
                if self.objective.rewards is not None:
                    rewards += self.objective.rewards.of_greedy(self.model, batch)
        self.model.train()
        return Validation(loss / tokens, right / tokens, sum(rewards) / len(rewards) if rewards else None)

    def _groups(self, pairs: TokenPairs) -> Iterator[Group]:
        """Epochs from the saved position to the end of training; the position counts batches from their update on."""
        size = self.team.size * self.options.accumulate
        while not self.is_done():
            order = iter(epoch_order(pairs, self.options.batch_tokens, self.options.seed, self.progress.epoch))
            for _ in islice(order, self.progress.batch):  # used before the run was stopped
                pass
            while batches := list(islice(order, size)):
                self.progress.batch += len(batches)
                yield Group(batches, sum(pairs.tokens_of(indices) for indices in batches))
                if self.is_done():
                    return
            self.progress.epoch += 1
            self.progress.batch = 0

    def _update(self, pairs: TokenPairs, group: Group) -> float:
        """One optimiser step; the mean loss per token over the whole group."""
        self.model.train()
        for settings in self.optimiser.param_groups:
            settings["lr"] = self._rate()
        moment = Moment(self.progress.update + 1, self.progress.tokens)
        sums: dict[str, float] = {}
        self.optimiser.zero_grad()
        for indices, counts in group.share(self.team):
            with self._precision():
                taught = self.objective(collate(pairs, indices).to(self.device), moment)
                loss = taught.loss * counts
            for name, part in {"loss": taught.loss.detach(), **taught.parts}.items():
                sums[name] = sums.get(name, 0.0) + float(part) * counts
            # a distributed backward pass averages over the processes; the sum over all tokens is wanted
            (loss * (self.team.size / group.tokens)).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        summed = self.team.sums(list(sums.values()))
        means = {name: value / group.tokens for name, value in zip(sums, summed, strict=True)}
        self._require_finite("loss", means["loss"])
        nn.utils.clip_grad_norm_(self.model.parameters(), self.options.optimiser.clip)
        self.optimiser.step()
        self.progress.update += 1
        self.progress.tokens += group.tokens
        value = means.pop("loss")
        self.parts.add(means, group.tokens)
        return value

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

    def _validate(self, pairs: TokenPairs) -> None:
        """Measure, keep the best, save the last."""
        progress, validation = self.progress, self.validate(pairs)
        self._require_finite("validation loss", validation.loss)
        progress.validated_at = progress.tokens
        better = progress.best_loss is None or validation.lack < progress.best_loss
        progress.worse_in_a_row = 0 if better else progress.worse_in_a_row + 1
        if better:
            progress.best_loss = validation.lack
            self.run.save_best(self.model, progress, validation.loss)
        progress.finished = self.is_done()
        self.run.save_last(self.model, progress, self.optimiser)
        self.log.write("validation", **validation.fields(), best=better, **self._position())
        measured = f"validation loss {validation.loss:.4f}, accuracy {validation.accuracy:.4f}"
        tqdm.write(f"{progress.tokens:>12,} tokens: {measured}")

    def _require_finite(self, name: str, value: float) -> None:
        if not math.isfinite(value):
            raise TrainingError(f"{name} must be finite, got {value} after update {self.progress.update}")

    def is_done(self) -> bool:
        """Whether the budget is spent, or the model got no better as often as `patience` allows."""
        patience = self.options.patience
        return self.progress.tokens >= self.options.max_tokens or 0 < patience <= self.progress.worse_in_a_row

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
