"""Token pairs to batches: length buckets under a token budget, in an order that a seed and an epoch number fix.

Sizes: B pairs of a batch, S source positions, T target positions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seq2seq_core.models import Sources
from seq2seq_core.tokenizer import END_ID, PAD_ID, START_ID
from seq2seq_core.training.pairs import Indices, TokenPairs, tokenise

__all__ = ["Batch", "TokenPairs", "collate", "cut", "epoch_order", "tokenise"]

POOL = 100  # batches' worth of pairs that are sorted by length together: short padding, yet a fresh mixture each epoch


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded pairs; the decoder reads `previous_BT` and is to predict `next_BT`."""

    sources: Sources
    previous_BT: Tensor
    next_BT: Tensor

    @property
    def target_tokens(self) -> int:
        return int((self.next_BT != PAD_ID).sum())

    def to(self, device: torch.device) -> "Batch":
        """The batch on another device; from pinned memory a card copies it while the processor goes on."""
        ids_BS, lengths_B, previous_BT, next_BT = (
            tensor.to(device, non_blocking=device.type == "cuda")
            for tensor in (self.sources.ids_BS, self.sources.lengths_B, self.previous_BT, self.next_BT)
        )
        return Batch(Sources(ids_BS, lengths_B), previous_BT, next_BT)


def epoch_order(pairs: TokenPairs, batch_tokens: int, seed: int, epoch: int) -> Iterator[list[int]]:
    """The batches of one epoch as lists of numbers of pairs, worked out as they are asked for.

    All pairs are shuffled; a pool of the next ones is sorted by length and cut, and its batches shuffled. Beyond the
    shuffled numbers (4 bytes a pair) only one pool is in memory. The order depends on the lengths of the pairs, the
    seed and the epoch, not on shards. To go on from batch n, leave out n: nothing of them is read but lengths.

    Raises:
        DataError: a file of the corpus has vanished or was cut.
    """
    random = np.random.default_rng((seed, epoch))
    order = np.arange(len(pairs), dtype=np.int32 if len(pairs) < 1 << 31 else np.int64)
    random.shuffle(order)
    pool_size = max(1, POOL * batch_tokens * len(pairs) // max(1, pairs.target_tokens))
    for begin in range(0, len(order), pool_size):
        pairs.require_whole()
        pool = order[begin : begin + pool_size].astype(np.int64)
        source_lengths, target_lengths = pairs.source_lengths(pool), pairs.target_lengths(pool)
        falling = np.lexsort((source_lengths, target_lengths))[::-1]
        batches = list(cut(target_lengths[falling], batch_tokens))
        for i in random.permutation(len(batches)):
            yield pool[falling[batches[i]]].tolist()


def cut(lengths: NDArray[np.int64], budget: int) -> Iterator[slice]:
    """Cut falling lengths into batches whose padded size (pairs times longest target) is within the budget.

    The first pair is the longest, so a length always comes with the same number of pairs: few different shapes, for
    which the processor's matrix kernels are generated once.
    """
    begin = 0
    while begin < len(lengths):
        size = max(1, budget // int(lengths[begin]))
        yield slice(begin, begin + size)
        begin += size


def collate(pairs: TokenPairs, indices: Indices) -> Batch:
    """Pad the chosen pairs and put start and end tokens."""
    chosen = np.asarray(indices, dtype=np.int64)
    source_lengths, target_lengths = pairs.source_lengths(chosen), pairs.target_lengths(chosen)
    sources_BS, next_BT = _blank(source_lengths), _blank(target_lengths)
    for row, index in enumerate(chosen.tolist()):
        sources_BS[row, : source_lengths[row]] = pairs.source_row(index)
        next_BT[row, : target_lengths[row] - 1] = pairs.target_row(index)
    previous_BT = np.roll(next_BT, 1, axis=1)  # the last column is padding or yet to become an end token
    previous_BT[:, 0] = START_ID
    next_BT[np.arange(len(chosen)), target_lengths - 1] = END_ID
    return Batch(
        sources=Sources(torch.from_numpy(sources_BS), torch.from_numpy(source_lengths)),
        previous_BT=torch.from_numpy(previous_BT),
        next_BT=torch.from_numpy(next_BT),
    )


def _blank(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.full((len(lengths), int(lengths.max())), PAD_ID, dtype=np.int64)
