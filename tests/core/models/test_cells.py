"""Recurrent cells against torch's own, and the one that torch has not by hand and by its equations.

Sizes: B rows, T steps, E input size, D state size, G gates times D, P parts of a state.
"""

import math
from typing import Final

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from seq2seq_core.models.cells import CELLS, initialise_recurrence

BATCH, STEPS, INPUT, SIZE = 3, 6, 5, 4
CELL_OF_TORCH: Final = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}
STACK_OF_TORCH: Final = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


@pytest.fixture(autouse=True)
def fixed_seed() -> None:
    torch.manual_seed(4)


def layers(name: str) -> tuple[nn.Linear, nn.Linear]:
    """What turns an input, and a state, into gates."""
    gates = CELLS[name].gates * SIZE
    return nn.Linear(INPUT, gates), nn.Linear(SIZE, gates)


def random_state(name: str) -> Tensor:
    return torch.randn(BATCH, CELLS[name].parts, SIZE)


@pytest.mark.parametrize("name", CELL_OF_TORCH)
def test_one_step_is_that_of_torchs_cell(name: str) -> None:
    given, recurrent = layers(name)
    theirs = CELL_OF_TORCH[name](INPUT, SIZE)
    weights = {"ih": given, "hh": recurrent}
    theirs.load_state_dict(
        {f"{part}_{end}": getattr(linear, part) for end, linear in weights.items() for part in ("weight", "bias")}
    )
    input_BE, state_BPD = torch.randn(BATCH, INPUT), random_state(name)
    before = state_BPD.unbind(1) if name == "lstm" else state_BPD[:, 0]
    after = theirs(input_BE, before)
    expected = torch.stack(after, dim=1) if name == "lstm" else after.unsqueeze(1)
    torch.testing.assert_close(CELLS[name].advance(given(input_BE), recurrent, state_BPD), expected)


@pytest.mark.parametrize("name", STACK_OF_TORCH)
def test_a_sequence_of_steps_is_torchs_layer(name: str) -> None:
    given, recurrent = layers(name)
    theirs = STACK_OF_TORCH[name](INPUT, SIZE, batch_first=True)
    weights = {"ih": given, "hh": recurrent}
    theirs.load_state_dict(
        {f"{part}_{end}_l0": getattr(linear, part) for end, linear in weights.items() for part in ("weight", "bias")}
    )
    inputs_BTE, state_BPD = torch.randn(BATCH, STEPS, INPUT), random_state(name)
    before = state_BPD.transpose(0, 1).unsqueeze(1).contiguous()
    expected_BTD, _ = theirs(inputs_BTE, tuple(before) if name == "lstm" else before[0])
    states = []
    for input_BE in inputs_BTE.unbind(1):
        state_BPD = CELLS[name].advance(given(input_BE), recurrent, state_BPD)
        states.append(state_BPD[:, 0])
    torch.testing.assert_close(torch.stack(states, dim=1), expected_BTD)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_resetting_first_scales_the_state_before_the_matrix_and_leaves_the_bias_whole() -> None:
    recurrent = nn.Linear(1, 3)
    with torch.no_grad():
        recurrent.weight.copy_(torch.tensor([[2.0], [-1.0], [3.0]]))  # U of r, z and n
        recurrent.bias.copy_(torch.tensor([0.0, 0.0, 0.4]))
    given, state = torch.tensor([[0.1, 0.2, 0.3]]), torch.tensor([[[0.5]]])
    # r = sigmoid(0.1 + 2 * 0.5) = sigmoid(1.1) = 0.75026;  z = sigmoid(0.2 - 1 * 0.5) = sigmoid(-0.3) = 0.42556
    r, z = sigmoid(1.1), sigmoid(-0.3)
    # n = tanh(0.3 + 3 * (r * 0.5) + 0.4) = tanh(1.82539) = 0.94939;  h' = (1 - z) n + z 0.5 = 0.75815
    n = math.tanh(0.3 + 3 * (r * 0.5) + 0.4)
    after = CELLS["gru-reset-first"].advance(given, recurrent, state).item()
    assert after == pytest.approx((1 - z) * n + z * 0.5, abs=1e-6)
    assert after == pytest.approx(0.75815, abs=1e-4)
    # torch's order would give n = tanh(0.3 + r (3 * 0.5 + 0.4)) = tanh(1.72549)
    torchs = math.tanh(0.3 + r * (3 * 0.5 + 0.4))
    assert CELLS["gru"].advance(given, recurrent, state).item() == pytest.approx((1 - z) * torchs + z * 0.5, abs=1e-6)


def test_resetting_first_is_the_equations_of_the_papers() -> None:
    given, recurrent = layers("gru-reset-first")
    input_BE, state_BPD = torch.randn(BATCH, INPUT), random_state("gru-reset-first")
    after_BD = CELLS["gru-reset-first"].advance(given(input_BE), recurrent, state_BPD)[:, 0].detach().numpy()
    W, b, U, d = (p.detach().double().numpy() for layer in (given, recurrent) for p in (layer.weight, layer.bias))
    x, h = input_BE.double().numpy(), state_BPD[:, 0].double().numpy()
    (W_r, W_z, W_n), (U_r, U_z, U_n) = np.split(W, 3), np.split(U, 3)
    (b_r, b_z, b_n), (d_r, d_z, d_n) = np.split(b, 3), np.split(d, 3)
    r = 1 / (1 + np.exp(-(x @ W_r.T + b_r + h @ U_r.T + d_r)))
    z = 1 / (1 + np.exp(-(x @ W_z.T + b_z + h @ U_z.T + d_z)))
    n = np.tanh(x @ W_n.T + b_n + (r * h) @ U_n.T + d_n)
    np.testing.assert_allclose(after_BD, (1 - z) * n + z * h, atol=1e-6)


@pytest.mark.parametrize("name", CELLS)
def test_every_block_of_a_recurrence_begins_orthogonal(name: str) -> None:
    given, recurrent = layers(name)
    initialise_recurrence(CELLS[name], recurrent, given)
    for block in recurrent.weight.split(SIZE):
        torch.testing.assert_close(block @ block.T, torch.eye(SIZE), atol=1e-5, rtol=0)


def test_an_lstm_begins_by_remembering() -> None:
    given, recurrent = layers("lstm")
    with torch.no_grad():
        given.weight.zero_()
        given.bias.zero_()
        recurrent.weight.zero_()
        recurrent.bias.zero_()
    initialise_recurrence(CELLS["lstm"], recurrent, given)
    state = torch.tensor([[[0.0] * SIZE, [1.0] * SIZE]])
    # a zero hidden state: i = o = sigmoid(0) = 1/2, f = sigmoid(1), g = tanh(0) = 0;  m' = f * 1
    after = CELLS["lstm"].advance(given(torch.zeros(1, INPUT)), recurrent, state)
    torch.testing.assert_close(after[0, 1], torch.full((SIZE,), sigmoid(1.0)))
