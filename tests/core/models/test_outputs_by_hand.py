"""Copying and pointing with numbers worked out by hand.

Sizes: B rows, T target positions, E features, M source positions, N those and the end, X extended vocabulary.
"""

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from seq2seq_core.models.base import END_ID, UNKNOWN_ID
from seq2seq_core.models.config import DecoderKind, Output, RecurrentConfig
from seq2seq_core.models.decoder import Unrolled
from seq2seq_core.models.output import Places, Pointer, PointerGenerator, Softmax, Tied, mixture, places_of
from tests.support.model_contract import padded
from tests.support.recurrent_models import COPIES, POINTS, combination

THE, CAT, ZYX = 4, 5, 6  # the last is a word of the source that the vocabulary lacks
ONE_FEATURE: dict[str, Any] = {
    "source_vocabulary": 6,
    "target_vocabulary": 6,
    "embedding_size": 1,
    "encoder_size": 1,
    "decoder_size": 1,
    "attention_size": 1,
    "source_cap": 2,
}
# See 2017, equation 9, with p_gen 0.7, P_vocab: the 0.5, cat 0.3, unknown 0.2, and the source "cat zyx cat" under
# attention 0.6, 0.1, 0.3:
#   the 0.7 * 0.5 = 0.35;  cat 0.7 * 0.3 + 0.3 * (0.6 + 0.3) = 0.48;  zyx 0.3 * 0.1 = 0.03;  unknown 0.7 * 0.2 = 0.14
VOCABULARY = (0.0, 0.2, 0.0, 0.0, 0.5, 0.3)
FINAL = (0.0, 0.14, 0.0, 0.0, 0.35, 0.48, 0.03)


def set_bias(linear: nn.Linear, value: float) -> None:
    with torch.no_grad():
        linear.weight.zero_()
        linear.bias.fill_(value)


def places() -> Places:
    real_13 = torch.ones(1, 3, dtype=torch.bool)
    return Places(torch.tensor([[CAT, ZYX, CAT]]), torch.zeros(1, 3, 2), real_13, width=7)


def one_step(weights: list[float]) -> Unrolled:
    """Features of zero, so that the bias alone makes the vocabulary's distribution."""
    weights_BTM = torch.tensor([[weights]])
    zero = torch.zeros(1, 1, 1)
    return Unrolled(zero, torch.zeros(1, 1, 1, 1), zero, torch.zeros(1, 1, 2), weights_BTM, {})


def test_the_mixture_adds_up_every_occurrence_of_a_word() -> None:
    mixed_BTX = mixture(
        torch.tensor([[VOCABULARY]]), torch.tensor([[[0.6, 0.1, 0.3]]]), torch.tensor([[[0.7]]]), places()
    )
    assert mixed_BTX[0, 0].tolist() == pytest.approx(FINAL, abs=1e-6)


def test_a_pointer_generator_gives_the_logarithm_of_the_mixture_and_shows_p_gen() -> None:
    layer = PointerGenerator(RecurrentConfig(**ONE_FEATURE, output=Output.POINTER_GENERATOR), memory_size=2)
    with torch.no_grad():
        layer.bias.copy_(torch.tensor(VOCABULARY).log())
    set_bias(layer.generate, math.log(0.7 / 0.3))  # sigmoid(log(p / (1 - p))) = p
    scored = layer(one_step([0.6, 0.1, 0.3]), torch.zeros(6, 1), places())
    assert scored.scores_BTX[0, 0].exp().tolist() == pytest.approx(FINAL, abs=1e-6)
    assert scored.evidence["generate"].item() == pytest.approx(0.7, abs=1e-6)
    # log-probabilities already: a softmax leaves them alone, and what cannot be said stays at minus infinity
    torch.testing.assert_close(scored.scores_BTX.log_softmax(-1), scored.scores_BTX)
    assert scored.scores_BTX[0, 0, 2].item() == -math.inf


def test_p_gen_reads_context_state_with_memory_and_input() -> None:
    config = RecurrentConfig(**ONE_FEATURE, output=Output.POINTER_GENERATOR)
    layer = PointerGenerator(config, memory_size=2)
    with torch.no_grad():
        layer.generate.weight.copy_(torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
        layer.generate.bias.fill_(0.5)
    step = replace(
        one_step([0.6, 0.1, 0.3]),
        contexts_BTC=torch.tensor([[[0.1, 0.2]]]),
        states_BTPD=torch.tensor([[[[-0.3]]]]),
        embedded_BTE=torch.tensor([[[0.4]]]),
    )
    # sigmoid(1 * 0.1 + 2 * 0.2 + 3 * -0.3 + 4 * 0.4 + 0.5) = sigmoid(1.7)
    generate = layer(step, torch.zeros(6, 1), places()).evidence["generate"]
    assert generate.item() == pytest.approx(1 / (1 + math.exp(-1.7)), abs=1e-6)


def test_a_step_of_a_pointer_generator_shows_p_gen_for_every_row() -> None:
    each = combination("copies", COPIES)
    stepper = each.model().open(each.case().sources)
    answer = stepper.step(torch.tensor([2, 2, 2]), stepper.start())
    assert answer.evidence["generate"].shape == (3,)
    assert ((answer.evidence["generate"] > 0) & (answer.evidence["generate"] < 1)).all()


def test_a_word_that_one_source_lacks_has_no_probability_there() -> None:
    each = combination("copies", COPIES)
    sources = each.case().sources  # 14 and 13 stand in the first, neither in the second, 13 in the third
    stepper = each.model().open(sources)
    assert stepper.vocabulary_size == 15
    log_probs_RX = stepper.step(torch.tensor([2, 2, 2]), stepper.start()).log_probs_RV
    assert (log_probs_RX[:, 13:] > -math.inf).tolist() == [[True, True], [False, False], [True, False]]


def test_words_beyond_the_vocabulary_are_read_as_unknown() -> None:
    each = combination("copies", COPIES)
    model, case = each.model(), each.case()
    unknown = [[UNKNOWN_ID if token >= 13 else token for token in source] for source in case.sources]
    previous_BT = case.previous_BT.masked_fill(case.previous_BT >= 13, UNKNOWN_ID)
    read, expected = model.force(padded(case.sources), case.previous_BT), model.force(padded(unknown), previous_BT)
    assert read.attention_BTM is not None
    assert expected.attention_BTM is not None
    torch.testing.assert_close(read.attention_BTM, expected.attention_BTM)


def test_a_pointer_networks_distribution_is_over_positions_and_the_end() -> None:
    layer = Pointer(RecurrentConfig(**ONE_FEATURE, output=Output.POINTER), memory_size=1)
    with torch.no_grad():
        layer.key.weight.fill_(1.0)
        layer.query.weight.fill_(2.0)
        layer.energy.weight.fill_(3.0)
        layer.end.fill_(-0.5)
    step = replace(one_step([]), features_BTE=torch.tensor([[[0.1], [0.2]]]))
    real = Places(torch.tensor([[4, 5]]), torch.tensor([[[0.3], [0.7]]]), torch.tensor([[True, True]]), width=6)
    scored = layer(step, torch.zeros(4, 1), real)
    # u_j = 3 tanh(e_j + 2 d): the end e = -0.5, the positions 0.3 and 0.7;  d = 0.1, then 0.2
    for row, d in zip(scored.scores_BTX[0].softmax(-1), (0.1, 0.2), strict=True):
        powers = [math.exp(3 * math.tanh(e + 2 * d)) for e in (-0.5, 0.3, 0.7)]
        end, first, second = (power / sum(powers) for power in powers)
        expected = [0.0, 0.0, 0.0, end, first, second]
        assert row.tolist() == pytest.approx(expected, abs=1e-6)
    assert scored.weights_BTM is not None
    torch.testing.assert_close(scored.weights_BTM, scored.scores_BTX.softmax(-1)[..., 4:])


def test_a_pointer_network_points_at_no_padding() -> None:
    each = combination("points", POINTS)
    stepper = each.model().open(each.case().sources)
    log_probs_RV = stepper.step(torch.tensor([2, 2, 2]), stepper.start()).log_probs_RV
    for row, source in enumerate(each.case().sources):
        sayable = [END_ID, *range(4, 4 + len(source))]
        assert (log_probs_RV[row] > -math.inf).nonzero().flatten().tolist() == sayable


def test_a_pointer_network_reads_back_the_state_it_pointed_at() -> None:
    model = combination("points", POINTS, decoder=DecoderKind.LUONG).model()
    state = model.begin(padded([[4, 5, 6]]))
    assert state.places is not None
    embedded_1TE = model._embed(torch.tensor([[2, 6]]), state)
    torch.testing.assert_close(embedded_1TE[0, 0], model.target_embedding.weight[2])
    torch.testing.assert_close(embedded_1TE[0, 1], model.pointed(state.places.states_BMC[0, 2]))


def test_a_tied_softmax_has_the_embeddings_as_its_weights() -> None:
    config = RecurrentConfig(**{**ONE_FEATURE, "embedding_size": 2})
    embedding_VE, bias_V = torch.arange(12.0).view(6, 2), torch.tensor([0.5, 0, 0, 0, 0, -1])
    layer = Tied(config, memory_size=2)
    with torch.no_grad():
        layer.bias.copy_(bias_V)
    features = torch.tensor([[[1.0, -2.0]]])
    # E f = (2i) * 1 + (2i + 1) * -2 = -2i - 2
    expected = [-2 + 0.5, -4, -6, -8, -10, -12 - 1]
    step = replace(one_step([1.0]), features_BTE=features)
    assert layer(step, embedding_VE, None).scores_BTX.flatten().tolist() == pytest.approx(expected)
    own = Softmax(config, memory_size=2)
    with torch.no_grad():
        own.linear.weight.copy_(embedding_VE)
        own.linear.bias.copy_(bias_V)
    assert own(step, torch.zeros(6, 2), None).scores_BTX.flatten().tolist() == pytest.approx(expected)


@pytest.mark.parametrize(("ids", "width"), [([[4, 5], [5, 5]], 6), ([[4, 5], [8, 5]], 9)])
def test_the_extended_vocabulary_is_as_wide_as_the_batchs_unknown_words(ids: list[list[int]], width: int) -> None:
    states: Tensor = torch.zeros(2, 2, 1)
    assert places_of(padded(ids), states, vocabulary=6).width == width
