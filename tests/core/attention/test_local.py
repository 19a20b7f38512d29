"""Local attention: the windows, and the Gaussian of the predicted one, worked out by hand."""

import math
from collections.abc import Sequence

import pytest
import torch

from seq2seq_core.attention import AttentionOptions, Past
from seq2seq_core.attention.local_monotonic import LocalMonotonic
from seq2seq_core.attention.local_predictive import LocalPredictive
from tests.core.attention.made import one_row, set_weights, softmax, walk, weights_of

HALF_OF_43 = math.log(0.43 / 0.57) / math.tanh(1)  # v for which sigmoid(v tanh(1)) is 0.43


@pytest.mark.parametrize(
    ("step", "centre", "window"),
    [(0, 0, [0, 1]), (1, 1, [0, 1, 2]), (2, 2, [1, 2, 3]), (3, 3, [2, 3]), (4, 3, [2, 3]), (9, 3, [2, 3])],
)
def test_local_m_looks_one_to_either_side_of_the_step_and_stays_at_the_end(
    step: int, centre: int, window: Sequence[int]
) -> None:
    attention = LocalMonotonic(1, 1, AttentionOptions(window=1))
    set_weights(attention, {"key.weight": 1.0})
    states = [1.0, 2.0, 4.0, 3.0, 9.0]  # a query of 1 makes these the scores; the fifth is padding
    memory = one_row(attention, [[state] for state in states], real=4)
    glimpse = walk(attention, torch.ones(step + 1, 1, 1), memory)[-1]
    expected = dict(zip(window, softmax(states[j] for j in window), strict=True))
    assert weights_of(glimpse) == pytest.approx([expected.get(j, 0.0) for j in range(5)], abs=1e-6)
    assert glimpse.evidence["centre"].tolist() == [centre]


def local_p(window: int, energy: float) -> LocalPredictive:
    """With a query of 1 the scores are the states, and the centre is S sigmoid(energy * tanh(1))."""
    attention = LocalPredictive(1, 1, AttentionOptions(size=1, window=window))
    set_weights(attention, {"key.weight": 1.0, "centre.weight": 1.0, "centre_energy.weight": energy})
    return attention


def test_local_p_multiplies_the_aligned_window_by_the_gaussian() -> None:
    attention = local_p(window=2, energy=HALF_OF_43)
    # Ten real positions, two of padding. Scores 0 but for log 2 on position 4; 50 stands outside the window.
    states = [0.0, 0.0, 50.0, 0.0, math.log(2), 0.0, 0.0, 50.0, 0.0, 0.0, 50.0, 50.0]
    memory = one_row(attention, [[state] for state in states], real=10)
    glimpse = attention(torch.ones(1, 1), memory, Past.none(memory))
    # p_t = 10 * 0.43 = 4.3, window 3 to 6, aligned (1, 2, 1, 1) / 5, sigma = 2 / 2 = 1:
    # exp(-1.3^2 / 2) = 0.429557, exp(-0.3^2 / 2) = 0.955997, exp(-0.7^2 / 2) = 0.782705, exp(-1.7^2 / 2) = 0.235746
    expected = [0, 0, 0, 0.429557 / 5, 0.955997 * 2 / 5, 0.782705 / 5, 0.235746 / 5, 0, 0, 0, 0, 0]
    assert weights_of(glimpse) == pytest.approx(expected, abs=1e-6)
    assert glimpse.evidence["centre"].tolist() == pytest.approx([4.3], abs=1e-6)


def test_local_p_counts_the_real_positions_of_each_row() -> None:
    attention = local_p(window=2, energy=HALF_OF_43)
    real_BS = torch.arange(10) < torch.tensor([[10], [5], [1]])
    memory = attention.remember(torch.zeros(3, 10, 1), real_BS)
    centre_B = attention(torch.ones(3, 1), memory, Past.none(memory)).evidence["centre"]
    assert centre_B.tolist() == pytest.approx([4.3, 2.15, 0.43], abs=1e-6)


@pytest.mark.parametrize(
    ("energy", "centre", "expected"),
    [
        (1e4, 3.0, [0, 0, math.exp(-2)]),  # beyond the last: window 2 to 4, (2 - 3)^2 / (2 * 0.5^2) = 2
        (-1e4, 0.0, [1 / 2, math.exp(-2) / 2, 0]),  # on the first: window -1 to 1
    ],
)
def test_local_p_reaches_a_position_from_either_end(energy: float, centre: float, expected: Sequence[float]) -> None:
    attention = local_p(window=1, energy=energy)
    memory = one_row(attention, [[0.0], [0.0], [0.0], [0.0]], real=3)
    glimpse = attention(torch.ones(1, 1), memory, Past.none(memory))
    assert glimpse.evidence["centre"].tolist() == [centre]
    assert weights_of(glimpse) == pytest.approx([*expected, 0], abs=1e-6)
