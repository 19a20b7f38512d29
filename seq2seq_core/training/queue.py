"""python -m seq2seq_core.training.queue: train the models in the box, one after the other.

    python -m seq2seq_core.training.queue --data data --output runs            what is not finished yet, in this order
    python -m seq2seq_core.training.queue --only dates shapes --precision fp32

A finished run is left alone, a broken one goes on where it was. The data folder holds the corpora by name
(tatoeba-en-fr/train.tsv.gz and so on); generated tasks need none. To add a run: a line in `PLAN`.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from seq2seq_core.errors import OptionError, Seq2SeqError
from seq2seq_core.training.plan import PLAN, Planned


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueOptions:
    """Which runs, where, and how."""

    data: str = "data"
    """folder of the corpora"""
    output: str = "runs"
    """folder of the runs, each in a folder of its name"""
    only: tuple[str, ...] = ()
    """names of the runs to train; all where empty"""
    precision: str = "bf16"
    """arithmetic of the matrix products: fp32 or bf16"""
    threads: int = 1
    """processor threads of each run; 0 leaves the choice to PyTorch"""
    list: bool = False
    """print the commands and train nothing"""


def main() -> int:
    """The command line; the number of runs that failed is the exit status."""
    options = tyro.cli(QueueOptions, prog="python -m seq2seq_core.training.queue", description=__doc__)
    try:
        return sum(_carry_out(options, planned) for planned in _chosen(options.only))
    except Seq2SeqError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def command(planned: Planned, options: QueueOptions) -> list[str]:
    """The training's command line."""
    words = ["-m", "seq2seq_core.train", *planned.arguments(options.data)]
    words += ["--output", str(Path(options.output) / planned.name)]
    return [*words, "--precision", options.precision, "--threads", str(options.threads)]


def _chosen(names: Sequence[str]) -> Iterator[Planned]:
    known = {planned.name: planned for planned in PLAN}
    if unknown := [name for name in names if name not in known]:
        raise OptionError(f"only must name runs of the plan ({', '.join(known)}), got {', '.join(unknown)}")
    return (planned for planned in PLAN if not names or planned.name in names)


def _carry_out(options: QueueOptions, planned: Planned) -> bool:
    """Train one model; whether it failed."""
    words = command(planned, options)
    if options.list:
        print(" ".join(["python", *words]))
        return False
    folder = Path(options.output) / planned.name
    if _is_measured(folder):
        print(f"{planned.name}: finished")
        return False
    resume = ["--resume"] if (folder / "last").exists() else []
    print(f"{planned.name}: {'goes on' if resume else 'starts'}", flush=True)
    return subprocess.run([sys.executable, *words, *resume], check=False).returncode != 0


def _is_measured(folder: Path) -> bool:
    """Whether the run came to its end: its log tells of the test, or of the end where there is none."""
    log = folder / "log.jsonl"
    if not log.exists():
        return False
    events = [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()]
    return "test" in events or ("end" in events and events[-1] == "end" and not _has_test(folder))


def _has_test(folder: Path) -> bool:
    config = json.loads((folder / "best" / "config.json").read_text(encoding="utf-8"))
    options = config["training"]["options"]
    return options["test"] is not None or (options["task"] != "" and options["tokenizer"]["source_kind"] != "none")


if __name__ == "__main__":
    sys.exit(main())
