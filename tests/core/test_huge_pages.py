"""Weights are moved, and nothing else about them changes."""

import mmap

import pytest
import torch
from torch import nn

from seq2seq_core.huge_pages import LINE, PAGE, onto_huge_pages

needs_huge_pages = pytest.mark.skipif(not hasattr(mmap, "MADV_HUGEPAGE"), reason="the system knows no huge pages")


def model_of(size: int) -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(size, size), nn.Linear(size, 3))


@needs_huge_pages
def test_weights_lie_in_one_piece_that_begins_with_a_page() -> None:
    model = model_of(1000)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    onto_huge_pages(model)
    places = [weight.data_ptr() for weight in model.parameters()]
    assert places[0] % PAGE == 0
    assert all(place % LINE == 0 for place in places)
    assert max(places) - min(places) < 4 * sum(weight.numel() for weight in model.parameters()) + PAGE
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, before[name])


@needs_huge_pages
def test_the_model_answers_and_learns_as_before() -> None:
    model, moved = model_of(1000), model_of(1000)
    onto_huge_pages(moved)
    features = torch.randn(5, 1000)
    torch.testing.assert_close(moved(features), model(features))
    moved(features).sum().backward()
    assert all(weight.grad is not None for weight in moved.parameters())


@needs_huge_pages
def test_a_weight_of_two_layers_stays_one() -> None:
    model = model_of(1000)
    model.append(nn.Linear(1000, 1000))
    model[2].weight = model[0].weight
    onto_huge_pages(model)
    assert model[2].weight is model[0].weight


def test_small_models_stay_where_they_are() -> None:
    model = model_of(10)
    places = [weight.data_ptr() for weight in model.parameters()]
    onto_huge_pages(model)
    assert [weight.data_ptr() for weight in model.parameters()] == places


def test_a_system_without_them_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(mmap, "MADV_HUGEPAGE", raising=False)
    model = model_of(1000)
    places = [weight.data_ptr() for weight in model.parameters()]
    onto_huge_pages(model)
    assert [weight.data_ptr() for weight in model.parameters()] == places
