"""The Transformer against torch's own layers, against the contract of all families, and on a task.

Sizes: B sentences, S source positions, T target positions, D model size.
"""

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.models.base import Sources
from seq2seq_core.models.embedding import sinusoids
from seq2seq_core.models.projection import OutputWeights
from seq2seq_core.models.self_attention import self_attention
from seq2seq_core.models.transformer import TransformerSeq2Seq, TransformerState
from seq2seq_core.models.transformer_attention import MultiHeadAttention
from seq2seq_core.models.transformer_config import Norm, Positions, TransformerConfig
from tests.support.digit_task import VOCABULARY, Lesson, copy, learn, reverse
from tests.support.model_contract import CHECKS, CPU, case, check_heads, padded
from tests.support.torch_transformer import copy_attention, torch_decoder, torch_encoder

SIZES: dict[str, Any] = {
    "source_vocabulary": 11,
    "target_vocabulary": 13,
    "size": 12,
    "heads": 3,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "feed_forward_size": 10,
    "source_cap": 8,
    "target_cap": 8,
}
VARIANTS: dict[str, dict[str, Any]] = {
    "pre, sinusoidal, tied": {},
    "post, sinusoidal, tied": {"norm": Norm.POST},
    "pre, learned, tied": {"positions": Positions.LEARNED},
    "post, learned, softmax": {
        "norm": Norm.POST, "positions": Positions.LEARNED, "output": OutputWeights.SOFTMAX
    },
    "one head, one layer above three": {"heads": 1, "encoder_layers": 3, "decoder_layers": 1},
}  # fmt: skip


def tiny_model(**choices: Any) -> TransformerSeq2Seq:
    """Random in every parameter, biases and normalisations included."""
    torch.manual_seed(3)
    model = TransformerSeq2Seq(TransformerConfig(**{**SIZES, **choices})).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name or "bias" in name:
                parameter.add_(0.3 * torch.randn_like(parameter))
    return model


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_contract_of_all_families_holds(variant: str, check: str) -> None:
    CHECKS[check](tiny_model(**VARIANTS[variant]), case())


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_step_shows_every_layer_and_head(variant: str) -> None:
    model = tiny_model(**VARIANTS[variant])
    check_heads(model, case(), layers=model.config.decoder_layers, heads=model.config.heads)


def placed(embedding: nn.Embedding, ids_BT: Tensor) -> Tensor:
    """Embeddings times the root of the size, with the sinusoidal table (tested by hand elsewhere) added."""
    size = embedding.embedding_dim
    return embedding.weight[ids_BT] * math.sqrt(size) + sinusoids(torch.arange(ids_BT.size(1)), size)


@pytest.mark.parametrize("norm", Norm)
def test_encoder_and_decoder_are_torchs_own_with_the_same_weights(norm: Norm) -> None:
    model, given = tiny_model(norm=norm), case()
    sources, previous_BT = padded(given.sources), given.previous_BT
    padding_BS, tokens = ~sources.real_BS, previous_BT.size(1)
    # (these masks are True where attention is forbidden)
    memory_BSD = torch_encoder(model)(placed(model.source_embedding, sources.ids_BS), src_key_padding_mask=padding_BS)
    expected_BTD = torch_decoder(model)(
        placed(model.target_embedding, previous_BT),
        memory_BSD,
        tgt_mask=torch.ones(tokens, tokens, dtype=torch.bool).triu(1),
        memory_key_padding_mask=padding_BS,
    )
    states_BSD = model.encode(sources).states_BSD
    torch.testing.assert_close(states_BSD[sources.real_BS], memory_BSD[sources.real_BS], atol=1e-5, rtol=0)
    logits_BTV = expected_BTD @ model.target_embedding.weight.T + model.output.bias
    torch.testing.assert_close(model.force(sources, previous_BT).scores_BTV, logits_BTV, atol=1e-5, rtol=0)


def test_attention_of_every_head_is_torchs_own() -> None:
    torch.manual_seed(5)
    ours, theirs = MultiHeadAttention(12, 3), nn.MultiheadAttention(12, 3, batch_first=True)
    copy_attention(ours, theirs)
    queries, keys = torch.randn(2, 4, 12), torch.randn(2, 5, 12)
    real = torch.tensor([[True] * 5, [True, True, False, False, False]])
    found, weights = theirs(queries, keys, keys, key_padding_mask=~real, average_attn_weights=False)
    glimpse = ours(queries, ours.remember(keys), real[:, None, None])
    torch.testing.assert_close(glimpse.found_BTD, found, atol=1e-5, rtol=0)
    torch.testing.assert_close(glimpse.weights_BHTS, weights, atol=1e-6, rtol=0)


def test_a_step_computes_one_position_and_projects_no_source_again() -> None:
    stepper = tiny_model().open(case().sources)
    state = stepper.start()
    for tokens in range(1, 4):
        after = stepper.step(torch.tensor([2, 2, 2]), state).state
        assert isinstance(state, TransformerState)
        assert isinstance(after, TransformerState)
        assert all(now is before for now, before in zip(after.sources, state.sources, strict=True))
        assert [past.keys_BHSA.shape for past in after.pasts] == [(3, 3, tokens, 4)] * 2
        state = after


def test_self_attention_sums_to_one_and_never_looks_ahead() -> None:
    shown = self_attention(tiny_model(), [4, 5, 6, 7], [2, 8, 9])
    assert shown.encoder_LHSS.shape == (2, 3, 4, 4)
    assert shown.decoder_LHTT.shape == (2, 3, 3, 3)
    for weights in (shown.encoder_LHSS, shown.decoder_LHTT):
        torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]))
    assert (shown.decoder_LHTT.triu(1) == 0).all()
    assert (shown.decoder_LHTT.tril() == shown.decoder_LHTT).all()
    assert (shown.encoder_LHSS > 0).all()


def test_self_attention_of_the_first_layer_is_that_of_torch() -> None:
    model = tiny_model(norm=Norm.POST)
    ids = torch.tensor([[4, 5, 6, 7]])
    layer = torch_encoder(model).layers[0]
    assert isinstance(layer, nn.TransformerEncoderLayer)
    states = placed(model.source_embedding, ids)
    _, expected = layer.self_attn(states, states, states, average_attn_weights=False)
    shown = self_attention(model, ids[0].tolist(), [2])
    torch.testing.assert_close(shown.encoder_LHSS[0], expected[0], atol=1e-6, rtol=0)


@pytest.mark.parametrize(("source", "target"), [([], [2]), ([4], [])])
def test_self_attention_of_nothing_is_refused(source: list[int], target: list[int]) -> None:
    with pytest.raises(InputError, match=f"got {len(source)} and {len(target)}"):
        self_attention(tiny_model(), source, target)


def test_a_source_or_target_beyond_its_learned_positions_is_refused_by_name() -> None:
    model = tiny_model(positions=Positions.LEARNED, source_cap=4, target_cap=3)
    with pytest.raises(InputError, match=r"source_cap .* at most 4, got 5"):
        model.open([[4] * 5]).start()
    with pytest.raises(InputError, match=r"target_cap .* at most 3, got 4"):
        model.force(Sources.pad([[4]], CPU), torch.tensor([[2, 5, 5, 5]]))
    stepper = model.open([[4]])
    state = stepper.start()
    for _ in range(3):
        state = stepper.step(torch.tensor([2]), state).state
    with pytest.raises(InputError, match=r"target_cap .* at most 3, got 4"):
        stepper.step(torch.tensor([2]), state)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 10, "heads": 4}, "size must be a multiple of heads, got size 10 and heads 4"),
        ({"heads": 0}, "heads must be from 1 to 65536, got 0"),
        ({"feed_forward_size": 1 << 17}, "feed_forward_size must be from 1 to 65536, got 131072"),
        ({"encoder_layers": 0}, "encoder_layers must be from 1 to 32, got 0"),
        ({"decoder_layers": 33}, "decoder_layers must be from 1 to 32, got 33"),
        ({"target_cap": -1}, "target_cap must be from 1 to 65536, got -1"),
        ({"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
        ({"norm": "middle"}, "norm must be one of pre, post, got 'middle'"),
        ({"positions": "rotary"}, "positions must be one of sinusoidal, learned, got 'rotary'"),
        ({"output": "pointer"}, "output must be one of tied, softmax, got 'pointer'"),
        ({"source_vocabulary": 4}, "source_vocabulary must be from 5 .* got 4"),
    ],
)
def test_an_impossible_setting_is_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        TransformerConfig(**{**SIZES, **settings})


def pupil(**choices: Any) -> TransformerSeq2Seq:
    torch.manual_seed(0)
    sizes: dict[str, Any] = {
        "size": 64,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "feed_forward_size": 128,
        "dropout": 0.0,
    }
    config = TransformerConfig(source_vocabulary=VOCABULARY, target_vocabulary=VOCABULARY, **{**sizes, **choices})
    return TransformerSeq2Seq(config)


def test_it_learns_to_copy_short_strings() -> None:
    model = pupil(encoder_layers=1, decoder_layers=1)
    assert learn(model, Lesson(copy, longest=6, updates=250, rate=4e-3)) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("norm", Norm)
@pytest.mark.parametrize("positions", Positions)
def test_it_learns_to_reverse_strings(norm: Norm, positions: Positions) -> None:
    assert learn(pupil(norm=norm, positions=positions), Lesson(reverse, longest=10, updates=500)) >= 0.95
