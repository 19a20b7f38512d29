"""Packing: what is laid out step by step comes back, and padding only stays to round a step's rows."""

from typing import Final

import pytest
import torch

from seq2seq_core.models.packing import Packing, pick

LENGTHS: Final = torch.tensor([3, 1, 4])


def test_rows_stand_longest_first_and_steps_one_after_the_other() -> None:
    padded = torch.tensor([[1, 2, 3, 0, 0], [4, 0, 0, 0, 0], [5, 6, 7, 8, 0]])
    packing = Packing.of(LENGTHS, 5, grain=1)
    assert packing.sizes == (3, 2, 2, 1)
    assert packing.pack(padded).tolist() == [5, 1, 4, 6, 2, 7, 3, 8]
    assert packing.pad(packing.pack(padded)).tolist() == padded.tolist()
    assert packing.last(packing.pack(padded)).tolist() == [3, 4, 8]


def test_padding_stays_where_a_step_would_have_an_odd_number_of_rows() -> None:
    padded = torch.tensor([[1, 2, 3, -1], [4, -2, -3, -4], [5, 6, 7, 8]])
    packing = Packing.of(LENGTHS, 4, grain=2)
    assert packing.sizes == (3, 2, 2, 2)
    packed = packing.pack(padded)
    assert packed.tolist() == [5, 1, 4, 6, 2, 7, 3, 8, -1]
    assert packed[packing.real_N].tolist() == [5, 1, 4, 6, 2, 7, 3, 8]
    assert packing.last(packed).tolist() == [3, 4, 8]


def test_sequences_of_one_length_are_packed_whole() -> None:
    padded = torch.arange(6).view(2, 3)
    packing = Packing.whole(2, 3, torch.device("cpu"))
    assert packing.sizes == (2, 2, 2)
    assert packing.pack(padded).tolist() == [0, 3, 1, 4, 2, 5]
    assert torch.equal(packing.pad(packing.pack(padded)), padded)


@pytest.mark.parametrize("grain", [1, 2, 8])
def test_gradients_go_to_where_things_came_from(grain: int) -> None:
    padded = torch.randn(3, 5, 2, dtype=torch.float64, requires_grad=True)
    packing = Packing.of(LENGTHS, 5, grain)
    assert torch.autograd.gradcheck(lambda rows: packing.pad(packing.pack(rows)), padded)
    assert torch.autograd.gradcheck(lambda rows: packing.last(packing.pack(rows)), padded)
    assert torch.autograd.gradcheck(lambda rows: pick(rows, torch.tensor([2, 0])), padded)
