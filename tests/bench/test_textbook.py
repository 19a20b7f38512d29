"""The textbook's loop that the bench measures against is our model: same weights, same loss."""

from typing import Any, Final

import pytest
import torch

from seq2seq_core.models import RecurrentSeq2Seq
from seq2seq_core.models.config import DecoderKind, RecurrentConfig
from seq2seq_core.training.losses import predict
from tests.bench.textbook import copy_of
from tests.bench.throughput_data import corpus, random_batches

CHOICES: Final[dict[str, dict[str, Any]]] = {
    "Luong, no input feeding": {"decoder": DecoderKind.LUONG, "attention": "general"},
    "Luong, input feeding": {"decoder": DecoderKind.LUONG, "attention": "general", "input_feeding": True},
    "Bahdanau": {"decoder": DecoderKind.BAHDANAU, "attention": "additive"},
}


@pytest.mark.parametrize("name", CHOICES)
def test_the_loop_gives_our_loss_and_our_gradients(name: str) -> None:
    torch.manual_seed(2)
    sizes = {"embedding_size": 12, "encoder_size": 10, "decoder_size": 14, "attention_size": 8, "dropout": 0.0}
    model = RecurrentSeq2Seq(
        RecurrentConfig(source_vocabulary=60, target_vocabulary=50, **sizes, **CHOICES[name])  # type: ignore[arg-type]
    )
    loop = copy_of(model)
    [batch, *_] = random_batches(corpus(40, vocabulary=50, seed=1), size=16, seed=1)
    predictions = predict(model, batch)
    ours = predictions.loss() / predictions.tokens
    theirs = loop.loss(batch.sources.ids_BS, batch.sources.lengths_B, batch.previous_BT, batch.next_BT)
    assert abs(ours.item() - theirs.item()) < 1e-4
    ours.backward()
    theirs.backward()
    for mine, yours in (
        (model.target_embedding, loop.embedding),
        (model.source_embedding, loop.encoder.embedding),
        (model.decoder.readout, loop.readout),
    ):
        torch.testing.assert_close(mine.weight.grad, yours.weight.grad, atol=1e-6, rtol=1e-3)


def test_other_architectures_are_refused() -> None:
    model = RecurrentSeq2Seq(RecurrentConfig(source_vocabulary=9, target_vocabulary=9, attention="location-aware"))
    with pytest.raises(ValueError, match="general or additive attention, got location-aware"):
        copy_of(model)
