"""Matrices in a loop: the same numbers and gradients as without, and a gradient made once."""

import torch
from torch import nn

from seq2seq_core.repeated import Mixes, Repeated, enter_values, mix_once, repeatedly


def looped(layer: nn.Linear, first: torch.Tensor, rows: tuple[int, ...]) -> torch.Tensor:
    """A small recurrence whose rows become fewer."""
    state, total = first, first.sum() * 0
    for count in rows:
        state = torch.tanh(layer(state[:count]))
        total = total + (state * state).sum()
    return total


def test_a_repeated_layer_has_the_gradients_of_a_linear_one() -> None:
    torch.manual_seed(3)
    layer, first = Repeated(4, 4).double(), torch.randn(5, 4, dtype=torch.float64, requires_grad=True)
    plain = nn.Linear(4, 4).double()
    plain.load_state_dict(layer.state_dict())
    with repeatedly(layer):
        total = looped(layer, first, (5, 5, 3, 1))
    expected = looped(plain, first, (5, 5, 3, 1))
    torch.testing.assert_close(total, expected)
    found = torch.autograd.grad(total, (first, layer.weight, layer.bias))
    torch.testing.assert_close(found, torch.autograd.grad(expected, (first, plain.weight, plain.bias)))


def test_two_losses_of_one_loop_have_gradients_one_after_the_other() -> None:
    layer, first = Repeated(4, 4, bias=False), torch.randn(2, 4)
    with repeatedly(layer):
        one, other = layer(first), layer(first + 1)
    one.sum().backward(retain_graph=True)
    other.sum().backward()
    assert layer.weight.grad is not None
    torch.testing.assert_close(layer.weight.grad, (2 * first + 1).sum(dim=0).expand(4, 4))


def test_frozen_and_unused_layers_get_no_gradient() -> None:
    layers = nn.ModuleList([Repeated(3, 3), Repeated(3, 3), Repeated(3, 3)])
    layers[1].requires_grad_(False)
    with repeatedly(layers):
        layers[1](layers[0](torch.ones(2, 3))).sum().backward()
    assert layers[0].weight.grad is not None
    assert layers[1].weight.grad is None
    assert layers[2].weight.grad is None


def test_values_mixed_in_a_loop_have_the_gradients_of_single_mixes() -> None:
    torch.manual_seed(3)
    values = torch.randn(4, 3, 2, dtype=torch.float64, requires_grad=True)
    weights = [torch.randn(rows, 3, dtype=torch.float64, requires_grad=True) for rows in (4, 4, 2)]
    mixes: Mixes = []
    entered = enter_values(values, mixes)
    mixed = [mix_once(each, entered[: len(each)], mixes) for each in weights]
    expected = [torch.einsum("bs,bse->be", each, values[: len(each)]) for each in weights]
    torch.testing.assert_close(mixed, expected)
    totals = [sum((each**2).sum() for each in found) + values.sum() for found in (mixed, expected)]
    found, wanted = (torch.autograd.grad(total, (values, *weights)) for total in totals)
    torch.testing.assert_close(found, wanted)
