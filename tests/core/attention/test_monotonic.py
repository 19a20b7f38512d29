"""Monotonic attention: its probabilities, the soft recursion and the hard walk, worked out by hand."""

import itertools
import math
from collections.abc import Sequence

import pytest
import torch

from seq2seq_core.attention import AttentionOptions, Glimpse, Memory, Past
from seq2seq_core.attention.monotonic import Monotonic
from tests.core.attention.made import one_row, set_weights, weights_of

GAIN = 30.0


def monotonic(*, hard: bool | None) -> Monotonic:
    """Attention whose energies are 30 tanh(h), in evaluation mode."""
    attention = Monotonic(1, 1, AttentionOptions(size=1))
    set_weights(attention, {"key.weight": 1.0, "energy.weight": 1.0, "gain": GAIN})
    attention.hard = hard
    attention.eval()
    return attention


def stopping(attention: Monotonic, probabilities: Sequence[float], real: int | None = None) -> Memory:
    """A memory in which these are the probabilities to stop: h = atanh(log(p / (1 - p)) / 30)."""
    return one_row(attention, [[math.atanh(math.log(p / (1 - p)) / GAIN)] for p in probabilities], real)


def steps(attention: Monotonic, rows: Sequence[Sequence[float]]) -> list[Glimpse]:
    """One step for each row of probabilities."""
    past, glimpses = Past.none(stopping(attention, rows[0])), []
    for probabilities in rows:
        glimpses.append(attention(torch.zeros(1, 1), stopping(attention, probabilities), past))
        past = past.after(glimpses[-1].weights_BS)
    return glimpses


def test_energies_have_a_learned_length_and_offset() -> None:
    attention = Monotonic(1, 1, AttentionOptions(size=2))
    weights = {"query.weight": [[1.0], [0.0]], "key.weight": [[2.0], [-1.0]], "key.bias": [0.0, 0.5]}
    set_weights(attention, {**weights, "energy.weight": [[3.0, 4.0]], "gain": 2.0, "offset": -0.5})
    attention.hard = False
    attention.eval()
    memory = one_row(attention, [[0.2]])
    # hidden tanh(0.3 + 0.4) and tanh(-0.2 + 0.5);  |v| = 5;  the first step stops at the first position with p
    energy = 2 * (3 * math.tanh(0.7) + 4 * math.tanh(0.3)) / 5 - 0.5
    glimpse = attention(torch.tensor([[0.3]]), memory, Past.none(memory))
    assert weights_of(glimpse) == pytest.approx([1 / (1 + math.exp(-energy))], abs=1e-6)


def test_a_new_one_starts_with_low_probabilities() -> None:
    attention = Monotonic(3, 5, AttentionOptions(size=16))
    assert attention.gain.item() == pytest.approx(0.25)  # 1 / sqrt(16)
    assert attention.offset.item() == -1.0


def test_soft_attention_follows_the_recursion() -> None:
    first, second = steps(monotonic(hard=False), [[0.2, 0.6, 0.9, 0.3], [0.1, 0.5, 0.8, 0.4]])
    # a_1 = p_j (1 - p_1) ... (1 - p_{j-1}): 0.2, 0.6 * 0.8, 0.9 * 0.8 * 0.4, 0.3 * 0.8 * 0.4 * 0.1
    assert weights_of(first) == pytest.approx([0.2, 0.48, 0.288, 0.0096], abs=1e-6)
    # q = 0.2;  0.9 * 0.2 + 0.48 = 0.66;  0.5 * 0.66 + 0.288 = 0.618;  0.2 * 0.618 + 0.0096 = 0.1332;  a = p q
    assert weights_of(second) == pytest.approx([0.02, 0.33, 0.4944, 0.05328], abs=1e-6)


def stop_of(start: int | None, coins: Sequence[bool]) -> int | None:
    """The first position from `start` on whose coin says stop; None beyond the end, and from there on."""
    return None if start is None else next((j for j in range(start, len(coins)) if coins[j]), None)


def after_coins(rows: Sequence[Sequence[float]]) -> list[float]:
    """Where the last step stands, as probabilities, by trying every outcome of every coin."""
    standing: dict[int | None, float] = {0: 1.0}
    for probabilities in rows:
        reached: dict[int | None, float] = {}
        for (start, mass), coins in itertools.product(
            standing.items(), itertools.product((True, False), repeat=len(probabilities))
        ):
            chance = math.prod(p if coin else 1 - p for p, coin in zip(probabilities, coins, strict=True))
            stop = stop_of(start, coins)
            reached[stop] = reached.get(stop, 0.0) + mass * chance
        standing = reached
    return [standing.get(j, 0.0) for j in range(len(rows[0]))]


def test_soft_attention_is_the_expectation_of_the_walk_over_coins() -> None:
    rows = [[0.3, 0.7, 0.2, 0.6, 0.1], [0.5, 0.4, 0.9, 0.3, 0.2], [0.1, 0.8, 0.6, 0.7, 0.4]]
    assert weights_of(steps(monotonic(hard=False), rows)[-1]) == pytest.approx(after_coins(rows), abs=1e-6)


def test_soft_attention_survives_a_row_of_confident_positions() -> None:
    attention = monotonic(hard=False)
    memory = stopping(attention, [0.9999] * 12)
    stood = torch.zeros(1, 12)
    stood[0, 8] = 1.0
    glimpse = attention(torch.zeros(1, 1), memory, Past.none(memory).after(stood))
    # From position 8 on: 0.9999, then 0.0001 * 0.9999; the rest is below 1e-7
    assert weights_of(glimpse) == pytest.approx([0] * 8 + [0.9999, 0.00009999, 0, 0], abs=1e-6)


def test_hard_attention_moves_right_to_the_first_probable_stop() -> None:
    rows = [
        [0.2, 0.6, 0.9, 0.3],  # from 0: 0.6 is the first above a half
        [0.9, 0.4, 0.8, 0.4],  # from 1: position 0 is behind, 0.4 is too low, 0.8 stops
        [0.9, 0.9, 0.6, 0.9],  # from 2: that position itself stops again
        [0.9, 0.9, 0.2, 0.3],  # from 2: none is left
        [0.9, 0.9, 0.9, 0.9],  # past the end for good
    ]
    glimpses = steps(monotonic(hard=True), rows)
    expected = [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert [weights_of(glimpse) for glimpse in glimpses] == expected
    assert [glimpse.context_BE.item() for glimpse in glimpses[3:]] == [0.0, 0.0]


def test_hard_attention_never_stops_on_padding() -> None:
    attention = monotonic(hard=True)
    memory = stopping(attention, [0.2, 0.4, 0.9], real=2)
    assert weights_of(attention(torch.zeros(1, 1), memory, Past.none(memory))) == [0, 0, 0]


def test_left_to_itself_it_is_soft_in_training_and_hard_after() -> None:
    torch.manual_seed(0)
    attention = monotonic(hard=None)
    memory = stopping(attention, [0.4, 0.6])
    assert weights_of(attention(torch.zeros(1, 1), memory, Past.none(memory))) == [0, 1]
    attention.train()
    training = weights_of(attention(torch.zeros(1, 1), memory, Past.none(memory)))
    assert all(0 < weight < 1 for weight in training)


def test_noise_enters_the_energies_in_training_only() -> None:
    torch.manual_seed(0)
    attention = monotonic(hard=False)
    attention.train()
    rows, energy = 20_000, 0.4
    state = math.atanh(energy / GAIN)
    memory = attention.remember(torch.full((rows, 1, 1), state), torch.ones(rows, 1, dtype=torch.bool))
    stop_B = attention(torch.zeros(rows, 1), memory, Past.none(memory)).weights_BS[:, 0].double()
    energies_B = torch.log(stop_B / (1 - stop_B))
    # Mean and deviation of 20,000 draws from N(0.4, 1) are within 0.04 (more than five standard errors)
    assert energies_B.mean().item() == pytest.approx(0.4, abs=0.04)
    assert energies_B.std().item() == pytest.approx(1.0, abs=0.04)
    attention.eval()
    quiet_B = attention(torch.zeros(rows, 1), memory, Past.none(memory)).weights_BS[:, 0]
    assert quiet_B.tolist() == pytest.approx([1 / (1 + math.exp(-0.4))] * rows, abs=1e-6)
