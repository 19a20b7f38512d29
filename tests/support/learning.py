"""Learning a generated task with little effort, and answering its test split by greedy search."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from seq2seq_core.checkpoint import Checkpoint
from seq2seq_core.evaluation import exact_match
from seq2seq_core.models import FAMILIES, Seq2Seq
from seq2seq_core.models.config import Output
from seq2seq_core.options import GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.readers import NoReader, Reader, make_reader
from seq2seq_core.tasks import ParallelText, generate, generate_of_length
from seq2seq_core.tokenizer import TokenizerKind
from seq2seq_core.training.attention_losses import AttentionLossOptions
from seq2seq_core.training.batches import Batch, TokenPairs, collate, epoch_order, tokenise
from seq2seq_core.training.config import OptimiserOptions, TrainingOptions
from seq2seq_core.training.objective import Moment, Objective
from seq2seq_core.training.teaching import TeachingOptions

PAIRS: Final = 6_000
QUESTIONS: Final = 200
LONGEST: Final = 64
WARMUP: Final = 50


@dataclass(frozen=True, slots=True)
class Lesson:
    """An architecture, what it is to learn, with how much effort, and how well it must do."""

    architecture: str
    task: str
    lengths: range | None  # of the source; None where the task has no lengths
    updates: int
    bar: float  # percent of test answers that must be right, all tokens of them
    choices: dict[str, Any] = field(default_factory=dict)
    family: str = "recurrent"
    batch_tokens: int = 400
    rate: float = 5e-3
    vocabulary: int = 200
    teaching: TeachingOptions = field(default_factory=TeachingOptions)
    losses: AttentionLossOptions = field(default_factory=AttentionLossOptions)

    def __str__(self) -> str:
        return f"{self.architecture}: {self.task}"

    def text(self, split: str, count: int) -> ParallelText:
        if self.lengths is None:
            return generate(self.task, split, count, difficulty=1, seed=1)
        return generate_of_length(self.task, split, count, lengths=self.lengths, seed=1)


def learn(lesson: Lesson, seed: int = 1) -> float:
    """Train from the seed; percent of the test split that greedy search then answers without a mistake."""
    test = lesson.text("test", QUESTIONS)
    outputs = Pipeline(pupil(lesson, seed), "pupil").translate(test.sources, GreedyOptions())
    return exact_match(outputs, [[each] for each in test.targets])


def pupil(lesson: Lesson, seed: int = 1) -> Checkpoint:
    """The model and its readers after the lesson."""
    torch.manual_seed(seed)
    text = lesson.text("train", PAIRS)
    source, target = _readers(lesson, text)
    family = FAMILIES[lesson.family]
    config = family.config(source_vocabulary=len(source), target_vocabulary=len(target), **lesson.choices)
    model = family.model(config)
    _train(model, tokenise(text.sources, text.targets, (source, target), LONGEST, copies=model.copies), lesson, seed)
    return Checkpoint(model.eval(), source, target)


def questions(lesson: Lesson, checkpoint: Checkpoint) -> Batch:
    """The test split as one batch."""
    test = lesson.text("test", QUESTIONS)
    readers = (checkpoint.source_tokenizer, checkpoint.target_tokenizer)
    pairs = tokenise(test.sources, test.targets, readers, LONGEST, copies=checkpoint.model.copies)
    return collate(pairs, range(len(pairs)))


def _readers(lesson: Lesson, text: ParallelText) -> tuple[Reader, Reader]:
    """Words on both sides; positions where the model points, one vocabulary where it copies."""
    output, size = lesson.choices.get("output"), lesson.vocabulary
    if output is Output.POINTER_GENERATOR:
        both = make_reader((*text.sources, *text.targets), TokenizerKind.WORD, size, positions=0)
        return both, both
    kind = TokenizerKind.POSITIONS if output is Output.POINTER else TokenizerKind.WORD
    positions = lesson.choices.get("source_cap", 1)
    return (
        make_reader(text.sources, TokenizerKind.WORD, size, positions),
        make_reader(text.targets, kind, size, positions),
    )


def _train(model: Seq2Seq[Any], pairs: TokenPairs, lesson: Lesson, seed: int) -> None:
    optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), eps=1e-9)
    model.train()
    plain = OptimiserOptions(label_smoothing=0.0)
    options = TrainingOptions(
        task=lesson.task, output=Path(), optimiser=plain, teaching=lesson.teaching, losses=lesson.losses
    )
    objective = Objective(model, options, NoReader())
    for update, batch in zip(range(lesson.updates), _batches(pairs, lesson.batch_tokens, seed), strict=False):
        warm, left = (update + 1) / WARMUP, 2 * (1 - update / lesson.updates)
        optimiser.param_groups[0]["lr"] = lesson.rate * min(1.0, warm, left)
        optimiser.zero_grad()
        (objective(batch, Moment(update + 1, tokens=0)).loss / batch.target_tokens).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()


def _batches(pairs: TokenPairs, batch_tokens: int, seed: int) -> Iterator[Batch]:
    """Epoch after epoch."""
    epoch = 0
    while True:
        for indices in epoch_order(pairs, batch_tokens, seed, epoch):
            yield collate(pairs, indices)
        epoch += 1
