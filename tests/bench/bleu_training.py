"""python -m tests.bench.bleu_training --data FOLDER: what optimising BLEU directly buys a trained model.

From a checkpoint on, with the same number of sentences, learning rate and order of the data: more cross entropy (the
control), self-critical training and minimum risk training. Prints greedy and beam BLEU on held-out sentences before and
after, each with its 95 % bootstrap interval, and the difference with a paired one; then the mean reward along the
training of what was drawn and of greedy search on the validation file. The best model of a run is chosen on the
validation file: by loss for cross entropy, by reward for the others. Runs that the output folder holds already are not
made again.
"""

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import tyro

from seq2seq_core.checkpoint import load_checkpoint
from seq2seq_core.options import GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tasks.parallel import ParallelText, from_pairs, read_parallel
from seq2seq_core.training.rewards import SentenceBleu
from tests.bench.strategies import difference, outputs_of, score_of, train_once

_VARIANTS: Final = {
    "cross-entropy": "",
    "self-critical": "--reward.kind self-critical --reward.samples {samples}",
    "minimum-risk": "--reward.kind minimum-risk --reward.samples {samples} --reward.alpha {alpha}",
}
_COURSE: Final = "--batch-tokens 200 --patience 0 --optimiser.warmup 20 --optimiser.label-smoothing 0 --model.dropout 0"


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchOptions:
    """What to train, and for how long."""

    data: Path
    """folder of train.tsv.gz, valid.tsv and test.tsv: tatoeba-en-fr"""
    model: Path = Path("assets/checkpoints/tatoeba-en-fr")
    """a recurrent checkpoint"""
    output: Path = Path("runs/bleu-training")
    """folder of the runs"""
    tokens: int = 100_000
    """target tokens of the references of each training"""
    rate: float = 2e-4
    """peak learning rate"""
    samples: int = 5
    """outputs drawn for each source"""
    alpha: float = 0.005
    """sharpness of minimum risk training"""
    sentences: int = 300
    """held-out sentences, chosen at random from the test file"""
    precision: str = "bf16"
    """fp32 or bf16"""


def main() -> None:
    options = tyro.cli(BenchOptions, description=__doc__)
    test = _held_out(options)
    pipeline = Pipeline.load(options.model)
    before, curves = outputs_of(pipeline, test), {}
    valid = read_parallel(str(options.data / "valid.tsv"))
    print(f"mean reward of greedy search on the validation file, before: {_reward_of(pipeline, valid):.4f}")
    print("before: " + ", ".join(f"{search} {score_of(each, test.targets)}" for search, each in before.items()))
    for variant, settings in _VARIANTS.items():
        words = [*_words(options), *settings.format(samples=options.samples, alpha=options.alpha).split()]
        folder = options.output / variant
        curves[variant] = _rewards(train_once(words, folder))
        after = outputs_of(Pipeline.load(folder / "best"), test)
        for search, each in after.items():
            gain = difference(before[search], each, test.targets)
            print(f"{variant}, {search}: {score_of(each, test.targets)}, gain {gain}", flush=True)
    print(json.dumps(curves))


def _held_out(options: BenchOptions) -> ParallelText:
    text = read_parallel(str(options.data / "test.tsv"))
    chosen = sorted(random.Random(1).sample(range(len(text)), options.sentences))
    return from_pairs([(text.sources[at], text.targets[at]) for at in chosen])


def _words(options: BenchOptions) -> list[str]:
    """The command line that all trainings share; the model's settings are its own."""
    checkpoint = load_checkpoint(options.model)
    words = ["--train", str(options.data / "train.tsv.gz"), "--valid", str(options.data / "valid.tsv")]
    words += ["--start.model", str(options.model), "--precision", options.precision, "--threads", "1", *_COURSE.split()]
    words += ["--max-tokens", str(options.tokens), "--validate-every", str(options.tokens // 5)]
    words += ["--optimiser.learning-rate", str(options.rate)]
    for side, reader in (("source", checkpoint.source_tokenizer), ("target", checkpoint.target_tokenizer)):
        words += [f"--tokenizer.{side}-kind", reader.kind.value, f"--tokenizer.{side}-size", str(len(reader))]
    left_out = ("dropout", "source_vocabulary", "target_vocabulary")
    for name, value in asdict(checkpoint.model.config).items():
        if name not in left_out:
            flag = name.replace("_", "-")
            truth = f"--model.{'' if value else 'no-'}{flag}"
            words += [truth] if isinstance(value, bool) else [f"--model.{flag}", str(value)]
    return words


def _rewards(events: list[dict[str, Any]]) -> dict[str, dict[int, float]]:
    """Mean rewards by update: of what was drawn since the one before, and of greedy search on the validation file."""
    curves: dict[str, dict[int, float]] = {"drawn": {}, "valid": {}}
    for event in events:
        if event["event"] == "validation" and "reward" in event:
            curves["valid"][event["update"]] = round(event["reward"], 4)
        if event["event"] == "update" and "reward" in event.get("parts", {}):
            curves["drawn"][event["update"]] = event["parts"]["reward"]
    return curves


def _reward_of(pipeline: Pipeline, text: ParallelText) -> float:
    """Mean reward of what greedy search says."""
    bleu, outputs = SentenceBleu(), pipeline.translate(text.sources, GreedyOptions())
    return sum(bleu(output, wanted) for output, wanted in zip(outputs, text.targets, strict=True)) / len(text)


if __name__ == "__main__":
    main()
