"""python -m tests.bench.train_throughput: target tokens a second in training, against a textbook's loop and Marian.

Every side trains in a process of its own on the same sentence pairs, in turns: each round, each side goes once through
all pairs. `luong loop` is the per-step loop of `textbook`, `luong` our model of the same function on the same batches
of 64 random pairs, `luong bucketed` the same on batches of similar lengths as `train` makes them, with as many tokens
each; likewise `marian` (Hugging Face's), `transformer` and `transformer bucketed`. Printed are medians over the rounds:
target tokens a second by the clock and, on a processor with one thread, by processor seconds, which other work on the
machine moves less; and the ratio to the first side of the group. On a GPU also the memory, and what share of `--peak`
the arithmetic of the step would be. Needs `pip install '.[bench]'`.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import torch
import tyro
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from seq2seq_core.training.batches import Batch
from tests.bench.throughput_data import corpus
from tests.bench.throughput_sides import BATCH, SIDES, VOCABULARY, Side, side_of
from tests.support.project import ROOT

GO: Final = "go\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchOptions:
    """What to measure, and how long."""

    sides: tuple[str, ...] = SIDES
    """which of them; a group is what begins with the same word, and its first one is the measure"""
    rounds: int = 5
    """rounds that count; one before them warms up"""
    batches: int = 8
    """batches of 64 pairs that a round goes through"""
    threads: int = 1
    """processor threads of a side"""
    device: str = "cpu"
    """cpu or cuda"""
    precision: str = "fp32"
    """fp32 or bf16"""
    compile: bool = False
    """torch.compile our models and the peers' (needs a C++ compiler on the processor)"""
    peak: float = 0.0
    """what the device can do at this precision, in TFLOP/s"""
    serve: str = ""
    """used by the bench itself: be this side"""


@dataclass(frozen=True, slots=True)
class Turn:
    """One pass of one side."""

    seconds: float
    processor: float
    tokens: int
    loss: float
    flops: float
    memory: int  # most bytes of a GPU


def main() -> None:
    options = tyro.cli(BenchOptions, description=__doc__)
    if options.serve:
        serve(options)
        return
    turns: dict[str, list[Turn]] = {}
    for group in groups(options.sides):
        turns |= measure(group, options)
        print_group(group, turns, options)
    print(json.dumps({side: [asdict(turn) for turn in found] for side, found in turns.items()}))


def groups(sides: Sequence[str]) -> list[list[str]]:
    """Sides that are compared with one another."""
    found: dict[str, list[str]] = {}
    for side in sides:
        word = side.split()[0]
        found.setdefault("transformer" if word == "marian" else word, []).append(side)
    return list(found.values())


def measure(sides: Sequence[str], options: BenchOptions) -> dict[str, list[Turn]]:
    """The turns of each side, one process each, one at a time."""
    processes = {side: _process(side, options) for side in sides}
    turns: dict[str, list[Turn]] = {side: [] for side in sides}
    try:
        for number in range(options.rounds + 1):
            for side, process in processes.items():
                turn = _turn(process)
                if number:
                    turns[side].append(turn)
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
    return turns


def _process(side: str, options: BenchOptions) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bench.train_throughput", "--serve", side]
    for name in ("batches", "threads", "device", "precision"):
        command += [f"--{name}", str(getattr(options, name))]
    command += ["--compile"] if options.compile else []
    return subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _turn(process: subprocess.Popen[str]) -> Turn:
    if process.stdin is None or process.stdout is None:
        raise TypeError("a side is spoken to through pipes")
    process.stdin.write(GO)
    process.stdin.flush()
    if not (line := process.stdout.readline()):
        raise SystemExit("a side ended early; its message stands above")
    return Turn(**json.loads(line))


def print_group(sides: Sequence[str], turns: dict[str, list[Turn]], options: BenchOptions) -> None:
    """One table."""
    by_processor = options.device == "cpu" and options.threads == 1
    rates = {side: statistics.median(_rates(turns[side], by_processor=by_processor)) for side in sides}
    clock = {side: statistics.median(_rates(turns[side], by_processor=False)) for side in sides}
    share = " share of peak | GiB |" if options.device == "cuda" else ""
    print(f"\n| side | tokens/s | by the clock | ratio | loss |{share}")
    print("|---|---|---|---|---|" + "---|---|" * bool(share))
    for side in sides:
        last, first = turns[side][-1], rates[sides[0]]
        line = f"| {side} | {rates[side]:.0f} | {clock[side]:.0f} | {rates[side] / first:.2f} | {last.loss:.3f} |"
        if share:
            used = last.flops * clock[side] / last.tokens / (options.peak * 1e12) if options.peak else float("nan")
            line += f" {100 * used:.1f} % | {last.memory / 2**30:.2f} |"
        print(line, flush=True)


def _rates(turns: Sequence[Turn], *, by_processor: bool) -> Iterator[float]:
    for turn in turns:
        yield turn.tokens / (turn.processor if by_processor else turn.seconds)


def serve(options: BenchOptions) -> None:
    """Go through the batches once for each line that comes in."""
    torch.set_num_threads(options.threads)
    device = torch.device(options.device)
    side = side_of(options.serve, corpus(options.batches * BATCH, vocabulary=VOCABULARY, seed=1))
    side.model.to(device).train()
    batches = [batch.to(device) for batch in side.batches]
    loss = torch.compile(side.loss, dynamic=True) if options.compile else side.loss
    flops = 0.0
    for _ in sys.stdin:
        turn = _pass(side, batches, loss, options)
        if not flops and options.device == "cuda" and not options.compile:
            flops = _flops(side, batches)
        print(json.dumps({**turn, "flops": flops}), flush=True)


def _pass(side: Side, batches: Sequence[Batch], loss: Callable[[Batch], Any], options: BenchOptions) -> dict[str, Any]:
    _wait(options)
    begin, processor = time.perf_counter(), time.process_time()
    total, tokens = 0.0, 0
    for batch in batches:
        with torch.autocast(options.device, torch.bfloat16, enabled=options.precision == "bf16"):
            mean = loss(batch)
        side.optimiser.zero_grad()
        mean.backward()
        nn.utils.clip_grad_norm_(side.model.parameters(), 1.0)
        side.optimiser.step()
        total, tokens = total + mean.detach() * batch.target_tokens, tokens + batch.target_tokens
    _wait(options)
    memory = torch.cuda.max_memory_allocated() if options.device == "cuda" else 0
    seconds, processor = time.perf_counter() - begin, time.process_time() - processor
    mean_loss = float(total) / tokens
    return {"seconds": seconds, "processor": processor, "tokens": tokens, "loss": mean_loss, "memory": memory}


def _wait(options: BenchOptions) -> None:
    if options.device == "cuda":
        torch.cuda.synchronize()


def _flops(side: Side, batches: Sequence[Batch]) -> float:
    """Multiplications and additions of one pass, as PyTorch counts them in matrix products."""
    with FlopCounterMode(display=False) as counter:
        for batch in batches:
            side.loss(batch).backward()
    side.optimiser.zero_grad()
    return float(counter.get_total_flops())


if __name__ == "__main__":
    main()
