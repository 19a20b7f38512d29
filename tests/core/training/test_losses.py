"""The loss by hand."""

import math

import pytest
import torch
from torch.nn import functional

from seq2seq_core.training.losses import Predictions

# softmax of (0, ln 2, 0, 0) is (0.2, 0.4, 0.2, 0.2)
PREDICTIONS = Predictions(torch.tensor([[0.0, math.log(2), 0.0, 0.0]]), torch.tensor([1]))


def test_without_smoothing_the_loss_is_the_negative_log_probability() -> None:
    assert PREDICTIONS.loss().item() == pytest.approx(-math.log(0.4), abs=1e-6)


def test_smoothing_spreads_mass_evenly_over_all_tokens() -> None:
    # true token 0.9 + 0.1 / 4, each other one 0.1 / 4
    expected = -(0.925 * math.log(0.4) + 3 * 0.025 * math.log(0.2))
    assert PREDICTIONS.loss(0.1).item() == pytest.approx(expected, abs=1e-6)


def test_right_counts_highest_logits() -> None:
    assert PREDICTIONS.right() == 1
    assert Predictions(PREDICTIONS.logits_NV, torch.tensor([3])).right() == 0


def test_padding_counts_nowhere() -> None:
    padded = Predictions(PREDICTIONS.logits_NV.repeat(2, 1), torch.tensor([1, 0]))
    assert padded.loss(0.1).item() == pytest.approx(PREDICTIONS.loss(0.1).item())
    assert (padded.tokens, padded.right()) == (1, 1)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_loss_and_gradient_are_those_of_torchs_cross_entropy(smoothing: float) -> None:
    torch.manual_seed(1)
    logits_NV = torch.randn(7, 11, dtype=torch.float32, requires_grad=True)
    next_N = torch.tensor([0, 3, 4, 0, 10, 1, 2])
    ours = Predictions(logits_NV, next_N).loss(smoothing)
    theirs = functional.cross_entropy(logits_NV, next_N, label_smoothing=smoothing, ignore_index=0, reduction="sum")
    torch.testing.assert_close(ours, theirs)
    found, expected = (torch.autograd.grad(0.3 * loss, logits_NV) for loss in (ours, theirs))
    torch.testing.assert_close(found, expected)
