"""What a checkpoint tells of its training (options, data, versions, command), and whether a run may go on with it."""

import os
import platform
import shlex
from collections.abc import Mapping
from dataclasses import asdict
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import torch

from seq2seq_core.errors import CheckpointError, OptionError
from seq2seq_core.tasks.streams import Text
from seq2seq_core.training.config import Schedule, TrainingOptions
from seq2seq_core.training.distributed import Team, launcher
from seq2seq_core.training.objective import reward_record

# Settings that change no bit of what is learnt.
FREE: Final = frozenset(
    {"resume", "output", "train", "valid", "test", "test_references", "device", "threads", "attribution"}
    | {"save_every", "log_every", "tensorboard", "dry_run"}
    | {"data.in_memory", "data.cache", "data.shard_pairs"}  # the same pairs from memory and from files
)
_LIBRARIES: Final = ("torch", "numpy", "sentencepiece")


def card_of(options: TrainingOptions) -> dict[str, Any]:
    """What the model card tells beside the record."""
    about = {name: value for name, value in _plain(asdict(options.about)).items() if value}
    return {"title": options.output.name, "attribution": options.attribution, **about}


def record_of(options: TrainingOptions, texts: Mapping[str, Text], team: Team) -> dict[str, Any]:
    """All that fixes a training, and on what it runs."""
    threads = torch.get_num_threads()
    return {
        "options": _plain(asdict(options)),
        "data": {name: {"pairs": len(text), "sha256": text.digest} for name, text in texts.items()},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
        "machine": f"{os.cpu_count()} processors, {threads} threads",
        "processes": team.size,
        "threads": threads,
        "command": command(options),
        **reward_record(options),
    }


def check_same_training(
    last: Path, saved: Mapping[str, Any], options: TrainingOptions, texts: Mapping[str, Text], team: Team
) -> None:
    """A run goes on exactly only with the data and the settings that it began with.

    Raises:
        OptionError: they differ; the message names the first difference.
        CheckpointError: the checkpoint tells no data and settings.
    """
    if not all(isinstance(saved.get(part), dict) for part in ("options", "data")):
        raise CheckpointError(f"{last}: config.json must tell the options and data of the training, got {list(saved)}")
    began, data, defaults = _flat(saved["options"]), _flat(saved["data"]), _defaults()
    free = FREE | {"accumulate"}
    if options.optimiser.schedule is not Schedule.COSINE:
        free |= {"max_tokens"}  # no update before its end looks at the budget
    for name, value in _flat(_plain(asdict(options))).items():
        if name in free or name.startswith("about."):
            continue
        if began.get(name, defaults[name]) != value:  # a setting younger than the run had its default
            raise OptionError(f"{name} must be as in the run that is resumed, {began.get(name)!r}, got {value!r}")
    _check_same_group(saved.get("processes", 1), began.get("accumulate", 1), options, team)
    for name, text in texts.items():
        if data.get(f"{name}.sha256") != text.digest:
            raise OptionError(f"{name} must be the file that the run began with, but its content differs")


def _check_same_group(processes: Any, accumulate: Any, options: TrainingOptions, team: Team) -> None:
    """As many batches an update as before; by how many processes they are worked out may change."""
    known = isinstance(processes, int) and isinstance(accumulate, int)
    if not known or processes * accumulate != team.size * options.accumulate:
        raise OptionError(
            f"processes and accumulate must multiply to as many batches an update as in the run that is resumed, "
            f"{processes} times {accumulate}, got {team.size} times {options.accumulate}"
        )


def differences(saved: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What makes a resumed run differ in the last bits from one that was never stopped, in words."""
    sizes = ("processes", "threads")
    before = {**_flat(saved.get("versions", {})), **{name: saved[name] for name in sizes if name in saved}}
    after = {**now["versions"], **{name: now[name] for name in sizes}}
    return [f"{name} {before[name]} then, {after[name]} now" for name in before if before[name] != after.get(name)]


def command(options: TrainingOptions) -> str:
    """The command line that says the same: every setting that is not the default."""
    defaults = _defaults()
    words = [*launcher(), "seq2seq_core.train"]
    for name, value in _flat(_plain(asdict(options))).items():
        if name != "resume" and value != defaults[name]:
            group, dot, setting = name.replace("_", "-").rpartition(".")
            flag, off = f"--{group}{dot}{setting}", f"--{group}{dot}no-{setting}"
            words += [flag] if value is True else [off] if value is False else [flag, *_words(value)]
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
