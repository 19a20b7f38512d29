"""What an update learns from: a group of batches, consecutive in the one order that all processes share.

The order knows nothing of processes, so that two processes with one batch each learn what one process with two does.
"""

import queue
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from seq2seq_core.models import Sources
from seq2seq_core.training.batches import Batch, TokenPairs, collate, epoch_order
from seq2seq_core.training.config import TrainingOptions
from seq2seq_core.training.distributed import Team
from seq2seq_core.training.state import Progress

AHEAD: Final = 4  # groups that are ready before the card asks for them
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Group:
    """The batches of one update, of all processes together."""

    batches: Sequence[Sequence[int]]  # pair numbers
    tokens: int  # target tokens of all
    epoch: int
    position: int  # batches of the epoch used up after it

    def share(self, team: Team) -> Iterator[tuple[Sequence[int], float]]:
        """This process's batches and what each counts.

        Every process gets equally many, so that none waits for another for ever: one that comes away empty takes the
        first batch, which then counts nothing.
        """
        for begin in range(0, len(self.batches), team.size):
            at = begin + team.rank
            yield (self.batches[at], 1.0) if at < len(self.batches) else (self.batches[0], 0.0)


@dataclass(frozen=True, slots=True)
class Share:
    """A process's own batches of a group, read and padded."""

    group: Group
    batches: Sequence[tuple[Batch, float]]  # and what each counts


def groups(pairs: TokenPairs, options: TrainingOptions, size: int, progress: Progress) -> Iterator[Group]:
    """Groups of so many batches from where the training stands, epoch after epoch, without an end."""
    epoch, position = progress.epoch, progress.batch
    while True:
        order = iter(epoch_order(pairs, options.batch_tokens, options.seed, epoch))
        for _ in islice(order, position):  # used before the run was stopped
            pass
        while batches := list(islice(order, size)):
            position += len(batches)
            yield Group(batches, sum(pairs.tokens_of(indices) for indices in batches), epoch, position)
        epoch, position = epoch + 1, 0


def shares(pairs: TokenPairs, groups: Iterator[Group], team: Team, *, pinned: bool) -> Generator[Share, None, None]:
    """The groups with this process's batches.

    Args:
        pinned: in memory that a card can copy from by itself, read by a thread of their own while the card is busy.
            Reading draws no random numbers and the order is kept, so that nothing depends on the clock.
    """
    if not pinned:
        return (Share(group, [(collate(pairs, i), counts) for i, counts in group.share(team)]) for group in groups)
    read = (Share(group, [(_pinned(collate(pairs, i)), counts) for i, counts in group.share(team)]) for group in groups)
    return ahead(read, AHEAD)


def _pinned(batch: Batch) -> Batch:
    sources = Sources(batch.sources.ids_BS.pin_memory(), batch.sources.lengths_B.pin_memory())
    return Batch(sources, batch.previous_BT.pin_memory(), batch.next_BT.pin_memory())


def ahead(items: Iterator[Item], count: int) -> Generator[Item, None, None]:
    """The same items in the same order, worked out by a thread that is up to `count` of them ahead.

    An error of the thread is raised in the place of the item; closing the generator ends the thread.
    """
    ready: queue.Queue[Item | BaseException | None] = queue.Queue(count)
    closed = threading.Event()

    def put(item: Item | BaseException | None) -> bool:
        while not closed.is_set():
            try:
                ready.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            for item in items:
                if not put(item):
                    return
            put(None)
        except BaseException as error:
            put(error)

    thread = threading.Thread(target=work, name="reads batches", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        closed.set()
        thread.join()
