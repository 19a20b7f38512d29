"""Where the source enters a recurrent decoder, with numbers worked out by hand: cells of one tanh unit.

Sizes: B rows, T target positions, E embedding size, D state size, M memory positions.
"""

import math
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from seq2seq_core.attention import Coverage
from seq2seq_core.models.cells import CELLS
from seq2seq_core.models.config import Bridge, CellKind, DecoderKind, Readout, RecurrentConfig
from seq2seq_core.models.decoder import Carried, Given, RecurrentDecoder
from seq2seq_core.models.decoders import RECURRENT_DECODERS
from tests.support.recurrent_models import CHO, LUONG, NONE, Combination, combination

ONE_UNIT: dict[str, Any] = {
    "source_vocabulary": 5,
    "target_vocabulary": 5,
    "embedding_size": 1,
    "encoder_size": 1,
    "decoder_size": 1,
    "attention_size": 1,
    "cell": CellKind.RNN,
    "bidirectional": False,
    "bridge": Bridge.ZERO,
}


def set_weights(module: nn.Module, values: Mapping[str, object]) -> None:
    """Give parameters, by their dotted names, these values; all others become zero."""
    named = dict(module.named_parameters())
    assert values.keys() <= named.keys()
    with torch.no_grad():
        for name, parameter in named.items():
            parameter.copy_(torch.as_tensor(values.get(name, 0.0)).expand_as(parameter))


def one_unit(weights: Mapping[str, object], **choices: Any) -> RecurrentDecoder:
    """A decoder of one unit over a memory of one feature, with these weights."""
    config = RecurrentConfig(**{**ONE_UNIT, **choices})
    decoder = RECURRENT_DECODERS[config.decoder](config, 1).eval()
    set_weights(decoder, weights)
    return decoder


def tokens(*values: float) -> Tensor:
    """Embeddings of one feature, (1, T, 1)."""
    return torch.tensor(values).view(1, -1, 1)


def zero_state() -> Tensor:
    return torch.zeros(1, 1, 1, 1)


def remembered(decoder: RecurrentDecoder, *values: float) -> Given:
    """A source of states of one feature."""
    real_BM = torch.ones(1, len(values), dtype=torch.bool)
    return Given(decoder.attention.remember(torch.tensor(values).view(1, -1, 1), real_BM))


def test_cho_gives_c_to_every_step_and_to_the_output_layer() -> None:
    weights = {
        "embedding_gates.weight": 0.5,
        "context_gates.weight": 2.0,
        "state_gates.weight": 0.3,
        "readout.weight": torch.tensor([[1.0, 10.0, 100.0]]),  # of state, embedding and c
    }
    decoder = one_unit(weights, **CHO)
    given = Given(summary_BC=torch.tensor([[0.1]]))
    unrolled, _ = decoder(tokens(0.2, 0.4, 0.0), decoder.begin(zero_state(), given), given)
    # s_t = tanh(0.5 e_t + 2 c + 0.3 s_{t-1}), c = 0.1
    s_1 = math.tanh(0.5 * 0.2 + 0.2)
    s_2 = math.tanh(0.5 * 0.4 + 0.2 + 0.3 * s_1)
    s_3 = math.tanh(0.2 + 0.3 * s_2)
    assert unrolled.states_BTPD.flatten().tolist() == pytest.approx([s_1, s_2, s_3], abs=1e-6)
    # t_3 = [s_3; e_3; c]:  tanh(s_3 + 10 * 0 + 100 * 0.1)
    assert unrolled.features_BTE[0, 2, 0].item() == pytest.approx(math.tanh(s_3 + 10.0), abs=1e-6)


@pytest.mark.parametrize("cell", CellKind)
def test_c_enters_the_third_step_whatever_the_state(cell: CellKind) -> None:
    model = combination("cho", CHO, bridge=Bridge.LAST, cell=cell).model()
    summary_BC = torch.randn(1, 8)
    first = model.decoder.begin(torch.randn(1, 1, CELLS[cell].parts, 8), Given())
    _, carried = model.decoder(torch.randn(1, 2, 6), first, Given(summary_BC=summary_BC))
    gates_BG = model.decoder.embedding_gates(torch.randn(1, 6))
    third, other = (
        model.decoder.step(gates_BG, carried, Given(summary_BC=c)).carried.top_BD for c in (summary_BC, summary_BC + 1)
    )
    assert not torch.allclose(third, other)


def test_bahdanau_looks_with_the_state_before_the_step() -> None:
    decoder = one_unit({"context_gates.weight": 2.0}, attention="dot")
    given = remembered(decoder, 1.0, -1.0)
    state = torch.tensor(0.5).view(1, 1, 1, 1)
    step = decoder.step(torch.tensor([[0.3]]), decoder.begin(state, given), given)
    # scores s_0 h = (0.5, -0.5): a_1 = 1 / (1 + e^-1);  c = a_1 - a_2;  s_1 = tanh(0.3 + 2 c)
    a_1 = 1 / (1 + math.exp(-1.0))
    context = a_1 - (1 - a_1)
    assert step.weights_BM is not None
    assert step.weights_BM[0].tolist() == pytest.approx([a_1, 1 - a_1], abs=1e-6)
    assert step.carried.top_BD.item() == pytest.approx(math.tanh(0.3 + 2 * context), abs=1e-6)


def test_luong_looks_with_the_state_after_the_step() -> None:
    decoder = one_unit({}, attention="dot", **LUONG)
    given = remembered(decoder, 1.0, -1.0)
    state = torch.tensor(0.5).view(1, 1, 1, 1)
    step = decoder.step(torch.tensor([[0.3]]), decoder.begin(state, given), given)
    # s_1 = tanh(0.3), for nothing of the old state comes in; scores (s_1, -s_1)
    s_1 = math.tanh(0.3)
    assert step.weights_BM is not None
    assert step.weights_BM[0, 0].item() == pytest.approx(1 / (1 + math.exp(-2 * s_1)), abs=1e-6)
    assert step.carried.top_BD.item() == pytest.approx(s_1, abs=1e-6)


def test_input_feeding_gives_the_features_of_a_step_to_the_next() -> None:
    weights = {
        "embedding_gates.weight": 1.0,
        "context_gates.weight": 3.0,
        "state_gates.weight": 0.5,
        "readout.weight": torch.tensor([[2.0, 1.0]]),  # of context and state
    }
    decoder = one_unit(weights, attention="dot", input_feeding=True, **LUONG)
    given = remembered(decoder, 0.4)  # of one position: the context is 0.4 at every step
    unrolled, carried = decoder(tokens(0.1, 0.2), decoder.begin(zero_state(), given), given)
    # before the first step nothing is fed: s_1 = tanh(0.1), f_1 = tanh(2 * 0.4 + s_1)
    s_1 = math.tanh(0.1)
    f_1 = math.tanh(0.8 + s_1)
    s_2 = math.tanh(0.2 + 3 * f_1 + 0.5 * s_1)
    f_2 = math.tanh(0.8 + s_2)
    assert unrolled.states_BTPD.flatten().tolist() == pytest.approx([s_1, s_2], abs=1e-6)
    assert unrolled.features_BTE.flatten().tolist() == pytest.approx([f_1, f_2], abs=1e-6)
    assert carried.features_BE is not None
    assert carried.features_BE.item() == pytest.approx(f_2, abs=1e-6)


def test_without_input_feeding_nothing_but_the_state_is_carried() -> None:
    decoder = one_unit({"embedding_gates.weight": 1.0, "readout.weight": 1.0}, attention="dot", **LUONG)
    given = remembered(decoder, 0.4)
    unrolled, carried = decoder(tokens(0.1, 0.2), decoder.begin(zero_state(), given), given)
    assert carried.features_BE is None
    assert unrolled.states_BTPD.flatten().tolist() == pytest.approx([math.tanh(0.1), math.tanh(0.2)], abs=1e-6)


def test_maxout_is_the_larger_of_two() -> None:
    decoder = one_unit({}, embedding_size=2, readout=Readout.MAXOUT, decoder=DecoderKind.SUTSKEVER, attention="none",
                       bridge=Bridge.LAST)  # fmt: skip
    set_weights(decoder, {"readout.weight": torch.tensor([[1.0], [2.0], [3.0], [-4.0]])})
    # W t = (t, 2t, 3t, -4t); pairs are the first with the third, the second with the fourth
    assert decoder.features(torch.tensor([[0.5], [-0.5]])).tolist() == [[1.5, 1.0], [-0.5, 2.0]]


@pytest.mark.parametrize("decoder", [DecoderKind.BAHDANAU, DecoderKind.LUONG])
@pytest.mark.parametrize("coverage", [Coverage.SUM, Coverage.FERTILITY])
def test_evidence_of_coverage_is_the_attention_of_all_earlier_steps(decoder: DecoderKind, coverage: Coverage) -> None:
    each = Combination("covering", {"decoder": decoder, "coverage": coverage})
    stepper = each.model().open(each.case().sources)
    state, sum_RM = stepper.start(), torch.zeros(3, 5)
    for tokens_R in each.case().previous_BT.T:
        answer = stepper.step(tokens_R, state)
        torch.testing.assert_close(answer.evidence["coverage"], sum_RM)
        assert answer.attention_RS is not None
        sum_RM, state = sum_RM + answer.attention_RS, answer.state


def test_a_model_without_coverage_shows_none() -> None:
    each = Combination("plain")
    stepper = each.model().open(each.case().sources)
    assert not stepper.step(torch.tensor([2, 2, 2]), stepper.start()).evidence


def test_local_attention_shows_its_centre_and_window() -> None:
    each = Combination("local", {"attention": "local-m"})
    model = each.model()
    assert model.window == 2
    stepper = model.open(each.case().sources)
    answer = stepper.step(torch.tensor([2, 2, 2]), stepper.start())
    assert answer.evidence["centre"].tolist() == [0.0, 0.0, 0.0]
    answer = stepper.step(torch.tensor([5, 5, 5]), answer.state)
    assert answer.evidence["centre"].tolist() == [1.0, 0.0, 1.0]  # the second source has one position


def test_a_decoder_that_attends_says_that_it_was_given_no_memory() -> None:
    decoder = Combination("plain").model().decoder
    with pytest.raises(TypeError, match="decoder bahdanau attends, but was given no memory"):
        decoder.step(torch.zeros(1, 24), Carried(torch.zeros(1, 1, 1, 8)), Given())


def test_a_language_model_has_no_part_that_reads_a_source() -> None:
    model = combination("language", NONE).model()
    parts = {name.partition(".")[0] for name, _ in model.named_parameters()}
    assert parts == {"target_embedding", "decoder", "output"}
    assert model.positions(7) == 0
    log_probs_RV = model.open([[], []]).step(torch.tensor([2, 2]), model.open([[], []]).start()).log_probs_RV
    torch.testing.assert_close(log_probs_RV[0], log_probs_RV[1])
