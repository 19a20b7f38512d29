"""Packed copies of wide matrices, against PyTorch's own product."""

import gc

import pytest
import torch
from torch import nn
from torch.nn import functional

from seq2seq_core import linear as packing
from seq2seq_core.linear import FEWEST_ROWS, MOST_ROWS, WIDE, Linear, linear, pack_for_search

INPUTS, OUTPUTS = 256, 2048
ROWS = (1, FEWEST_ROWS - 1, FEWEST_ROWS, 10, MOST_ROWS, MOST_ROWS + 1)


def wide_layer(*, bias: bool = True) -> Linear:
    torch.manual_seed(5)
    assert INPUTS * OUTPUTS >= WIDE
    return Linear(INPUTS, OUTPUTS, bias=bias)


@torch.no_grad()
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("rows", ROWS)
def test_a_packed_layer_gives_the_product(rows: int, *, bias: bool) -> None:
    layer = wide_layer(bias=bias)
    features = torch.randn(rows, 1, INPUTS)
    expected = functional.linear(features.double(), layer.weight.double(), layer.bias.double() if bias else None)
    pack_for_search(layer)
    given = layer(features)
    assert given.shape == (rows, 1, OUTPUTS)
    torch.testing.assert_close(given.double(), expected, atol=1e-5, rtol=0)


@torch.no_grad()
def test_a_matrix_that_was_changed_is_not_answered_from_its_old_copy() -> None:
    layer, features = wide_layer(), torch.randn(8, INPUTS)
    pack_for_search(layer)
    before = layer(features)
    layer.weight.mul_(2)
    layer.bias.mul_(2)
    torch.testing.assert_close(layer(features), 2 * before, atol=1e-5, rtol=0)


def test_a_packed_layer_can_still_learn() -> None:
    layer, features = wide_layer(), torch.randn(8, INPUTS)
    pack_for_search(layer)
    layer(features).sum().backward()
    assert layer.weight.grad is not None
    torch.testing.assert_close(layer.weight.grad, features.sum(dim=0).expand(OUTPUTS, -1), atol=1e-4, rtol=0)


@torch.no_grad()
def test_small_matrices_are_left_to_pytorch() -> None:
    layer, features = Linear(8, 8), torch.randn(8, 8)
    before = len(packing._PACKED)
    pack_for_search(layer)
    assert len(packing._PACKED) == before
    assert torch.equal(layer(features), functional.linear(features, layer.weight, layer.bias))


def test_a_copy_goes_with_its_matrix() -> None:
    gc.collect()
    before, layer = len(packing._PACKED), wide_layer()
    pack_for_search(layer)
    assert len(packing._PACKED) == before + 1
    del layer
    gc.collect()
    assert len(packing._PACKED) == before


@torch.no_grad()
def test_an_embedding_that_is_the_outputs_matrix_too_is_packed_for_the_output() -> None:
    embedding, features = nn.Embedding(OUTPUTS, INPUTS), torch.randn(8, INPUTS)
    expected = features @ embedding.weight.T
    before = len(packing._PACKED)
    pack_for_search(embedding)
    assert len(packing._PACKED) == before + 1
    torch.testing.assert_close(linear(features, embedding.weight), expected, atol=1e-4, rtol=0)
