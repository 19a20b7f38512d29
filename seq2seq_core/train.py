"""python -m seq2seq_core.train: train a model from pairs of files or on a generated task.

    python -m seq2seq_core.train --train train.tsv --valid valid.tsv --test test.tsv --output runs/mine
    python -m seq2seq_core.train --task dates --output runs/dates

A stopped run goes on exactly where it was with the same command and `--resume`; a finished one goes on to
a larger `--max-tokens`, unless its learning rate has fallen to zero by the cosine schedule.
"""

import os
import platform
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from enum import Enum
from pathlib import Path
from typing import Any

import torch
import tyro

from seq2seq_core.checkpoint import count_parameters, load_checkpoint, save_checkpoint
from seq2seq_core.errors import CheckpointError, DataError, OptionError, Seq2SeqError, TrainingError
from seq2seq_core.evaluation import evaluate, room_for
from seq2seq_core.files import recover_folder
from seq2seq_core.models import FAMILIES
from seq2seq_core.perplexity import named_perplexities
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.readers import Reader, make_reader
from seq2seq_core.tasks import generate
from seq2seq_core.tasks.parallel import ParallelText, read_parallel, read_references
from seq2seq_core.tasks.streams import Text, open_parallel, sampled
from seq2seq_core.training.begin import NOTHING, RECORD, Given, fill_model, open_start
from seq2seq_core.training.config import Measure, Schedule, TrainingOptions
from seq2seq_core.training.corpus import Preparation, token_pairs
from seq2seq_core.training.log import Log
from seq2seq_core.training.loop import Trainer
from seq2seq_core.training.objective import reward_record
from seq2seq_core.training.pairs import PairReader, TokenPairs
from seq2seq_core.training.run import Run
from seq2seq_core.training.shards import Store
from seq2seq_core.training.state import unpack_state

_STYLE = (tyro.conf.EnumChoicesFromValues,)
_HELD_OUT = 1_000  # validation pairs of a generated task, and as many test pairs


def main() -> int:
    """The command line; a user's mistake is one line on standard error and exit status 2."""
    try:
        train(tyro.cli(TrainingOptions, prog="python -m seq2seq_core.train", description=__doc__, config=_STYLE))
    except Seq2SeqError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def train(options: TrainingOptions) -> Run:
    """Read the data, train, and measure the best model on the test file."""
    device = _device(options)
    if _measured(options):
        _references(options)
    texts = _texts(options)
    run, trainer = _start(options, texts, device)
    if options.test is not None:
        _check_test(options, trainer.model.config.source_cap, run.source_tokenizer)
    readers = (run.source_tokenizer, run.target_tokenizer)
    preparation = Preparation(PairReader(readers, options.longest, trainer.model.copies), options.join, options.seed)
    pairs, folder = {}, options.data.cache or options.output / "data"
    for name, text in texts.items():
        pairs[name] = token_pairs(text, preparation, Store(folder, name, options.data.shard_pairs))
        _report(name, pairs[name], trainer.log)
    room = max(10, pairs["train"].room(trainer.model.positions))
    trainer.run = run = replace(run, record={**run.record, "room": room})
    if not trainer.progress.finished:
        trainer.train(pairs["train"], pairs["valid"])
    if _measured(options):
        _measure(options, run, trainer.log)
    return run


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


def _start(options: TrainingOptions, texts: dict[str, Text], device: torch.device) -> tuple[Run, Trainer]:
    """A new run, or the saved one with its model, tokenizers and state."""
    run_folder, last = options.output, options.output / "last"
    recover_folder(last)
    if options.resume and not last.exists():
        raise TrainingError(f"resume needs the checkpoint of a validation, and {last} does not exist yet")
    log = Log(run_folder / "log.jsonl")
    card, record = _card(options), _record(options, texts)
    torch.manual_seed(options.seed)
    if options.resume:
        saved = load_checkpoint(last)
        _check_same_training(last, saved.training, options, texts)
        record |= {name: value for name, value in saved.training.items() if name == RECORD}
        run = Run(run_folder, saved.source_tokenizer, saved.target_tokenizer, record, card)
        trainer = Trainer(options, saved.model.to(device), run, log)
        trainer.progress = unpack_state(last, trainer.model, trainer.optimiser)
        trainer.progress.finished = trainer.is_done()  # with a larger budget it is not
        log.write("resume", tokens=trainer.progress.tokens)
        return run, trainer
    if last.exists():
        raise TrainingError(f"output must be a new folder or come with --resume, but {run_folder} holds a run")
    given, sample = open_start(options), sampled(texts["train"], options.data.tokenizer_pairs, options.seed)
    source, target = train_tokenizers(options, sample, given)
    record |= given.record()
    run = Run(run_folder, source, target, record, card)
    family = FAMILIES[options.family]
    settings = asdict(options.chosen())
    model = family.model(family.config(source_vocabulary=len(source), target_vocabulary=len(target), **settings))
    log.write("start", parameters=count_parameters(model), **run.record)
    fill_model(model, options, given, run, sample, log)
    print(f"{count_parameters(model):,} parameters on {device}")
    return run, Trainer(options, model.to(device), run, log)


def _card(options: TrainingOptions) -> dict[str, Any]:
    about = {name: value for name, value in _plain(asdict(options.about)).items() if value}
    return {"title": options.output.name, "attribution": options.attribution, **about}


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
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.device == "cuda" and not torch.cuda.is_available():
        raise OptionError("device must be cpu or auto where PyTorch finds no CUDA device, got 'cuda'")
    automatic = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(automatic if options.device == "auto" else options.device)


def _record(options: TrainingOptions, texts: dict[str, Text]) -> dict[str, Any]:
    return {
        "options": _plain(asdict(options)),
        "data": {name: {"pairs": len(text), "sha256": text.digest} for name, text in texts.items()},
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "machine": f"{os.cpu_count()} processors, {torch.get_num_threads()} threads",
        "command": _command(options),
        **reward_record(options),
    }


def _command(options: TrainingOptions) -> str:
    """The command line that says the same: every setting that is not the default."""
    defaults = _defaults()
    words = ["python", "-m", "seq2seq_core.train"]
    for name, value in _flat(_plain(asdict(options))).items():
        if name != "resume" and value != defaults[name]:
            flag = "--" + name.replace("_", "-")
            words += [flag] if value is True else [f"--no-{name}"] if value is False else [flag, *_words(value)]
    return shlex.join(words)


def _defaults() -> dict[str, Any]:
    """Every setting's default by its name; options need data, so some are put in and out again."""
    return _flat(_plain(asdict(TrainingOptions(train="-", valid="-", output=Path())))) | {"train": "", "valid": ""}


def _words(value: Any) -> list[str]:
    """A value as the command line takes it."""
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _plain(value: Any) -> Any:
    """Options as JSON can hold them."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return str(value) if isinstance(value, Path) else value


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Settings by the names that the command line gives them, such as model.dropout."""
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return flat


def _check_same_training(
    last: Path, saved: Mapping[str, Any], options: TrainingOptions, texts: Mapping[str, Text]
) -> None:
    """A run goes on exactly only with the data and the settings that it began with."""
    if not all(isinstance(saved.get(part), dict) for part in ("options", "data")):
        raise CheckpointError(f"{last}: config.json must tell the options and data of the training, got {list(saved)}")
    began, data = _flat(saved["options"]), _flat(saved["data"])
    free = {"resume", "output", "train", "valid", "test", "test_references", "device", "threads", "attribution"}
    free |= {"data.in_memory", "data.cache", "data.shard_pairs"}  # the same pairs from memory and from files
    if options.optimiser.schedule is not Schedule.COSINE:
        free.add("max_tokens")  # no update before its end looks at the budget
    defaults = _defaults()
    for name, value in _flat(_plain(asdict(options))).items():
        if name in free or name.startswith("about."):
            continue
        if began.get(name, defaults[name]) != value:  # a setting younger than the run had its default
            raise OptionError(f"{name} must be as in the run that is resumed, {began.get(name)!r}, got {value!r}")
    for name, text in texts.items():
        if data.get(f"{name}.sha256") != text.digest:
            raise OptionError(f"{name} must be the file that the run began with, but its content differs")


def _report(name: str, pairs: TokenPairs, log: Log) -> None:
    if not len(pairs):
        raise TrainingError(f"{name} must hold a pair within the length limit, got {pairs.skipped} that are longer")
    log.write("data", split=name, pairs=len(pairs), skipped=pairs.skipped, target_tokens=pairs.target_tokens)
    print(f"{name}: {len(pairs):,} pairs, {pairs.target_tokens:,} target tokens; {pairs.skipped:,} pairs skipped")


if __name__ == "__main__":
    sys.exit(main())
