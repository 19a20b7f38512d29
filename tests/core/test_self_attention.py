"""Self-attention behind the pipeline's door: plain arrays with labels."""

from typing import Any

import numpy as np
import pytest
import torch

from seq2seq_core.checkpoint import Checkpoint
from seq2seq_core.errors import InputError
from seq2seq_core.models import TransformerConfig, TransformerSeq2Seq
from seq2seq_core.models.transformer_config import Positions
from seq2seq_core.options import GreedyOptions
from seq2seq_core.pipeline import Pipeline
from tests.support.recurrent_models import WORDS, combination

TEXT = "a b c"
A, B = WORDS.encode("a b").ids


def transformer(**choices: Any) -> Pipeline:
    """Random weights: layers, heads and rows differ."""
    torch.manual_seed(5)
    sizes = {"size": 8, "heads": 2, "encoder_layers": 2, "decoder_layers": 3, "feed_forward_size": 8}
    config = TransformerConfig(source_vocabulary=len(WORDS), target_vocabulary=len(WORDS), **{**sizes, **choices})
    return Pipeline(Checkpoint(TransformerSeq2Seq(config).eval(), WORDS, WORDS), "tiny")


def test_both_sides_come_as_labelled_arrays() -> None:
    found = transformer().self_attention(TEXT, [A, B])
    assert [piece.removeprefix("▁") for piece in found.source_tokens] == ["a", "b", "c"]
    assert [piece.removeprefix("▁") for piece in found.target_tokens] == ["<s>", "a", "b"]
    assert found.encoder_LHSS.shape == (2, 2, 3, 3)
    assert found.decoder_LHTT.shape == (3, 2, 3, 3)
    assert found.encoder_LHSS.dtype == found.decoder_LHTT.dtype == np.float32
    np.testing.assert_allclose(found.decoder_LHTT.sum(-1), 1, atol=1e-6)
    assert not np.triu(found.decoder_LHTT, 1).any()


def test_a_longer_output_leaves_the_rows_of_its_prefix_as_they_were() -> None:
    pipeline = transformer()
    short, long = pipeline.self_attention(TEXT, [A]), pipeline.self_attention(TEXT, [A, B])
    np.testing.assert_allclose(long.decoder_LHTT[..., :2, :2], short.decoder_LHTT, atol=1e-6)
    np.testing.assert_array_equal(long.encoder_LHSS, short.encoder_LHSS)


def test_before_anything_is_written_the_start_token_looks_at_itself() -> None:
    found = transformer().self_attention(TEXT, [])
    np.testing.assert_allclose(found.decoder_LHTT, np.ones((3, 2, 1, 1)), atol=1e-6)


def test_an_output_of_a_search_can_be_asked_for() -> None:
    pipeline = transformer()
    best = pipeline.trace(TEXT, GreedyOptions(max_length=6)).hypotheses[0]
    assert len(pipeline.self_attention(TEXT, best.tokens).target_tokens) == 1 + len(best.tokens)


def test_a_model_without_self_attention_says_so() -> None:
    each = combination("Bahdanau 2015")
    pipeline = Pipeline(Checkpoint(each.model(), *each.readers()), "tiny")
    with pytest.raises(InputError, match="needs a model of the family 'transformer', got 'recurrent'"):
        pipeline.self_attention(TEXT, [A])


@pytest.mark.parametrize("token", [-1, len(WORDS)])
def test_a_token_outside_the_vocabulary_is_refused(token: int) -> None:
    with pytest.raises(InputError, match=f"from 0 to {len(WORDS) - 1}, got {token}"):
        transformer().self_attention(TEXT, [A, token])


def test_a_source_of_nothing_and_an_output_too_long_are_refused() -> None:
    with pytest.raises(InputError, match="at least one character"):
        transformer().self_attention(" ", [A])
    with pytest.raises(InputError, match=r"target_cap .* at most 2, got 3"):
        transformer(positions=Positions.LEARNED, target_cap=2).self_attention(TEXT, [A, B])
