"""Dropout drops as many as it says, keeps the mean, and lets the gradient through where it kept."""

import pytest
import torch

from seq2seq_core.models.dropout import Dropout

COUNT = 200_003  # no multiple of four


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5])
def test_the_share_that_is_dropped_is_the_rate(rate: float) -> None:
    torch.manual_seed(1)
    dropped = Dropout(rate)(torch.ones(COUNT))
    deviation = (rate * (1 - rate) / COUNT) ** 0.5
    assert (dropped == 0).float().mean().item() == pytest.approx(rate, abs=5 * deviation)
    torch.testing.assert_close(dropped[dropped != 0].unique(), torch.tensor([1 / (1 - rate)]))


def test_neighbours_fall_independently() -> None:
    torch.manual_seed(1)
    zero = (Dropout(0.5)(torch.ones(COUNT)) == 0).float() - 0.5
    for distance in (1, 2, 3, 4, 5):
        assert abs((zero[:-distance] * zero[distance:]).mean().item()) < 5 * 0.25 / COUNT**0.5


def test_a_gradient_is_that_of_what_was_kept() -> None:
    torch.manual_seed(1)
    features = torch.randn(3, 5, 7, requires_grad=True)
    dropped = Dropout(0.3)(features)
    dropped.sum().backward()
    assert features.grad is not None
    torch.testing.assert_close(features.grad, torch.where(dropped != 0, 1 / 0.7, 0.0))


def test_one_seed_gives_one_mask_and_evaluation_none() -> None:
    layer, features = Dropout(0.5), torch.randn(40)
    masks = []
    for _ in range(2):
        torch.manual_seed(7)
        masks.append(layer(features))
    assert torch.equal(*masks)
    assert torch.equal(layer.eval()(features), features)
