"""python -m seq2seq_core.exposure: exposure bias of models of one task, as a file for the page.

    python -m seq2seq_core.exposure --task dates --models runs/forced/best runs/sampled/best \\
        --output assets/exposure/dates.json
    python -m seq2seq_core.exposure --task scan --test data/scan-simple/test.tsv ...

Epsilon is the probability of the true token (Bengio 2015) in the last update of a model's training: 1 is teacher
forcing. Each checkpoint's record tells it; models from elsewhere need `--epsilons`. The first two models stand beside
each other on the page, all of them over epsilon. See the package for what is measured.
"""

import json
import platform
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import tyro

from seq2seq_core.checkpoint import count_parameters
from seq2seq_core.errors import OptionError, Seq2SeqError
from seq2seq_core.exposure.comparison import Damage, Exposure, measure
from seq2seq_core.files import write_file
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tasks import generate
from seq2seq_core.tasks.parallel import ParallelText, read_parallel
from seq2seq_core.training.teaching import OwnToken, TeachingForm, TeachingKind, TeachingOptions
from seq2seq_core.training.teaching import epsilon as epsilon_of

EXPOSURE_FORMAT: Final = "seq2seq-exposure/1"
MOST_MODELS: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class ExposureOptions:
    """Measure exposure bias of models of one task."""

    task: str
    """name on the page; without a test file also the generated task that the pairs are of"""
    models: tuple[Path, ...]
    """checkpoint folders, those to stand beside each other first"""
    output: Path
    """the JSON file to write"""
    epsilons: tuple[float, ...] = ()
    """for each model the probability of the true token at the end of its training; none: as its record tells"""
    test: str | None = None
    """test pairs: a TSV file, or SOURCE_FILE,TARGET_FILE; a random part of them where there are more than `pairs`"""
    pairs: int = 500
    """number of pairs"""
    difficulty: int = 3
    """difficulty of a generated task"""
    seed: int = 1
    """seed of the pairs"""
    damage: Damage = field(default_factory=Damage)
    threads: int = 0
    """processor threads; 0 leaves the choice to PyTorch"""

    def __post_init__(self) -> None:
        if not 1 <= len(self.models) <= MOST_MODELS or len(self.epsilons) not in (0, len(self.models)):
            raise OptionError(
                f"models must be 1 to {MOST_MODELS} with an epsilon each or none at all, "
                f"got {len(self.models)} models and {len(self.epsilons)} epsilons"
            )
        if strangers := [epsilon for epsilon in self.epsilons if not 0 <= epsilon <= 1]:
            raise OptionError(f"epsilons must be probabilities from 0 to 1, got {strangers[0]}")
        if not self.task.strip():
            raise OptionError(f"task must be a name, got {self.task!r}")


def main() -> int:
    """The command line; a user's mistake is one line on standard error and exit status 2."""
    try:
        options = tyro.cli(ExposureOptions, prog="python -m seq2seq_core.exposure", description=__doc__)
        if options.threads:
            torch.set_num_threads(options.threads)
        write_file(options.output, (json.dumps(_record(options), indent=1, allow_nan=False) + "\n").encode())
    except Seq2SeqError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def pairs_of(options: ExposureOptions) -> tuple[ParallelText, list[tuple[str, str]]]:
    """The test text, and the pairs of it that are used: all, or a random part in the order of the file."""
    if options.test is None:
        text = generate(options.task, "test", options.pairs, difficulty=options.difficulty, seed=options.seed)
    else:
        text = read_parallel(options.test)
    chosen: Sequence[int] = range(len(text))
    if len(text) > options.pairs:
        chosen = sorted(np.random.default_rng(options.seed).permutation(len(text))[: options.pairs].tolist())
    return text, [(text.sources[i], text.targets[i]) for i in chosen]


def _record(options: ExposureOptions) -> dict[str, Any]:
    text, pairs = pairs_of(options)
    trained = zip(options.models, options.epsilons or [None] * len(options.models), strict=True)
    return {
        "format": EXPOSURE_FORMAT,
        "task": options.task,
        "data": {"test": options.test, "lines": len(text), "pairs": len(pairs), "sha256": text.digest},
        "settings": {"seed": options.seed, "difficulty": options.difficulty, "damage": asdict(options.damage)},
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "command": _command(options),
        "models": [_model(folder, epsilon, pairs, options.damage) for folder, epsilon in trained],
    }


def _command(options: ExposureOptions) -> str:
    """The command line that says the same."""
    words = ["python", "-m", "seq2seq_core.exposure", "--task", options.task, "--models", *map(str, options.models)]
    words += ["--epsilons", *(f"{epsilon:g}" for epsilon in options.epsilons)] if options.epsilons else []
    words += ["--output", str(options.output)]
    words += ["--test", options.test] if options.test is not None else []
    for name in ("pairs", "difficulty", "seed"):
        words += [f"--{name}", str(getattr(options, name))]
    for name, value in asdict(options.damage).items():
        words += [f"--damage.{name}", str(value)]
    return shlex.join(words)


def last_epsilon(folder: Path, training: Mapping[str, Any]) -> float:
    """The probability of the true token in the last update that a checkpoint has seen.

    Raises:
        OptionError: its record does not tell, and none was given.
    """
    options, updates = training.get("options"), training.get("updates")
    if not isinstance(options, Mapping) or not isinstance(updates, int):
        raise OptionError(f"epsilons must be given where a model's record tells of no training, as with {folder}")
    teaching = options.get("teaching")
    if teaching is None:
        return 1.0  # older than the setting: there was teacher forcing only
    kinds = {"kind": TeachingKind, "own": OwnToken, "form": TeachingForm}
    try:
        chosen: dict[str, Any] = {name: kinds.get(name, float)(value) for name, value in teaching.items()}
        return epsilon_of(TeachingOptions(**chosen), max(0, updates - 1))
    except (AttributeError, TypeError, ValueError) as error:
        raise OptionError(f"epsilons must be given where a model's record is not readable, as with {folder}") from error


def _model(folder: Path, given: float | None, pairs: Sequence[tuple[str, str]], damage: Damage) -> dict[str, Any]:
    pipeline = Pipeline.load(folder)
    checkpoint, training = pipeline.checkpoint, pipeline.checkpoint.training
    epsilon = last_epsilon(folder, training) if given is None else given
    found = measure(pipeline, [source for source, _ in pairs], [target for _, target in pairs], damage)
    print(_line(folder, epsilon, found), flush=True)
    return {
        "name": checkpoint.card.get("title") or folder.absolute().parent.name,
        "epsilon": round(epsilon, 4),
        "model": {"family": checkpoint.model.family, **asdict(checkpoint.model.config)},
        "parameters": count_parameters(checkpoint.model),
        "training": {name: training.get(name) for name in ("command", "data", "updates", "target_tokens_seen")},
        "measured": asdict(found),
    }


def _line(folder: Path, epsilon: float, found: Exposure) -> str:
    forced, free = found.teacher_forced_perplexity.value, found.free_running_perplexity.value
    return (
        f"{folder}: epsilon {epsilon:g}; perplexity teacher forced {forced:.3f}, free running {free:.3f}; "
        f"wrong after a right prefix {found.wrong_after_right.value:.2f} %; "
        f"repeated {found.repeated.value:.1f} % of outputs"
    )


if __name__ == "__main__":
    sys.exit(main())
