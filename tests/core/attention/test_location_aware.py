"""Location-aware attention: the filtered weights and the smoothed normalisation, worked out by hand."""

import math

import pytest
import torch

from seq2seq_core.attention import AttentionOptions, Past
from seq2seq_core.attention.location_aware import LocationAware
from seq2seq_core.errors import OptionError
from tests.core.attention.made import one_row, set_weights, softmax, weights_of


def test_the_score_sees_the_filtered_weights_of_the_step_before() -> None:
    attention = LocationAware(1, 1, AttentionOptions(size=1, filters=1, filter_width=3))
    weights = {"query.weight": 2.0, "key.weight": 1.0, "key.bias": -0.5, "place.weight": 0.5, "energy.weight": 3.0}
    set_weights(attention, {**weights, "filters.weight": [[[0.5, 1.0, 2.0]]]})
    memory = one_row(attention, [[0.1], [-0.2], [0.4]])
    first = Past.none(memory)
    # W s = 2 * 0.5 = 1;  V h + b = -0.4, -0.7, -0.1;  no weights yet, so f = 0
    expected = softmax([3 * math.tanh(0.6), 3 * math.tanh(0.3), 3 * math.tanh(0.9)])
    assert weights_of(attention(torch.tensor([[0.5]]), memory, first)) == pytest.approx(expected, abs=1e-6)
    second = first.after(torch.tensor([[0.3, 0.3, 0.4]])).after(torch.tensor([[0.1, 0.6, 0.3]]))
    # f_1 = 1 * 0.1 + 2 * 0.6 = 1.3;  f_2 = 0.5 * 0.1 + 1 * 0.6 + 2 * 0.3 = 1.25;  f_3 = 0.5 * 0.6 + 1 * 0.3 = 0.6
    # 0.6 + 0.5 * 1.3 = 1.25;  0.3 + 0.5 * 1.25 = 0.925;  0.9 + 0.5 * 0.6 = 1.2
    expected = softmax([3 * math.tanh(1.25), 3 * math.tanh(0.925), 3 * math.tanh(1.2)])
    assert weights_of(attention(torch.tensor([[0.5]]), memory, second)) == pytest.approx(expected, abs=1e-6)


def smoothed(energy: float) -> LocationAware:
    attention = LocationAware(1, 1, AttentionOptions(size=1, smoothing=True))
    set_weights(attention, {"key.weight": 1.0, "energy.weight": energy})
    return attention


def test_smoothing_shares_by_sigmoids() -> None:
    attention = smoothed(energy=2.0)
    memory = one_row(attention, [[math.atanh(math.log(3) / 2)], [0.0], [5.0]], real=2)
    # e = 2 tanh(h) = log 3 and 0;  sigmoid(e) = 3/4 and 1/2;  over their sum 5/4: 0.6 and 0.4
    glimpse = attention(torch.tensor([[0.0]]), memory, Past.none(memory))
    assert weights_of(glimpse) == pytest.approx([0.6, 0.4, 0], abs=1e-6)


def test_smoothing_holds_where_every_sigmoid_is_too_small_for_a_float() -> None:
    attention = smoothed(energy=-1000.0)
    memory = one_row(attention, [[9.0], [9.0]])
    assert weights_of(attention(torch.tensor([[0.0]]), memory, Past.none(memory))) == pytest.approx([0.5, 0.5])


def test_a_filter_without_a_middle_is_refused() -> None:
    with pytest.raises(OptionError, match="filter_width must be odd with attention LocationAware, got 4"):
        LocationAware(1, 1, AttentionOptions(filter_width=4))
