"""What the throughput bench sets side by side: models of one size, and one training step of each.

A step is forward pass, loss, gradient, clipping and Adam. All sides learn from plain cross entropy, in training mode
with the same dropout; peers use what their library offers by default (their own loss, `torch.optim.Adam` as it comes).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from seq2seq_core.models import RecurrentSeq2Seq, Seq2Seq, TransformerSeq2Seq
from seq2seq_core.models.base import END_ID, PAD_ID, START_ID
from seq2seq_core.models.config import DecoderKind, RecurrentConfig
from seq2seq_core.models.transformer_config import TransformerConfig
from seq2seq_core.training.batches import Batch
from seq2seq_core.training.losses import predict
from tests.bench.textbook import copy_of
from tests.bench.throughput_data import Pair, bucketed_batches, random_batches

VOCABULARY: Final = 8000
BATCH: Final = 64
DROPOUT: Final = 0.1
RECURRENT: Final[Mapping[str, Any]] = {"embedding_size": 256, "encoder_size": 512, "decoder_size": 512}
ATTENDING: Final[Mapping[str, Mapping[str, Any]]] = {
    "luong": {"decoder": DecoderKind.LUONG, "attention": "general"},
    "luong-feeding": {"decoder": DecoderKind.LUONG, "attention": "general", "input_feeding": True},
    "bahdanau": {"decoder": DecoderKind.BAHDANAU, "attention": "additive", "attention_size": 512},
}
TRANSFORMER: Final[Mapping[str, Any]] = {
    "size": 256, "heads": 4, "encoder_layers": 3, "decoder_layers": 3, "feed_forward_size": 1024, "dropout": DROPOUT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """One competitor."""

    model: nn.Module
    loss: Callable[[Batch], Tensor]  # mean over real target tokens
    batches: Sequence[Batch]
    optimiser: torch.optim.Optimizer


def side_of(name: str, pairs: Sequence[Pair]) -> Side:
    """Build one of SIDES.

    Raises:
        ValueError: there is none of that name.
    """
    torch.manual_seed(1)
    batches = random_batches(pairs, size=BATCH, seed=1)
    architecture, _, way = name.partition(" ")
    if architecture == "marian":
        return _marian(batches)
    model = _transformer() if architecture == "transformer" else _recurrent(architecture)
    if way == "loop" and isinstance(model, RecurrentSeq2Seq):
        return _loop(model, batches)
    if way == "bucketed":
        tokens = sum(batch.target_tokens for batch in batches) // len(batches)  # as many updates as the peers make
        used = pairs[: len(batches) * BATCH]
        return _ours(model, bucketed_batches(used, tokens=tokens, seed=1))
    if way:
        raise ValueError(f"a side must be one of {', '.join(SIDES)}, got {name!r}")
    return _ours(model, batches)


def _recurrent(architecture: str) -> RecurrentSeq2Seq:
    sizes = {"source_vocabulary": VOCABULARY, "target_vocabulary": VOCABULARY, "dropout": DROPOUT, **RECURRENT}
    return RecurrentSeq2Seq(RecurrentConfig(**sizes, **ATTENDING[architecture]))


def _transformer() -> TransformerSeq2Seq:
    config = TransformerConfig(source_vocabulary=VOCABULARY, target_vocabulary=VOCABULARY, **TRANSFORMER)
    return TransformerSeq2Seq(config)


def _ours(model: Seq2Seq[Any], batches: Sequence[Batch]) -> Side:
    def loss(batch: Batch) -> Tensor:
        predictions = predict(model, batch)
        return predictions.loss() / predictions.tokens

    return Side(model, loss, batches, torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.0, fused=True))


def _loop(model: RecurrentSeq2Seq, batches: Sequence[Batch]) -> Side:
    loop = copy_of(model)

    def loss(batch: Batch) -> Tensor:
        return loop.loss(batch.sources.ids_BS, batch.sources.lengths_B, batch.previous_BT, batch.next_BT)

    return Side(loop, loss, batches, torch.optim.Adam(loop.parameters(), lr=1e-4))


def _marian(batches: Sequence[Batch]) -> Side:
    """Hugging Face's Marian of the size of our Transformer: it normalises afterwards and its attention has biases."""
    import transformers  # noqa: PLC0415 - a peer, slow to load

    config = transformers.MarianConfig(
        vocab_size=VOCABULARY,
        decoder_vocab_size=VOCABULARY,
        share_encoder_decoder_embeddings=False,
        tie_word_embeddings=True,
        d_model=TRANSFORMER["size"],
        encoder_layers=TRANSFORMER["encoder_layers"],
        decoder_layers=TRANSFORMER["decoder_layers"],
        encoder_attention_heads=TRANSFORMER["heads"],
        decoder_attention_heads=TRANSFORMER["heads"],
        encoder_ffn_dim=TRANSFORMER["feed_forward_size"],
        decoder_ffn_dim=TRANSFORMER["feed_forward_size"],
        activation_function="relu",
        dropout=DROPOUT,
        attention_dropout=0.0,
        activation_dropout=0.0,
        scale_embedding=True,
        max_position_embeddings=512,
        pad_token_id=PAD_ID,
        eos_token_id=END_ID,
        decoder_start_token_id=START_ID,
        use_cache=False,
    )
    model = transformers.MarianMTModel(config)

    def loss(batch: Batch) -> Tensor:
        found: Tensor = model(
            input_ids=batch.sources.ids_BS,
            attention_mask=batch.sources.real_BS.long(),
            decoder_input_ids=batch.previous_BT,
            labels=batch.next_BT.masked_fill(batch.next_BT == PAD_ID, -100),
        ).loss
        return found

    return Side(model, loss, batches, torch.optim.Adam(model.parameters(), lr=1e-4))


SIDES: Final = (
    *(f"{architecture}{way}" for architecture in ATTENDING for way in (" loop", "", " bucketed")),
    "marian",
    "transformer",
    "transformer bucketed",
)
