import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.decoding.ordering import stable_top


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.lists(st.sampled_from([-3.0, -2.0, -1.0, -0.5]), min_size=7, max_size=7), min_size=1, max_size=4),
    count=st.integers(1, 9),
)
def test_equal_values_come_in_the_order_of_their_index_also_at_the_edge(rows: list[list[float]], count: int) -> None:
    top = stable_top(torch.tensor(rows), count)
    expected = [[at for _, at in sorted((-value, at) for at, value in enumerate(row))][:count] for row in rows]
    assert top.index_RK.tolist() == expected
    assert top.value_RK.tolist() == [[row[at] for at in order] for row, order in zip(rows, expected, strict=True)]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_impossible_entries_come_last(size: int) -> None:
    values = torch.full((1, 5), -torch.inf)
    values[0, 3] = -1.0
    top = stable_top(values, size)
    assert top.index_RK[0, 0] == 3
    assert top.value_RK[0, 1:].tolist() == [-torch.inf] * (size - 1)


def test_the_given_values_stay_as_they_are() -> None:
    values = torch.tensor([[-1.0, -1.0, -2.0]])
    stable_top(values, 1)
    assert values.tolist() == [[-1.0, -1.0, -2.0]]
