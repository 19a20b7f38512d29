"""The scores that look at query and source alone, or at the query alone, worked out by hand."""

import math

import pytest
import torch

from seq2seq_core.attention import Additive, AttentionOptions, Past
from seq2seq_core.attention.concat import Concat
from seq2seq_core.attention.dot import Dot
from seq2seq_core.attention.general import General
from seq2seq_core.attention.location import Location
from seq2seq_core.attention.scaled_dot import ScaledDot
from seq2seq_core.errors import InputError, OptionError
from tests.core.attention.made import one_row, set_weights, softmax, weights_of

ONE = AttentionOptions(size=1)


def test_additive_scores_are_v_tanh_of_query_and_key() -> None:
    attention = Additive(1, 1, ONE)
    set_weights(attention, {"query.weight": 2.0, "key.weight": 3.0, "energy.weight": 5.0})
    memory = one_row(attention, [[0.1], [-0.2]])
    # e_1 = 5 tanh(2 * 0.5 + 3 * 0.1) = 5 tanh(1.3);  e_2 = 5 tanh(2 * 0.5 - 3 * 0.2) = 5 tanh(0.4)
    expected = softmax([5 * math.tanh(1.3), 5 * math.tanh(0.4)])
    glimpse = attention(torch.tensor([[0.5]]), memory, Past.none(memory))
    assert weights_of(glimpse) == pytest.approx(expected, abs=1e-6)
    assert glimpse.context_BE.item() == pytest.approx(0.1 * expected[0] - 0.2 * expected[1], abs=1e-6)


def test_dot_scores_are_dot_products_of_query_and_state() -> None:
    attention = Dot(2, 2, ONE)
    memory = one_row(attention, [[3.0, -1.0], [0.5, 0.5]])
    # (1, 2) . (3, -1) = 1;  (1, 2) . (0.5, 0.5) = 1.5
    expected = softmax([1.0, 1.5])
    glimpse = attention(torch.tensor([[1.0, 2.0]]), memory, Past.none(memory))
    assert weights_of(glimpse) == pytest.approx(expected, abs=1e-6)
    context = [3 * expected[0] + 0.5 * expected[1], -expected[0] + 0.5 * expected[1]]
    assert glimpse.context_BE[0].tolist() == pytest.approx(context, abs=1e-6)


def test_scaled_dot_divides_by_the_root_of_the_size() -> None:
    attention = ScaledDot(2, 2, ONE)
    memory = one_row(attention, [[3.0, -1.0], [0.5, 0.5]])
    glimpse = attention(torch.tensor([[1.0, 2.0]]), memory, Past.none(memory))
    assert weights_of(glimpse) == pytest.approx(softmax([1 / math.sqrt(2), 1.5 / math.sqrt(2)]), abs=1e-6)


def test_general_scores_put_a_matrix_between_query_and_state() -> None:
    attention = General(2, 1, ONE)
    set_weights(attention, {"key.weight": [[2.0], [-1.0]]})
    memory = one_row(attention, [[0.5], [-1.0]])
    # W h = (1, -0.5) and (-2, 1);  (3, 2) . (1, -0.5) = 2;  (3, 2) . (-2, 1) = -4
    glimpse = attention(torch.tensor([[3.0, 2.0]]), memory, Past.none(memory))
    assert weights_of(glimpse) == pytest.approx(softmax([2.0, -4.0]), abs=1e-6)


def test_concat_scores_put_the_query_before_the_state() -> None:
    attention = Concat(1, 2, ONE)
    set_weights(attention, {"joint.weight": [[1.0, -2.0, 4.0]], "energy.weight": 3.0})
    memory = one_row(attention, [[0.1, 0.0], [-0.2, 0.1]])
    # W [0.5; 0.1, 0] = 0.5 - 0.2 = 0.3;  W [0.5; -0.2, 0.1] = 0.5 + 0.4 + 0.4 = 1.3
    glimpse = attention(torch.tensor([[0.5]]), memory, Past.none(memory))
    assert weights_of(glimpse) == pytest.approx(softmax([3 * math.tanh(0.3), 3 * math.tanh(1.3)]), abs=1e-6)


def test_location_scores_come_from_the_query_whatever_the_source() -> None:
    attention = Location(1, 1, AttentionOptions(longest=3))
    set_weights(attention, {"position.weight": [[1.0], [-2.0], [0.5]]})
    query = torch.tensor([[2.0]])
    for states in ([[0.1], [0.2], [0.3]], [[9.0], [-9.0], [0.0]]):
        memory = one_row(attention, states)
        assert weights_of(attention(query, memory, Past.none(memory))) == pytest.approx(softmax([2, -4, 1]), abs=1e-6)
    shorter = one_row(attention, [[0.1], [0.2]])
    assert weights_of(attention(query, shorter, Past.none(shorter))) == pytest.approx(softmax([2, -4]), abs=1e-6)


def test_location_refuses_sources_longer_than_it_has_positions() -> None:
    with pytest.raises(InputError, match="at most 3 positions with attention Location, got 4"):
        one_row(Location(1, 1, AttentionOptions(longest=3)), [[0.0]] * 4)


@pytest.mark.parametrize("mechanism", [Dot, ScaledDot])
def test_dot_products_refuse_states_of_another_size_than_the_query(mechanism: type[Dot]) -> None:
    with pytest.raises(OptionError, match=r"decoder_size equal to .*memory size.*got decoder_size 3 and memory size 4"):
        mechanism(3, 4, ONE)
