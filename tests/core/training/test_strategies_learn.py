"""What each strategy of training does to a small model that is taught with it.

Bars leave room below what three seeds gave.
"""

from dataclasses import replace
from typing import Any, Final

import pytest
import torch
from torch import Tensor

from seq2seq_core.tokenizer import PAD_ID
from seq2seq_core.training.attention_losses import AttentionLossOptions, coverage_loss, guided_attention_loss
from seq2seq_core.training.batches import Batch
from seq2seq_core.training.teaching import OwnToken, TeachingKind, TeachingOptions
from tests.support.learning import Lesson, learn, pupil, questions

SMALL: Final[dict[str, Any]] = {
    "embedding_size": 32, "encoder_size": 32, "decoder_size": 64, "attention_size": 32, "dropout": 0.0
}  # fmt: skip
TRANSFORMER: Final[dict[str, Any]] = {
    "size": 32, "encoder_layers": 1, "decoder_layers": 1, "feed_forward_size": 64, "dropout": 0.0
}  # fmt: skip
CONVOLUTIONAL: Final[dict[str, Any]] = {
    "embedding_size": 32, "size": 32, "encoder_layers": 1, "decoder_layers": 2, "dropout": 0.0
}  # fmt: skip
FALLING: Final = TeachingOptions(kind=TeachingKind.LINEAR, linear_c=0.005, floor=0.3)
COPY: Final = Lesson("Bahdanau 2015", "copy", range(3, 7), 200, 80.0, SMALL)
BRISK: Final = replace(COPY, batch_tokens=250, rate=8e-3)  # learnt in fewer seconds
SAMPLED: Final = (
    replace(BRISK, updates=170, teaching=FALLING),
    replace(COPY, architecture="Transformer", updates=250, choices=TRANSFORMER, family="transformer", teaching=FALLING),
    replace(
        BRISK,
        architecture="convolutional",
        updates=125,
        choices=CONVOLUTIONAL,
        family="convolutional",
        teaching=replace(FALLING, own=OwnToken.SAMPLE),
    ),
)


@pytest.mark.parametrize("lesson", SAMPLED, ids=str)
def test_every_family_learns_from_its_own_tokens(lesson: Lesson) -> None:
    assert learn(lesson) >= lesson.bar


def attention(lesson: Lesson, losses: AttentionLossOptions) -> tuple[Tensor, Batch]:
    """Of the questions under teacher forcing, (B, T, M), after the lesson with these losses."""
    checkpoint = pupil(replace(lesson, losses=losses), seed=3)
    batch = questions(lesson, checkpoint)
    with torch.inference_mode():
        weights_BTM = checkpoint.model.force(batch.sources, batch.previous_BT).attention_BTM
    assert weights_BTM is not None
    return weights_BTM, batch


def test_guided_attention_comes_to_the_diagonal_sooner() -> None:
    def off_diagonal(losses: AttentionLossOptions) -> float:
        weights_BTM, batch = attention(replace(COPY, updates=80), losses)
        return float(guided_attention_loss(weights_BTM, batch.sources.lengths_B, batch.next_BT != PAD_ID, 0.1))

    guided = AttentionLossOptions(guided_attention=10.0, guided_width=0.1)
    assert off_diagonal(guided) < 0.6 * off_diagonal(AttentionLossOptions())


def test_a_coverage_loss_lowers_repeated_attention() -> None:
    def again(losses: AttentionLossOptions) -> float:
        weights_BTM, batch = attention(replace(BRISK, updates=140), losses)
        return float(coverage_loss(weights_BTM, batch.next_BT != PAD_ID))

    # 0.2 a token is what no copy can do without: its end token has only old positions to look at
    assert again(AttentionLossOptions(coverage=1.0)) < 0.75 * again(AttentionLossOptions())
