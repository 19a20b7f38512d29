"""The convolutional family against torch's own convolution, by hand, against the contract of all families, on a task.

Sizes: B sentences, S source positions, T target positions, D states.
"""

import math
from typing import Any

import pytest
import torch
from torch import nn

from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.models.base import Sources
from seq2seq_core.models.convolution import BlockAttention, DecoderBlock, EncoderBlock, GatedConvolution, SourceMemory
from seq2seq_core.models.convolutional import ConvolutionalSeq2Seq
from seq2seq_core.models.convolutional_config import ConvolutionalConfig, ConvolutionalOptions
from seq2seq_core.models.projection import OutputWeights
from tests.support.digit_task import VOCABULARY, Lesson, copy, learn, reverse
from tests.support.model_contract import CHECKS, CPU, case, check_heads, padded

SIZES: dict[str, Any] = {
    "source_vocabulary": 11,
    "target_vocabulary": 13,
    "embedding_size": 6,
    "size": 8,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "source_cap": 8,
    "target_cap": 8,
}
VARIANTS: dict[str, dict[str, Any]] = {
    "kernel 3, weight normalisation, tied": {},
    "kernel 5, plain weights, softmax": {
        "kernel": 5, "weight_normalisation": False, "output": OutputWeights.SOFTMAX
    },
    "kernel 1: nothing is kept between steps": {"kernel": 1},
    "kernel 7: wider than every source": {"kernel": 7, "encoder_layers": 1, "decoder_layers": 3},
}  # fmt: skip
PLAIN = ConvolutionalOptions(embedding_size=6, size=8, weight_normalisation=False, dropout=0.0)


def tiny_model(**choices: Any) -> ConvolutionalSeq2Seq:
    torch.manual_seed(3)
    return ConvolutionalSeq2Seq(ConvolutionalConfig(**{**SIZES, **choices})).eval()


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_contract_of_all_families_holds(variant: str, check: str) -> None:
    CHECKS[check](tiny_model(**VARIANTS[variant]), case())


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_step_shows_the_one_head_of_every_layer(variant: str) -> None:
    model = tiny_model(**VARIANTS[variant])
    check_heads(model, case(), layers=model.config.decoder_layers, heads=1)


def as_convolution(ours: GatedConvolution, *, padding: int) -> nn.Conv1d:
    """Torch's convolution with the same weights: the window's features are (D, K) there too."""
    linear = ours.windows
    assert isinstance(linear, nn.Linear)
    theirs = nn.Conv1d(linear.in_features // ours.kernel, linear.out_features, ours.kernel, padding=padding)
    theirs.load_state_dict({"weight": linear.weight.view(theirs.weight.shape), "bias": linear.bias})
    return theirs


def test_an_encoder_block_is_torchs_gated_convolution_and_a_residual_connection() -> None:
    torch.manual_seed(5)
    block, states = EncoderBlock(PLAIN), torch.randn(1, 6, 8)
    theirs = as_convolution(block.convolution, padding=1)
    expected = (nn.functional.glu(theirs(states.transpose(1, 2)), dim=1).transpose(1, 2) + states) * math.sqrt(0.5)
    actual = block(states, torch.ones(1, 6, dtype=torch.bool))
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=0)


def test_a_decoder_block_convolves_a_position_and_those_before_it() -> None:
    torch.manual_seed(5)
    block, states = DecoderBlock(PLAIN), torch.randn(1, 6, 8)
    theirs = as_convolution(block.convolution, padding=2)
    convolved = nn.functional.glu(theirs(states.transpose(1, 2))[:, :, :6], dim=1).transpose(1, 2)
    # values and output bias of zero: attention finds nothing
    memory = SourceMemory(torch.randn(1, 3, 6), torch.zeros(1, 3, 6), torch.ones(1, 3, dtype=torch.bool))
    answer = block(states, torch.randn(1, 6, 6), torch.zeros(1, 2, 8), memory)
    half = math.sqrt(0.5)
    torch.testing.assert_close(answer.states_BTD, (convolved * half + states) * half, atol=1e-5, rtol=0)
    torch.testing.assert_close(answer.past_BKD, states[:, -2:])


def test_attention_follows_equations_1_and_2() -> None:
    attention = BlockAttention(ConvolutionalOptions(embedding_size=1, size=1, weight_normalisation=False))
    for layer, weight, bias in ((attention.query, 2.0, 0.5), (attention.output, 3.0, -1.0)):
        assert isinstance(layer, nn.Linear)
        nn.init.constant_(layer.weight, weight)
        nn.init.constant_(layer.bias, bias)
    real = torch.tensor([[True, True, False]])
    memory = SourceMemory(torch.tensor([[[1.0], [-1.0], [9.0]]]), torch.tensor([[[0.3], [0.7], [9.0]]]), real)
    glimpse = attention(torch.tensor([[[0.4]]]), torch.tensor([[[0.1]]]), memory)
    # d = (2 * 0.4 + 0.5 + 0.1) / sqrt(2) = 1.4 / sqrt(2); scores d and -d, so a_1 = 1 / (1 + e^(-2 d))
    a_1 = 1 / (1 + math.exp(-2 * 1.4 / math.sqrt(2)))
    # two real positions: c = sqrt(2) (0.3 a_1 + 0.7 a_2), and 3 c - 1 on the way out
    expected = 3 * math.sqrt(2) * (0.3 * a_1 + 0.7 * (1 - a_1)) - 1
    assert glimpse.weights_BTS[0, 0].tolist() == pytest.approx([a_1, 1 - a_1, 0.0], abs=1e-6)
    assert glimpse.found_BTD.item() == pytest.approx(expected, abs=1e-6)


def test_values_are_keys_and_embeddings_of_the_tokens() -> None:
    model, sources = tiny_model(), padded(case().sources)
    memory = model.encode(sources)
    embedded = model.source_embedding.weight[sources.ids_BS] + model.source_positions.table[: sources.ids_BS.size(1)]
    torch.testing.assert_close(memory.values_BSE, (memory.keys_BSE + embedded) * math.sqrt(0.5))


def test_a_source_position_sees_as_far_as_the_kernels_reach_on_both_sides() -> None:
    model = tiny_model()  # two layers of kernel 3: two positions to the left, two to the right
    before = model.encode(padded([[4, 5, 6, 7, 8, 9, 10]])).keys_BSE[0]
    after = model.encode(padded([[4, 5, 6, 10, 8, 9, 10]])).keys_BSE[0]  # position 3 changed
    assert (before != after).any(dim=1).tolist() == [False, True, True, True, True, True, False]


def test_with_weight_normalisation_only_the_direction_of_a_vector_counts() -> None:
    model, given = tiny_model(), case()
    before = model.force(padded(given.sources), given.previous_BT).scores_BTV
    lengths = [p for name, p in model.named_parameters() if name.endswith("weight.original0")]
    directions = [p for name, p in model.named_parameters() if name.endswith("weight.original1")]
    # input and output of both sides, a convolution per block, and query and output of each attention: 4 + 4 + 4
    assert len(lengths) == len(directions) == 12
    with torch.no_grad():
        for direction in directions:
            direction.mul_(7.0)
    after = model.force(padded(given.sources), given.previous_BT).scores_BTV
    torch.testing.assert_close(after, before, atol=1e-5, rtol=0)


def test_a_step_keeps_the_last_inputs_of_every_convolution_and_no_more() -> None:
    stepper = tiny_model(kernel=5).open(case().sources)
    state = stepper.start()
    for tokens in range(1, 7):
        state = stepper.step(torch.tensor([2, 2, 2]), state).state
        assert state.tokens == tokens
        assert [past.shape for past in state.pasts_RKD] == [(3, 4, 8)] * 2


def test_a_source_or_target_beyond_its_cap_is_refused_by_name() -> None:
    model = tiny_model(source_cap=4, target_cap=3)
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
        ({"kernel": 4}, "kernel must be an odd number, got 4"),
        ({"kernel": 0}, "kernel must be from 1 to 65536, got 0"),
        ({"size": 0}, "size must be from 1 to 65536, got 0"),
        ({"embedding_size": 1 << 17}, "embedding_size must be from 1 to 65536, got 131072"),
        ({"encoder_layers": 0}, "encoder_layers must be from 1 to 32, got 0"),
        ({"decoder_layers": 33}, "decoder_layers must be from 1 to 32, got 33"),
        ({"source_cap": 0}, "source_cap must be from 1 to 65536, got 0"),
        ({"dropout": -0.1}, "dropout must be at least 0 and below 1, got -0.1"),
        ({"output": "pointer"}, "output must be one of tied, softmax, got 'pointer'"),
        ({"target_vocabulary": 4}, "target_vocabulary must be from 5 .* got 4"),
    ],
)
def test_an_impossible_setting_is_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        ConvolutionalConfig(**{**SIZES, **settings})


def pupil(**choices: Any) -> ConvolutionalSeq2Seq:
    torch.manual_seed(0)
    sizes = {"source_vocabulary": VOCABULARY, "target_vocabulary": VOCABULARY, "embedding_size": 64, "size": 64}
    layers = {"encoder_layers": 2, "decoder_layers": 2}
    return ConvolutionalSeq2Seq(ConvolutionalConfig(**{**sizes, **layers, "dropout": 0.0, **choices}))


def test_it_learns_to_copy_short_strings() -> None:
    model = pupil(encoder_layers=1, decoder_layers=1)
    assert learn(model, Lesson(copy, longest=6, updates=150, rate=4e-3)) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("weight_normalisation", [True, False])
def test_it_learns_to_reverse_strings(weight_normalisation: bool) -> None:
    model = pupil(weight_normalisation=weight_normalisation)
    assert learn(model, Lesson(reverse, longest=10, updates=500)) >= 0.95
