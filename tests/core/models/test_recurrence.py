"""Whole-sequence recurrences are the steps of `cells`, and their gradients what autograd makes of those steps.

Sizes: N packed positions, B rows, D state size, G gates times D, P parts of a state.
"""

from typing import Final

import pytest
import torch
from torch import Tensor, nn

from seq2seq_core.models.cells import CELLS
from seq2seq_core.models.packing import Packing
from seq2seq_core.models.recurrence import WHOLE, run

SIZE: Final = 5
LENGTHS: Final = torch.tensor([3, 1, 7, 4, 4])


def stepped(name: str, given_NG: Tensor, recurrent: nn.Linear, first_BPD: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """The same by the cell itself."""
    states, state_BPD = [], first_BPD
    for given_BG in torch.split(given_NG, list(sizes)):
        state_BPD = CELLS[name].advance(given_BG, recurrent, state_BPD[: len(given_BG)])
        states.append(state_BPD)
    return torch.cat(states)


@pytest.mark.parametrize("grain", [1, 2, 8])
@pytest.mark.parametrize("name", CELLS)
def test_a_sequence_and_its_gradients_are_those_of_its_steps(name: str, grain: int) -> None:
    torch.manual_seed(5)
    cell, sizes = CELLS[name], Packing.of(LENGTHS, 9, grain).sizes
    recurrent = nn.Linear(SIZE, cell.gates * SIZE).double()
    given_NG = torch.randn(sum(sizes), cell.gates * SIZE, dtype=torch.float64, requires_grad=True)
    first_BPD = torch.randn(len(LENGTHS), cell.parts, SIZE, dtype=torch.float64, requires_grad=True)
    weight_NPD = torch.randn(sum(sizes), cell.parts, SIZE, dtype=torch.float64)
    learnt = (given_NG, first_BPD, recurrent.weight, recurrent.bias)
    whole = run(cell, given_NG, recurrent, first_BPD, sizes)
    expected = stepped(name, given_NG, recurrent, first_BPD, sizes)
    torch.testing.assert_close(whole, expected)
    gradients, expected_gradients = (
        torch.autograd.grad((states * weight_NPD).sum(), learnt) for states in (whole, expected)
    )
    torch.testing.assert_close(gradients, expected_gradients)


@pytest.mark.parametrize("cell", WHOLE)
def test_gates_in_half_precision_give_states_and_gradients_of_their_precision(cell: object) -> None:
    torch.manual_seed(5)
    [known] = [each for each in CELLS.values() if each is cell]
    recurrent = nn.Linear(SIZE, known.gates * SIZE)
    given_NG = torch.randn(6, known.gates * SIZE)
    first_BPD = torch.zeros(2, known.parts, SIZE)
    half_NG = given_NG.bfloat16().requires_grad_()
    states = run(known, half_NG, recurrent, first_BPD, (2, 2, 2))
    assert states.dtype is torch.bfloat16
    torch.testing.assert_close(states.float(), run(known, given_NG, recurrent, first_BPD, (2, 2, 2)), atol=0.03, rtol=0)
    states.float().sum().backward()
    assert half_NG.grad is not None
    assert half_NG.grad.dtype is torch.bfloat16
    assert recurrent.weight.grad is not None
    assert recurrent.weight.grad.dtype is torch.float32
