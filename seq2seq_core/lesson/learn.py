"""The training of a lesson: slices of the one training loop, and a look at the model after each.

What is learnt follows the seed alone. When the model is looked at follows the clock: a slice has as many tokens as are
learnt from in a second or two, so that the page sees the model change whatever the machine; in more where looking takes
long, so that most of the time goes into learning.
"""

import contextlib
import io
import platform
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch
from torch.optim import Optimizer

from seq2seq_core.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from seq2seq_core.files import write_file
from seq2seq_core.lesson.corpus import Corpus, corpus_of
from seq2seq_core.lesson.frames import MODEL, Answer, Ending, Frame, attention_file
from seq2seq_core.lesson.options import LessonOptions
from seq2seq_core.lesson.setup import training_options
from seq2seq_core.lesson.teaching import LessonObjective
from seq2seq_core.models import FAMILIES, Seq2Seq
from seq2seq_core.options import GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.readers import Reader, make_reader
from seq2seq_core.tokenizer import END_ID
from seq2seq_core.trace import to_json
from seq2seq_core.training.batches import TokenPairs, tokenise
from seq2seq_core.training.config import TrainingOptions
from seq2seq_core.training.log import Log
from seq2seq_core.training.loop import Trainer
from seq2seq_core.training.measures import Validation
from seq2seq_core.training.run import Run
from seq2seq_core.training.state import Progress, RandomState, unpack_state

SECONDS_OF_A_SLICE: Final = 1.4
LOOKS_TO_A_SLICE: Final = 3.0  # a slice takes at least so many times as long as the look before it
FIRST_SLICE: Final = 2_000  # tokens
SHOWN: Final = 4  # answers that are right, and as many that are wrong
LEARNT_AFTER: Final = 3  # looks in a row without a mistake
VOCABULARY: Final = 4_000  # token types of a side at most
SUGGESTIONS: Final = 4
ROOM: Final = 10  # of short outputs, see `SearchOptions.room`


class LessonRun(Run):
    """Saves when it is told to, and not at every look."""

    def save_best(self, model: Seq2Seq[Any], progress: Progress, loss: float) -> None:
        """Nothing: the model to use is the one that the last frame shows."""

    def save_last(
        self, model: Seq2Seq[Any], progress: Progress, optimiser: Optimizer, randoms: Sequence[RandomState]
    ) -> None:
        """Nothing; see `save`."""

    def save(self, trainer: Trainer, frame: Frame) -> None:
        """The model to use, measured as its last frame says, and the state to go on from."""
        Run.save_last(self, trainer.model, trainer.progress, trainer.optimiser, [RandomState.now()])
        metrics = {"exact match %, greedy, single reference": round(100 * frame.exact, 2)}
        save_checkpoint(self.folder / MODEL, self._checkpoint(trainer.model, trainer.progress, metrics))


class LessonLog(Log):
    """Keeps what the last validation measured, and writes no file."""

    def __init__(self) -> None:
        super().__init__(None)
        self.validation: Validation | None = None

    def write(self, event: str, **fields: object) -> None:
        """Of a validation, its numbers."""
        if event == "validation":
            self.validation = Validation(float(str(fields["loss"])), float(str(fields["accuracy"])))


@dataclass(slots=True)
class Lesson:
    """A lesson under way."""

    lesson: LessonOptions
    folder: Path
    corpus: Corpus
    trainer: Trainer
    log: LessonLog
    objective: LessonObjective
    train: TokenPairs
    held_out: TokenPairs
    began: float  # by the clock of `time.monotonic`: now, less the seconds of earlier processes
    number: int = 0  # of the coming frame

    def learn(self, tokens: int) -> None:
        """About so many tokens more."""
        progress = self.trainer.progress
        self.trainer.options = replace(self.trainer.options, max_tokens=progress.tokens + tokens)
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            self.trainer.train(self.train, self.held_out)

    def look(self) -> Frame:
        """Measure the model, and keep the search of the watched example."""
        pipeline, progress = self.pipeline(), self.trainer.progress
        texts = self.corpus.held_out
        outputs = pipeline.translate(list(texts.sources), GreedyOptions(), batch_size=len(texts))
        answers = [Answer(*each) for each in zip(texts.sources, outputs, texts.targets, strict=True)]
        validation = self.log.validation or self.trainer.validate(self.held_out)
        right, wrong = ([each for each in answers if each.is_right is wanted][:SHOWN] for wanted in (True, False))
        trace = pipeline.trace(texts.sources[self.corpus.watched], GreedyOptions())
        write_file(self._attention_file(), to_json(trace).encode())
        frame = Frame(
            number=self.number,
            update=progress.update,
            tokens=progress.tokens,
            seconds=time.monotonic() - self.began,
            epsilon=self.objective.epsilon(progress.update + 1),
            loss=validation.loss,
            taught=self.objective.mean(),
            true_prefix=validation.accuracy,
            own_prefix=self._own_prefix(outputs),
            exact=sum(each.is_right for each in answers) / len(answers),
            held_out=len(answers),
            answers=(*right, *wrong),
        )
        self.number += 1
        return frame

    def pipeline(self) -> Pipeline:
        """The model as it is now, behind the door that all decoding goes through."""
        run = self.trainer.run
        model = self.trainer.model.eval()
        return Pipeline(Checkpoint(model, run.source_tokenizer, run.target_tokenizer, run.record), "lesson")

    def _attention_file(self) -> Path:
        path = attention_file(self.folder, self.number)
        path.parent.mkdir(exist_ok=True)
        return path

    def _own_prefix(self, outputs: list[str]) -> float:
        """Tokens of the targets, end tokens included, that stand at their place in the output."""
        reader = self.trainer.run.target_tokenizer
        written, wanted = reader.encode_ids(outputs), reader.encode_ids(list(self.corpus.held_out.targets))
        pairs = [([*one, END_ID], [*other, END_ID]) for one, other in zip(written, wanted, strict=True)]
        right = sum(one == other for pair in pairs for one, other in zip(*pair, strict=False))
        return right / sum(len(target) for _, target in pairs)


def open_lesson(lesson: LessonOptions, folder: Path, *, number: int, seconds: float) -> Lesson:
    """A new lesson, or the one in the folder where it stopped; `seconds` it has had already.

    Raises:
        DataError, CheckpointError, OptionError: the folder or the settings cannot be used.
    """
    torch.set_num_threads(1)
    began, corpus = time.monotonic() - seconds, corpus_of(lesson, folder)
    options = training_options(lesson, corpus, folder)
    torch.manual_seed(lesson.seed)
    last = folder / "last"
    saved = load_checkpoint(last) if last.exists() else None
    readers = (saved.source_tokenizer, saved.target_tokenizer) if saved else _readers(corpus, options)
    model = saved.model if saved else _model(options, readers)
    texts = (corpus.train, corpus.held_out)
    train, held_out = (tokenise(text.sources, text.targets, readers, options.longest) for text in texts)
    record = _record(lesson, corpus, room=max(ROOM, train.room(model.positions)))
    run = LessonRun(folder, *readers, record, _card(lesson, corpus))
    trainer = Trainer(options, model.train(), run, log := LessonLog())
    if saved:
        trainer.progress = unpack_state(last, trainer.model, trainer.optimiser)
    trainer.objective = objective = LessonObjective(trainer.model, options, readers[1], lesson.schedule)
    return Lesson(lesson, folder, corpus, trainer, log, objective, train, held_out, began, number)


def teach(lesson: Lesson, report: Callable[[Frame], None], stopping: threading.Event, seconds: float) -> Ending:
    """Learn and report until told to stop, the time is over, or all is learnt; then save.

    Args:
        seconds: by the clock of `time.monotonic`, when the time is over.
    """
    frame = lesson.look()
    report(frame)
    tokens, faultless = FIRST_SLICE, 0
    while not stopping.is_set() and time.monotonic() < seconds and faultless < LEARNT_AFTER:
        started, before = time.monotonic(), lesson.trainer.progress.tokens
        lesson.learn(tokens)
        learnt = time.monotonic()
        frame = lesson.look()
        report(frame)
        rate = (lesson.trainer.progress.tokens - before) / (learnt - started)
        slice_seconds = max(SECONDS_OF_A_SLICE, LOOKS_TO_A_SLICE * (time.monotonic() - learnt))
        tokens = max(1, round(rate * slice_seconds))
        faultless = faultless + 1 if frame.exact == 1.0 else 0
    run = lesson.trainer.run
    assert isinstance(run, LessonRun)
    run.save(lesson.trainer, frame)
    if stopping.is_set():
        return Ending.STOPPED
    return Ending.LEARNT if faultless >= LEARNT_AFTER else Ending.TIME


def _readers(corpus: Corpus, options: TrainingOptions) -> tuple[Reader, Reader]:
    cap = options.chosen().source_cap
    return (
        make_reader(corpus.train.sources, corpus.source_kind, VOCABULARY, cap),
        make_reader(corpus.train.targets, corpus.target_kind, VOCABULARY, cap),
    )


def _model(options: TrainingOptions, readers: tuple[Reader, Reader]) -> Seq2Seq[Any]:
    family = FAMILIES[options.family]
    sizes = {"source_vocabulary": len(readers[0]), "target_vocabulary": len(readers[1])}
    model: Seq2Seq[Any] = family.model(family.config(**sizes, **asdict(options.chosen())))
    return model


def _record(lesson: LessonOptions, corpus: Corpus, *, room: int) -> dict[str, Any]:
    texts = {"train": corpus.train, "valid": corpus.held_out}
    return {
        "options": asdict(lesson),
        "data": {name: {"pairs": len(text), "sha256": text.digest} for name, text in texts.items()},
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "room": room,
    }


def _card(lesson: LessonOptions, corpus: Corpus) -> dict[str, Any]:
    return {
        "title": f"Training lab: {lesson.task or 'own pairs'}",
        "attribution": "Trained in the training lab of this page.",
        "task": f"generated:{lesson.task}" if lesson.task else "own-pairs",
        "suggestions": list(dict.fromkeys(corpus.held_out.sources))[:SUGGESTIONS],
    }
