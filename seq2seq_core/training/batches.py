"""Token pairs to batches: length buckets under a token budget, in an order that a seed and an epoch number fix.

Sizes: B pairs of a batch, S source positions, T target positions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seq2seq_core.copying import ExtendedVocabulary
from seq2seq_core.models import Sources
from seq2seq_core.readers import Reader
from seq2seq_core.tokenizer import END_ID, PAD_ID, START_ID, TokenizerKind

POOL = 100  # batches' worth of pairs that are sorted by length together: short padding, yet a fresh mixture each epoch


@dataclass(frozen=True, slots=True)
class TokenPairs:
    """A tokenised corpus; `skipped` pairs were too long or had a side without tokens."""

    sources: list[list[int]]
    targets: list[list[int]]
    skipped: int

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def target_tokens(self) -> int:
        """Target tokens of one pass, end tokens included."""
        return sum(len(target) + 1 for target in self.targets)

    def tokens_of(self, indices: Sequence[int]) -> int:
        """Target tokens of the given pairs, end tokens included."""
        return sum(len(self.targets[i]) + 1 for i in indices)

    def room(self, positions: Callable[[int], int]) -> int:
        """How many tokens more than twice its source the longest-for-its-source target has, end token included.

        Args:
            positions: how many positions attention sees of a source of so many tokens, as searches count its length.
        """
        pairs = zip(self.sources, self.targets, strict=True)
        return max(len(target) + 1 - 2 * positions(len(source)) for source, target in pairs)


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


def tokenise(
    sources: Sequence[str],
    targets: Sequence[str],
    readers: tuple[Reader, Reader],
    longest: int,
    *,
    copies: bool = False,
) -> TokenPairs:
    """Encode both sides and drop pairs that cannot be learnt from.

    Where the model copies, source words that the vocabulary lacks get ids of their own, in the target too.
    """
    if copies:
        source_ids, target_ids = _extended(sources, targets, readers[1])
    else:
        source_ids, target_ids = readers[0].encode_ids(sources), readers[1].encode_ids(targets)
    sized = readers[0].kind not in (TokenizerKind.PICTURE, TokenizerKind.NONE)  # whose length is always the same
    kept = [
        (source, target)
        for source, target in zip(source_ids, target_ids, strict=True)
        if (not sized or 0 < len(source) <= longest) and 0 < len(target) <= longest
    ]
    return TokenPairs([s for s, _ in kept], [t for _, t in kept], len(source_ids) - len(kept))


def _extended(
    sources: Sequence[str], targets: Sequence[str], reader: Reader
) -> tuple[list[list[int]], list[list[int]]]:
    source_ids, target_ids = [], []
    for source, target in zip(sources, targets, strict=True):
        vocabulary = ExtendedVocabulary(reader)
        source_ids.append(vocabulary.read_source(source))
        target_ids.append(vocabulary.read_target(target))
    return source_ids, target_ids


def epoch_order(pairs: TokenPairs, batch_tokens: int, seed: int, epoch: int) -> list[list[int]]:
    """The batches of one epoch as lists of pair numbers: shuffled, sorted by length in pools, cut, shuffled again."""
    random = np.random.default_rng((seed, epoch))
    order = random.permutation(len(pairs))
    source_lengths = np.array([len(source) for source in pairs.sources])
    target_lengths = np.array([len(target) + 1 for target in pairs.targets])
    pool_size = max(1, int(POOL * batch_tokens / target_lengths.mean()))
    batches: list[list[int]] = []
    for begin in range(0, len(order), pool_size):
        pool = order[begin : begin + pool_size]
        pool = pool[np.lexsort((source_lengths[pool], target_lengths[pool]))[::-1]]
        batches.extend(cut(pool.tolist(), target_lengths, batch_tokens))
    return [batches[i] for i in random.permutation(len(batches))]


def cut(order: Sequence[int], lengths: NDArray[np.int64], budget: int) -> Iterator[list[int]]:
    """Cut an order of falling lengths into batches whose padded size (pairs times longest target) is within the budget.

    The first pair is the longest, so a length always comes with the same number of pairs: few different shapes, for
    which the processor's matrix kernels are generated once.
    """
    begin = 0
    while begin < len(order):
        size = max(1, budget // int(lengths[order[begin]]))
        yield list(order[begin : begin + size])
        begin += size


def collate(pairs: TokenPairs, indices: Sequence[int]) -> Batch:
    """Pad the chosen pairs and put start and end tokens."""
    sources = [pairs.sources[i] for i in indices]
    targets = [pairs.targets[i] for i in indices]
    return Batch(
        sources=Sources(_pad(sources), torch.tensor([len(source) for source in sources])),
        previous_BT=_pad([[START_ID, *target] for target in targets]),
        next_BT=_pad([[*target, END_ID] for target in targets]),
    )


def _pad(rows: Sequence[Sequence[int]]) -> Tensor:
    padded = np.full((len(rows), max(map(len, rows))), PAD_ID, dtype=np.int64)
    for row, tokens in zip(padded, rows, strict=True):
        row[: len(tokens)] = tokens
    return torch.from_numpy(padded)
