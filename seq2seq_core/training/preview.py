"""What a training would be, without training: sizes, memory and the first batch as text.

Sizes: S source positions, T target positions.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.checkpoint import count_parameters
from seq2seq_core.readers import Reader
from seq2seq_core.tokenizer import PAD_ID, UNKNOWN_ID
from seq2seq_core.training.batches import Batch, TokenPairs, collate, epoch_order
from seq2seq_core.training.loop import Trainer
from seq2seq_core.training.objective import Moment

SHOWN: Final = 5  # pairs of the first batch


def preview(trainer: Trainer, pairs: TokenPairs) -> Iterator[str]:
    """Lines for the terminal; the model computes one batch and keeps its weights."""
    options, run = trainer.options, trainer.run
    first: Sequence[int] = ()
    largest: Sequence[int] = ()
    count = most = 0
    for indices in epoch_order(pairs, options.batch_tokens, options.seed, epoch=0):
        first, count = first or indices, count + 1
        if (size := _padded(pairs, indices)) > most:
            largest, most = indices, size
    together = trainer.team.size * options.accumulate
    epochs, updates = options.max_tokens / pairs.target_tokens, math.ceil(count / together)
    yield f"vocabulary: {len(run.source_tokenizer):,} source tokens, {len(run.target_tokenizer):,} target tokens"
    yield f"epoch: {count:,} batches in {updates:,} updates, {pairs.target_tokens / count:,.0f} target tokens a batch"
    yield f"budget: {options.max_tokens:,} target tokens, about {epochs:,.1f} epochs, {epochs * updates:,.0f} updates"
    yield from _memory(trainer, collate(pairs, largest))
    yield "first batch:"
    yield from _shown(collate(pairs, first), run.source_tokenizer, run.target_tokenizer)


def _padded(pairs: TokenPairs, indices: Sequence[int]) -> int:
    """Positions of a batch, both sides, padding included."""
    chosen = np.asarray(indices, dtype=np.int64)
    longest = int(pairs.source_lengths(chosen).max()) + int(pairs.target_lengths(chosen).max())
    return len(indices) * longest


def _memory(trainer: Trainer, batch: Batch) -> Iterator[str]:
    """Weights, gradients and optimiser by their sizes; activations as one real pass keeps them."""
    trained = sum(p.numel() * p.element_size() for p in trainer.model.parameters() if p.requires_grad)
    weights = sum(p.numel() * p.element_size() for p in trainer.model.parameters())
    kept = activations(trainer, batch)
    yield f"parameters: {count_parameters(trainer.model):,}"
    yield (
        f"memory of each process, about: {_megabytes(weights + 3 * trained + kept)} "
        f"(weights {_megabytes(weights)}, gradients {_megabytes(trained)}, optimiser {_megabytes(2 * trained)}, "
        f"activations of the largest batch, {' x '.join(map(str, batch.next_BT.shape))}, {_megabytes(kept)})"
    )


def activations(trainer: Trainer, batch: Batch) -> int:
    """Bytes that the forward pass of a batch keeps for the backward pass, measured in one of each."""
    weights = {p.untyped_storage().data_ptr() for p in trainer.model.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:  # a storage may be kept under several shapes
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    trainer.model.train()
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        loss = trainer.objective(batch.to(trainer.device), Moment(1, 0)).loss
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    trainer.model.zero_grad()
    return sum(kept.values())


def _shown(batch: Batch, source: Reader, target: Reader) -> Iterator[str]:
    rows = zip(batch.sources.ids_BS, batch.sources.lengths_B, batch.next_BT, strict=True)
    for ids_S, length, next_T in list(rows)[:SHOWN]:
        answer = [int(i) for i in next_T if i != PAD_ID][:-1]  # without the end token
        yield f"  {_text([int(i) for i in ids_S[:length]], source)!r} -> {_text(answer, target)!r}"
    if len(batch.next_BT) > SHOWN:
        yield f"  and {len(batch.next_BT) - SHOWN} more"


def _text(ids: list[int], reader: Reader) -> str:
    """Words beyond the vocabulary, which a model that copies reads under ids of their own, are unknown here."""
    return reader.decode([i if i < len(reader) else UNKNOWN_ID for i in ids])


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"
