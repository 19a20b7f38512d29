"""python -m seq2seq_core.train: train a model from pairs of files or on a generated task.

    python -m seq2seq_core.train --train train.tsv --valid valid.tsv --test test.tsv --output runs/mine
    python -m seq2seq_core.train --task dates --output runs/dates

    torchrun --nproc-per-node 2 -m seq2seq_core.train ...

Ctrl-C and SIGTERM save and end. A stopped run goes on exactly where it was with the same command and `--resume`;
a finished one goes on to a larger `--max-tokens`, unless its learning rate has fallen to zero by the cosine schedule.
"""

import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
import tyro

from seq2seq_core.checkpoint import count_parameters, load_checkpoint, save_checkpoint
from seq2seq_core.errors import DataError, OptionError, Seq2SeqError, TrainingError
from seq2seq_core.evaluation import evaluate, room_for
from seq2seq_core.files import recover_folder, sole_use, standing_folder
from seq2seq_core.models import FAMILIES
from seq2seq_core.perplexity import named_perplexities
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.readers import Reader, make_reader
from seq2seq_core.tasks import generate
from seq2seq_core.tasks.parallel import ParallelText, read_parallel, read_references
from seq2seq_core.tasks.streams import Text, open_parallel, sampled
from seq2seq_core.training.begin import NOTHING, RECORD, Given, fill_model, open_start
from seq2seq_core.training.board import Board
from seq2seq_core.training.config import Measure, TrainingOptions
from seq2seq_core.training.corpus import Preparation, token_pairs
from seq2seq_core.training.distributed import Team, is_restarted, joined, local_rank, rank
from seq2seq_core.training.log import Log
from seq2seq_core.training.loop import Trainer
from seq2seq_core.training.pairs import PairReader, TokenPairs
from seq2seq_core.training.preview import preview
from seq2seq_core.training.record import card_of, check_same_training, differences, record_of
from seq2seq_core.training.run import Run
from seq2seq_core.training.shards import Store
from seq2seq_core.training.state import unpack_state
from seq2seq_core.training.stopping import StoppedError

_STYLE = (tyro.conf.EnumChoicesFromValues,)
_HELD_OUT = 1_000  # validation pairs of a generated task, and as many test pairs


def main() -> int:
    """The command line; a user's mistake is one line on standard error and exit status 2."""
    name, leads = "python -m seq2seq_core.train", rank() == 0
    try:
        options = tyro.cli(TrainingOptions, prog=name, description=__doc__, config=_STYLE, console_outputs=leads)
    except Seq2SeqError as error:  # the same in every process
        if leads:
            print(f"error: {error}", file=sys.stderr)
        return 2
    try:
        train(options)
    except StoppedError as stop:
        if leads:
            print(stop, file=sys.stderr)
        return stop.status
    except Seq2SeqError as error:  # where all processes know of it, it comes to the leading one alone
        print(f"error: {error}" if leads else f"error of process {rank()}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # where there was nothing to save yet, or no more
        if leads:
            print("stopped", file=sys.stderr)
        return 128 + signal.SIGINT
    return 0


def train(options: TrainingOptions) -> Run:
    """Read the data, train, and measure the best model on the test file."""
    device = _device(options)
    with joined(device) as team, ExitStack() as held:
        if any(team.sums([is_restarted()])) and not options.dry_run:
            options = replace(options, resume=team.led(lambda: _can_go_on(options)))
        texts = team.together(lambda: _read(options))
        trainer = _start(options, texts, device, team, held)
        with _data_folder(options) as folder:
            pairs = team.together(lambda: _tokenised(options, texts, trainer, folder))
            room = max(10, pairs["train"].room(trainer.model.positions))
            trainer.run = run = replace(trainer.run, record={**trainer.run.record, "room": room})
            if options.dry_run:
                for line in preview(trainer, pairs["train"]):
                    team.say(line)
                return run
        if trainer.progress.finished:
            team.say(f"finished at {trainer.progress.tokens:,} tokens: nothing is left to train")
        else:
            trainer.train(pairs["train"], pairs["valid"])
    if team.leads and _measured(options):
        _measure(options, run, trainer.log)
    return run


def _can_go_on(options: TrainingOptions) -> bool:
    """Whether the processes that died had saved something; else the run starts over."""
    return standing_folder(options.output / "last").exists()


def _read(options: TrainingOptions) -> dict[str, Text]:
    """Training and validation pairs; the test pairs too, so that what is wrong with them is known at once."""
    if _measured(options):
        _references(options)
    return _texts(options)


def _tokenised(
    options: TrainingOptions, texts: Mapping[str, Text], trainer: Trainer, folder: Path
) -> dict[str, TokenPairs]:
    """The token pairs; those of large corpora lie in `folder`, where one process makes them for all."""
    run, pairs = trainer.run, {}
    if options.test is not None:
        _check_test(options, trainer.model.config.source_cap, run.source_tokenizer)
    reader = PairReader((run.source_tokenizer, run.target_tokenizer), options.longest, trainer.model.copies)
    for name, text in texts.items():
        preparation = Preparation(reader, options.join, options.seed)
        pairs[name] = token_pairs(text, preparation, Store(folder, name, options.data.shard_pairs))
        _report(name, pairs[name], trainer)
    return pairs


@contextmanager
def _data_folder(options: TrainingOptions) -> Iterator[Path]:
    """Where tokenised files lie; those of a dry run go away with it, unless a cache is there for all runs."""
    if options.data.cache is not None or not options.dry_run:
        yield options.data.cache or options.output / "data"
        return
    with TemporaryDirectory() as folder:
        yield Path(folder)


def _texts(options: TrainingOptions) -> dict[str, Text]:
    """Training and validation pairs."""
    if not options.task:
        files = {"train": options.train, "valid": options.valid}
        return {name: open_parallel(file, options.data.in_memory) for name, file in files.items()}
    counts = {"train": options.task_pairs, "valid": _HELD_OUT}
    return {name: _generated(options, name, count) for name, count in counts.items()}


def _generated(options: TrainingOptions, split: str, count: int) -> ParallelText:
    return generate(options.task, split, count, difficulty=options.difficulty, seed=options.seed)


def _measured(options: TrainingOptions) -> bool:
    """Whether there are test pairs; a model without a source has no right answers."""
    return options.test is not None or (bool(options.task) and options.tokenizer.source_kind != "none")


def _start(
    options: TrainingOptions, texts: Mapping[str, Text], device: torch.device, team: Team, held: ExitStack
) -> Trainer:
    """A training at its beginning, or the saved one with its model, tokenizers and state."""
    if not options.dry_run:
        team.led(lambda: _claim(options, held))
    torch.manual_seed(options.seed)
    record = record_of(options, texts, team)
    if options.resume:
        return team.together(lambda: _resumed(options, texts, record, device, team))
    sample = team.together(lambda: sampled(texts["train"], options.data.tokenizer_pairs, options.seed))
    given = team.together(lambda: open_start(options))
    source, target = team.led(lambda: train_tokenizers(options, sample, given))
    family, settings = FAMILIES[options.family], asdict(options.chosen())
    model = family.model(family.config(source_vocabulary=len(source), target_vocabulary=len(target), **settings))
    run = Run(options.output, source, target, record | given.record(), card_of(options))
    log = team.together(lambda: _log(options, team, first_update=1))
    log.write("start", parameters=count_parameters(model), **run.record)
    for line in team.together(lambda: fill_model(model, options, given, run, sample, log)):
        team.say(line)
    processes = f", {team.size} processes" if team.size > 1 else ""
    team.say(f"{count_parameters(model):,} parameters on {device.type}{processes}")
    _seed_process(options, team)
    return Trainer(options, model.to(device), run, log, team)


def _claim(options: TrainingOptions, held: ExitStack) -> None:
    """Make sure of the folder of the run: one that can be resumed, or none that holds a run; and of nobody else's."""
    last = options.output / "last"
    if options.resume and not standing_folder(last).exists():
        raise TrainingError(f"resume needs the checkpoint of a validation, and {last} does not exist yet")
    held.enter_context(sole_use(options.output))
    recover_folder(last)
    if last.exists() and not options.resume:
        raise TrainingError(f"output must be a new folder or come with --resume, but {options.output} holds a run")


def _resumed(
    options: TrainingOptions,
    texts: Mapping[str, Text],
    record: Mapping[str, Any],
    device: torch.device,
    team: Team,
) -> Trainer:
    last = options.output / "last"
    saved = load_checkpoint(last)
    check_same_training(last, saved.training, options, texts, team)
    kept = {name: value for name, value in saved.training.items() if name == RECORD}
    run = Run(options.output, saved.source_tokenizer, saved.target_tokenizer, {**record, **kept}, card_of(options))
    trainer = Trainer(options, saved.model.to(device), run, Log(None), team)
    _seed_process(options, team)  # for a process that had no counterpart
    trainer.progress = unpack_state(last, trainer.model, trainer.optimiser, team.rank)
    trainer.progress.finished = trainer.is_finished()  # with a larger budget it is not
    trainer.log = _log(options, team, first_update=trainer.progress.update + 1)
    changed = differences(saved.training, record)
    trainer.log.write("resume", tokens=trainer.progress.tokens, changed=changed)
    for change in changed:
        team.say(f"not exactly as if it had not stopped: {change}")
    return trainer


def _log(options: TrainingOptions, team: Team, first_update: int) -> Log:
    """The log of the run; only the leading process keeps one, and a dry run none."""
    if options.dry_run or not team.leads:
        return Log(None)
    board = Board.open(options.output / "tensorboard", first_update) if options.tensorboard else None
    return Log(options.output / "log.jsonl", board)


def _seed_process(options: TrainingOptions, team: Team) -> None:
    """Other random numbers for every process but the leading one: two that dropped out the same would waste half."""
    if not team.leads:
        torch.manual_seed(int(np.random.SeedSequence((options.seed, team.rank)).generate_state(1)[0]))


def _references(options: TrainingOptions) -> tuple[ParallelText, dict[str, Sequence[Sequence[str]]]]:
    """The test pairs, and the references by the name of the way they judge."""
    test = _generated(options, "test", _HELD_OUT) if options.test is None else read_parallel(options.test)
    references: dict[str, Sequence[Sequence[str]]] = {"single reference": [[target] for target in test.targets]}
    if options.test_references is not None:
        references["all references"] = read_references(options.test_references, test.sources)
    return test, references


def _check_test(options: TrainingOptions, cap: int, tokenizer: Reader) -> None:
    """Say before hours of training, not after, that a source of the test file cannot be decoded."""
    for number, ids in enumerate(tokenizer.encode_ids(_references(options)[0].sources), start=1):
        if not 1 <= len(ids) <= cap:
            raise DataError(f"{options.test}, line {number}: the source must have 1 to {cap} tokens, got {len(ids)}")


def _measure(options: TrainingOptions, run: Run, log: Log) -> None:
    """Score the best model as it lies on the disk, and write the scores into its folder."""
    test, references = _references(options)
    pipeline = Pipeline.load(run.best)
    metrics = evaluate(pipeline, test.sources, references, _measure_of(options))
    metrics |= named_perplexities(pipeline.checkpoint, test.sources, test.targets, options.batch_tokens)
    for name, value in metrics.items():
        print(f"{name}: {value}")
    log.write("test", **metrics)
    best, room = pipeline.checkpoint, room_for(pipeline, test.sources, references)
    training = {**best.training, **run.record, "room": room}
    measured = replace(best, training=training, metrics={**best.metrics, **metrics}, card=run.card)
    save_checkpoint(run.best, measured, half=True)


def _measure_of(options: TrainingOptions) -> str:
    if options.measure is Measure.AUTO:
        return (Measure.SEQUENCES if options.task else Measure.TRANSLATION).value
    return options.measure.value


def train_tokenizers(options: TrainingOptions, text: ParallelText, given: Given = NOTHING) -> tuple[Reader, Reader]:
    """Learn what the readers of both sides have to learn from the training pairs, where none is given."""
    chosen, cap = options.tokenizer, options.chosen().source_cap
    if given.source is not None and given.target is not None:
        return given.source, given.target
    if chosen.shared:
        both = make_reader((*text.sources, *text.targets), chosen.source_kind, chosen.source_size, cap)
        return both, both
    return (
        make_reader(text.sources, chosen.source_kind, chosen.source_size, cap),
        given.target or make_reader(text.targets, chosen.target_kind, chosen.target_size, cap),
    )


def _device(options: TrainingOptions) -> torch.device:
    """Where this process trains; with several processes on a machine, each has a card of its own."""
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.device == "cuda" and not torch.cuda.is_available():
        raise OptionError("device must be cpu or auto where PyTorch finds no CUDA device, got 'cuda'")
    if options.device == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    if (card := local_rank()) >= (cards := torch.cuda.device_count()):
        raise OptionError(f"processes of a machine must be at most its CUDA devices, {cards}, got a process {card + 1}")
    return torch.device("cuda", card)


def _report(name: str, pairs: TokenPairs, trainer: Trainer) -> None:
    if not len(pairs):
        longest = f"longest, {trainer.options.longest} tokens"
        raise TrainingError(f"{name} must hold a pair within {longest}, got {pairs.skipped} that are longer")
    sizes = {"pairs": len(pairs), "skipped": pairs.skipped, "target_tokens": pairs.target_tokens}
    trainer.log.write("data", split=name, **sizes)
    found = f"{len(pairs):,} pairs, {pairs.target_tokens:,} target tokens; {pairs.skipped:,} pairs skipped"
    trainer.team.say(f"{name}: {found}")


if __name__ == "__main__":
    sys.exit(main())
