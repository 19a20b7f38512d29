"""python -m tests.bench.language_start --data FOLDER: what a decoder from a language model buys on a small corpus.

Trains a language model on the target side of a parallel corpus, then three translators with the same budget, data order
and seeds: `drawn` at random, `decoder` begun with the language model, `regularised` begun with it and keeping its loss
(weight 1). The language model sees no more text than the translators do. Prints the validation loss (nats a token,
teacher forced; all have the same target tokenizer) by target tokens learnt from, and BLEU of the best model of each run
on the test file with its 95 % interval. Runs that the output folder holds already are not made again.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tyro

from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tasks.parallel import read_parallel
from tests.bench.strategies import outputs_of, score_of, train_once

_SIZES: Final = "--model.embedding-size 128 --model.decoder-size 192 --model.dropout 0.3 --batch-tokens 800"
_TARGET: Final = "--tokenizer.target-kind bpe --tokenizer.target-size 2000 --optimiser.warmup 100"
_LANGUAGE: Final = (
    f"{_SIZES} {_TARGET} --tokenizer.source-kind none --model.encoder none --model.no-bidirectional "
    "--model.decoder sutskever --model.attention none --model.bridge zero --max-tokens 800000 "
    "--validate-every 50000 --patience 4"
)
_TRANSLATION: Final = (
    f"{_SIZES} {_TARGET} --tokenizer.source-kind bpe --tokenizer.source-size 2000 --model.encoder-size 128 "
    "--model.attention-size 96 --patience 0"
)
_VARIANTS: Final = {
    "drawn": "",
    "decoder": "--start.decoder {language}",
    "regularised": "--start.decoder {language} --start.language-weight 1.0",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchOptions:
    """What to train on, and for how long."""

    data: Path
    """folder of train.tsv.gz, valid.tsv and test.tsv: tatoeba-en-vi"""
    output: Path = Path("runs/language-start")
    """folder of the runs"""
    tokens: int = 1_000_000
    """target tokens of each translator"""
    seeds: int = 1
    """runs of each translator"""
    precision: str = "bf16"
    """fp32 or bf16"""


def main() -> None:
    options = tyro.cli(BenchOptions, description=__doc__)
    common = ["--train", str(options.data / "train.tsv.gz"), "--valid", str(options.data / "valid.tsv")]
    common += ["--precision", options.precision, "--threads", "1"]
    language = options.output / "language"
    found = train_once([*common, *_LANGUAGE.split()], language)
    print(f"language model: validation loss {min(_losses(found).values()):.3f}")
    curves: dict[str, dict[int, float]] = {}
    for seed in range(1, options.seeds + 1):
        for variant, settings in _VARIANTS.items():
            words = [*common, *_TRANSLATION.split(), "--seed", str(seed), "--max-tokens", str(options.tokens)]
            words += ["--validate-every", str(options.tokens // 20)]
            words += settings.format(language=language / "best").split()
            name = f"{variant}-{seed}"
            curves[name] = _losses(train_once(words, options.output / name))
    _print_curves(curves)
    _print_bleu(options, list(curves))
    print(json.dumps(curves))


def _losses(events: list[dict[str, Any]]) -> dict[int, float]:
    """Validation losses by target tokens, to the nearest thousand."""
    validations = [event for event in events if event["event"] == "validation"]
    return {round(event["tokens"], -3): event["loss"] for event in validations}


def _print_curves(curves: dict[str, dict[int, float]]) -> None:
    print("tokens    " + "".join(f"{name:>16}" for name in curves))
    for row in zip(*(sorted(curve.items()) for curve in curves.values()), strict=True):
        print(f"{row[0][0]:>9,} " + "".join(f"{loss:>16.3f}" for _, loss in row))


def _print_bleu(options: BenchOptions, names: list[str]) -> None:
    test = read_parallel(str(options.data / "test.tsv"))
    for name in names:
        outputs = outputs_of(Pipeline.load(options.output / name / "best"), test)
        scores = ", ".join(f"{search} {score_of(each, test.targets)}" for search, each in outputs.items())
        print(f"{name}: BLEU {scores}")


if __name__ == "__main__":
    main()
