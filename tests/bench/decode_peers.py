"""python -m tests.bench.decode_peers: milliseconds a sentence beside Hugging Face, CTranslate2 and a textbook loop.

Every side runs in a process of its own, which waits while another one works; rounds are interleaved, medians are
printed with the ratio to ours. What is decoded is in `decode_sides`. Needs `pip install '.[bench]'`; a peer that is
not installed is left out.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from typing import Final

import tyro

from tests.bench.decode_sides import SIDES, Case, Side, chosen, runs

SINGLE: Final = [Case(source, target, beam) for source, target in ((12, 15), (30, 40)) for beam in (1, 4, 10)]
BATCHED: Final = [Case(12, 15, beam, batch=32) for beam in (1, 5)]


@dataclass(frozen=True, kw_only=True, slots=True)
class PeersOptions:
    """What to compare."""

    rounds: int = 9
    """interleaved rounds; each side is timed once in each"""
    only: tuple[str, ...] = ()
    """beginnings of the names of the sides; all where empty"""
    batched: bool = False
    """batches of 32 sources instead of one source"""
    worker: str = ""
    """used by the bench itself: answer as this side"""


@dataclass(slots=True)
class Worker:
    """A side in its own process."""

    name: str
    process: subprocess.Popen[str]

    def milliseconds(self, case: Case) -> float:
        """Time one case."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("a worker talks through pipes")
        self.process.stdin.write(json.dumps(asdict(case)) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def main() -> None:
    """Print a table for each case and the numbers as one line of JSON."""
    options = tyro.cli(PeersOptions, description=__doc__)
    if options.worker:
        answer(SIDES[options.worker]())
        return
    cases, times = BATCHED if options.batched else SINGLE, dict[tuple[str, Case], list[float]]()
    with ExitStack() as stack:
        workers = [stack.enter_context(started(name)) for name in chosen(options.only)]
        for turn in range(options.rounds + 1):
            for case in cases:
                for worker in workers:
                    if runs(worker.name, case):
                        taken = worker.milliseconds(case)
                        if turn:  # the first round warms up
                            times.setdefault((worker.name, case), []).append(taken)
    report(times, cases, [worker.name for worker in workers])


def answer(side: Side) -> None:
    """Time what standard input asks for, until it closes.

    What is timed is the second of two in a row: while the other sides were at work, their weights took the place of
    these in the processor's caches.
    """
    print("ready", flush=True)
    for line in sys.stdin:
        work = side(Case(**json.loads(line)))
        work()
        begin = time.perf_counter()
        work()
        print(1e3 * (time.perf_counter() - begin), flush=True)


@contextmanager
def started(name: str) -> Iterator[Worker]:
    """A side, ready to be timed."""
    words = [sys.executable, "-m", "tests.bench.decode_peers", "--worker", name]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or process.stdout.readline().strip() != "ready":
            raise SystemExit(f"the side {name!r} did not start; --only names those that can")
        yield Worker(name, process)
        if process.stdin is not None:
            process.stdin.close()


def report(times: dict[tuple[str, Case], list[float]], cases: Sequence[Case], names: Sequence[str]) -> None:
    """The table, and one line of JSON."""
    medians = {key: statistics.median(found) for key, found in times.items()}
    heads = [f"{case.source}→{case.target} b{case.beam}" for case in cases]
    print("| ms | " + " | ".join(heads) + " |\n|---|" + "---|" * len(cases))
    for name in names:
        cells = [f"{medians[name, case]:.1f}" if (name, case) in medians else "–" for case in cases]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(json.dumps([{"side": name, **asdict(case), "ms": value} for (name, case), value in medians.items()]))


if __name__ == "__main__":
    main()
