"""python -m tests.bench.corpus_memory: how much memory of its own a training takes for each pair of a large corpus.

Writes corpora of several sizes (a few hundred sentence pairs again and again, with noise), and for each starts a
process that prepares it as `seq2seq_core.train` does: read through as a stream, tokenizers learnt from a sample, ids
into mapped files. Then it goes through an epoch's batches and collates every twentieth. Prints the anonymous resident
memory (what cannot be dropped and read again from a file), and by how many bytes a pair it grows between the sizes.
"""

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Final

import tyro

from seq2seq_core.readers import make_reader
from seq2seq_core.tasks.streams import open_parallel, sampled
from seq2seq_core.tokenizer import TokenizerKind
from seq2seq_core.training.batches import collate, epoch_order
from seq2seq_core.training.corpus import DataOptions, Preparation, token_pairs
from seq2seq_core.training.pairs import PairReader
from seq2seq_core.training.shards import Store
from tests.support.project import ROOT

BATCH_TOKENS: Final = 4_000
COLLATED_EVERY: Final = 20  # batches
TOKENIZER_PAIRS: Final = 100_000  # of which the vocabularies are learnt, in every corpus
SEED: Final = 1
_SUBJECTS: Final = (("I", "je"), ("you", "tu"), ("she", "elle"), ("he", "il"), ("we", "nous"))
_VERBS: Final = (("see", "vois"), ("take", "prends"), ("want", "veux"), ("sell", "vends"), ("know", "connais"))
_OBJECTS: Final = (
    ("the cat", "le chat"), ("the red house", "la maison rouge"), ("a dog", "un chien"),
    ("the old town", "la vieille ville"), ("a book about the sea", "un livre sur la mer"),
)  # fmt: skip
_WHEN: Final = (("", ""), (" today", " aujourd'hui"), (" every single morning", " chaque matin"))


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchOptions:
    """Which sizes."""

    pairs: tuple[int, ...] = (1_000_000, 10_000_000)
    """pairs of each corpus, rising"""
    folder: Path | None = None
    """where corpora and mapped files are written, about 110 bytes a pair, and removed again; by default the system's"""
    corpus: Path | None = None
    """measure this one file and print one line of JSON: what the bench starts for each size"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One corpus. Sizes in bytes, times in seconds."""

    pairs: int
    before: int  # anonymous memory with the libraries loaded and nothing read
    preparing: int  # the most of it while the corpus is read and tokenised
    prepared: int  # of it when that is done
    epoch: int  # the most of it while the epoch's batches are asked for and some collated
    mapped: int  # bytes of the files
    batches: int
    prepare_seconds: float
    epoch_seconds: float


def sentence_pairs() -> list[tuple[str, str]]:
    """375 pairs."""
    parts = product(_SUBJECTS, _VERBS, _OBJECTS, _WHEN)
    return [(f"{s[0]} {v[0]} {o[0]}{w[0]}", f"{s[1]} {v[1]} {o[1]}{w[1]}") for s, v, o, w in parts]


def noisy_lines(count: int) -> Iterator[str]:
    """The pairs again and again; a number, the same on both sides, makes most of them differ."""
    dice, pairs = random.Random(count), sentence_pairs()
    for _ in range(count):
        source, target = pairs[int(dice.random() * len(pairs))]
        number = int(dice.random() * 3_000)
        yield f"{source} {number}\t{target} {number}\n"


def anonymous_memory() -> int:
    """Resident bytes of this process that belong to no file."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "RssAnon":
            return int(value.split()[0]) * 1024
    raise OSError("/proc/self/status has no RssAnon")


class Watch:
    """The most anonymous memory seen since the last question, looked at ten times a second."""

    def __init__(self) -> None:
        self._most = 0
        threading.Thread(target=self._look, daemon=True).start()

    def most(self) -> int:
        found, self._most = max(self._most, anonymous_memory()), 0
        return found

    def _look(self) -> None:
        while True:
            self._most = max(self._most, anonymous_memory())
            time.sleep(0.1)


def measure(corpus: Path, store: Store) -> Measured:
    """Prepare the corpus as a training does and go through one epoch."""
    before, watch, started = anonymous_memory(), Watch(), time.monotonic()
    text = open_parallel(str(corpus), in_memory=0)
    sample = sampled(text, TOKENIZER_PAIRS, SEED)
    sides = [make_reader(side, TokenizerKind.WORD, 4_000, 0) for side in (sample.sources, sample.targets)]
    del sample
    pairs = token_pairs(text, Preparation(PairReader((sides[0], sides[1]), longest=60)), store)
    preparing, prepared, ready = watch.most(), anonymous_memory(), time.monotonic()
    batches = 0
    for batches, indices in enumerate(epoch_order(pairs, BATCH_TOKENS, SEED, epoch=0), start=1):
        if batches % COLLATED_EVERY == 0:
            collate(pairs, indices)
    return Measured(
        pairs=len(pairs),
        before=before,
        preparing=preparing,
        prepared=prepared,
        epoch=watch.most(),
        mapped=sum(shard.size for shard in pairs.shards),
        batches=batches,
        prepare_seconds=round(ready - started, 1),
        epoch_seconds=round(time.monotonic() - ready, 1),
    )


def in_a_process(count: int, parent: Path | None) -> Measured:
    """Write a corpus of so many pairs, measure it in a process of its own, remove it."""
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        corpus = Path(folder) / "corpus.tsv"
        with corpus.open("w", encoding="utf-8") as file:
            file.writelines(noisy_lines(count))
        command = [sys.executable, "-m", "tests.bench.corpus_memory", "--corpus", str(corpus)]
        output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
        return Measured(**json.loads(output))


def main() -> None:
    """Print a row for each size, the growth, and the same as one line of JSON."""
    options = tyro.cli(BenchOptions, description=__doc__)
    if options.corpus is not None:
        store = Store(options.corpus.parent / "data", "train", DataOptions().shard_pairs)
        print(json.dumps(asdict(measure(options.corpus, store))))
        return
    found = [in_a_process(count, options.folder) for count in options.pairs]
    print("| pairs | mapped MB | anonymous MB before | preparing, at most | prepared | epoch, at most | seconds |")
    print("|---|---|---|---|---|---|---|")
    for row in found:
        sizes = (row.mapped, row.before, row.preparing, row.prepared, row.epoch)
        cells = [f"{row.pairs:,}", *(f"{size / 1e6:.1f}" for size in sizes)]
        print(f"| {' | '.join(cells)} | {row.prepare_seconds:.0f} + {row.epoch_seconds:.0f} |")
    growth = {}
    if len(found) > 1:
        first, last = found[0], found[-1]
        for part in ("preparing", "prepared", "epoch"):
            grown = getattr(last, part) - getattr(first, part)
            growth[part] = round(grown / (last.pairs - first.pairs), 2)
            print(f"{part}: {growth[part]} bytes of anonymous memory a pair")
    print(json.dumps({"sizes": [asdict(row) for row in found], "bytes_a_pair": growth}))


if __name__ == "__main__":
    main()
