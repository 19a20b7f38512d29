"""Token and position embeddings, by hand."""

import math

import pytest
import torch

from seq2seq_core.errors import InputError
from seq2seq_core.models.embedding import LearnedPositions, SinusoidalPositions, TokenEmbedding, sinusoids


def test_the_sinusoidal_table_has_sines_at_even_and_cosines_at_odd_features() -> None:
    # D = 4: features 0 and 1 turn by p / 10000^(0/4) = p, features 2 and 3 by p / 10000^(2/4) = p / 100
    expected = [
        [0.0, 1.0, 0.0, 1.0],
        [math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)],
        [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)],
        [math.sin(300), math.cos(300), math.sin(3), math.cos(3)],
    ]
    torch.testing.assert_close(sinusoids(torch.tensor([0, 1, 2, 300]), 4), torch.tensor(expected), atol=1e-5, rtol=0)


def test_an_odd_size_ends_in_a_sine() -> None:
    # D = 3: features 0 and 1 turn by p, feature 2 by p / 10000^(2/3)
    expected = [[math.sin(5), math.cos(5), math.sin(5 / 10000 ** (2 / 3))]]
    torch.testing.assert_close(sinusoids(torch.tensor([5]), 3), torch.tensor(expected), atol=1e-6, rtol=0)


@pytest.mark.parametrize("positions", [SinusoidalPositions(), LearnedPositions(6, 9, setting="source_cap", std=1.0)])
def test_places_are_counted_from_the_start_that_is_given(positions: torch.nn.Module) -> None:
    whole = positions(torch.zeros(1, 9, 6))
    torch.testing.assert_close(positions(torch.zeros(1, 2, 6), 7), whole[:, 7:])
    assert len({tuple(row) for row in whole[0].tolist()}) == 9


def test_more_tokens_than_learned_places_are_refused_by_the_name_of_the_setting() -> None:
    positions = LearnedPositions(6, 9, setting="target_cap", std=1.0)
    with pytest.raises(InputError, match=r"target_cap .* at most 9, got 10"):
        positions(torch.zeros(1, 1, 6), 9)


def test_ids_beyond_the_vocabulary_are_read_as_unknown_and_padding_as_nothing() -> None:
    embedding = TokenEmbedding(7, 3, std=1.0)
    embedded = embedding(torch.tensor([[1, 7, 1000, 6, 0]]))[0]
    assert embedded[1].tolist() == embedded[2].tolist() == embedded[0].tolist()
    assert embedded[3].tolist() != embedded[0].tolist()
    assert embedded[4].tolist() == [0.0, 0.0, 0.0]
