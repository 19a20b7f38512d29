"""The processes of one training, as torchrun starts them; alone, there is one.

torchrun tells each process by environment variables who it is and where the others are. The leading process writes the
files and speaks; the others do the same arithmetic on other batches. A mistake that one process finds must end all of
them, or the others would wait for it for ever: hence `led` and `together`.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import torch
from torch import distributed, nn
from torch.distributed.distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous
from torch.nn.parallel import DistributedDataParallel

from seq2seq_core.errors import Seq2SeqError

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Team:
    """The processes that train one model together."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes files and speaks."""
        return self.rank == 0

    def say(self, line: str) -> None:
        """Print a line, once for all processes."""
        if self.leads:
            print(line, flush=True)

    def sums(self, values: Sequence[float]) -> list[float]:
        """Each value summed over all processes, in float64; the same bits in every process."""
        if self.size == 1:
            return list(values)
        summed = torch.tensor(values, dtype=torch.float64)
        distributed.all_reduce(summed)
        return [float(value) for value in summed]

    def gather(self, value: Result) -> list[Result]:
        """The values of all processes by their rank, in every process."""
        values: list[Result] = [value] * self.size
        if self.size > 1:
            distributed.all_gather_object(values, value)
        return values

    def led(self, action: Callable[[], Result]) -> Result:
        """Let the leading process alone do something; all get its result, or end by its mistake."""
        if self.size == 1:
            return action()
        outcome: list[Any] = [*_tried(action)] if self.leads else [None, None]
        distributed.broadcast_object_list(outcome)
        result, error = outcome
        self._end_by([error])
        return result  # type: ignore[no-any-return]  # the leading process's

    def together(self, action: Callable[[], Result]) -> Result:
        """Do something in every process; where one makes a mistake, all end by it."""
        if self.size == 1:
            return action()
        result, error = _tried(action)
        self._end_by(self.gather(error))
        return result  # type: ignore[return-value]  # no error, so a result

    def refuse(self, error: Seq2SeqError) -> NoReturn:
        """End by a mistake that every process knows of: the leading one tells it."""
        if self.leads:
            raise error
        raise SystemExit(2)

    def wrap(self, module: nn.Module) -> nn.Module:
        """The module as all processes train it: its gradients are averaged over them after a backward pass.

        Every parameter that is trained must get a gradient from every batch, as in all our models.
        """
        return module if self.size == 1 else DistributedDataParallel(module, forward_sync_buffers=False)

    def _end_by(self, errors: Sequence[Seq2SeqError | None]) -> None:
        for error in errors:
            if error is not None:
                self.refuse(error)


def _tried(action: Callable[[], Result]) -> tuple[Result | None, Seq2SeqError | None]:
    try:
        return action(), None
    except Seq2SeqError as error:
        return None, error


@contextmanager
def joined(device: torch.device) -> Iterator[Team]:
    """The team that torchrun started this process for, or a team of one."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Team()
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    # gradients travel from card to card; the few numbers and messages of `Team` lie in main memory
    _meet("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    try:
        yield Team(distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()


def _meet(backend: str) -> None:
    """Find the other processes.

    On one machine torchrun keeps its store of addresses when it restarts the processes (torch 2.13), so that a new one
    may find the address of a dead one: each attempt gets a part of the store for itself. On several machines the
    attempts are counted apart from each other, so there the store is as torchrun gives it.
    """
    if int(os.environ.get("GROUP_WORLD_SIZE", "1")) > 1:
        distributed.init_process_group(backend)
        return
    store, rank, size = next(rendezvous("env://"))
    own = PrefixStore(f"attempt {os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", store)
    distributed.init_process_group(backend, store=own, rank=rank, world_size=size)


def rank() -> int:
    """This process's number among all of the training."""
    return int(os.environ.get("RANK", "0"))


def local_rank() -> int:
    """This process's number on its machine, by which it takes a card."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def is_restarted() -> bool:
    """Whether torchrun started this process in the place of one that died."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) > 0


def launcher() -> list[str]:
    """The command that starts such processes, without what they run."""
    size, here = (int(os.environ.get(name, "1")) for name in ("WORLD_SIZE", "LOCAL_WORLD_SIZE"))
    if size == 1:
        return ["python", "-m"]
    machines = ["--nnodes", str(size // here)] if size > here else []
    return ["torchrun", *machines, "--nproc-per-node", str(here), "-m"]
