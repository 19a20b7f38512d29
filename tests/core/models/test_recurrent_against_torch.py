"""Encoders, bridges and decoders against torch's own recurrent networks with the same weights.

Sizes: B sentences, S source positions, T target positions, E embedding size, H encoder state size, D decoder state
size, L layers, P parts of a state.
"""

from collections.abc import Sequence
from typing import Any, Final

import pytest
import torch
from torch import Tensor, nn

from seq2seq_core.models.base import Sources
from seq2seq_core.models.config import Bridge, CellKind, DecoderKind, EncoderKind, RecurrentConfig
from seq2seq_core.models.decoder import Given, RecurrentDecoder
from seq2seq_core.models.encoder import Encoded, RecurrentEncoder
from seq2seq_core.models.recurrent import RecurrentSeq2Seq
from tests.support.model_contract import padded

SOURCES: Final = ([4, 5, 6, 7, 8], [9], [5, 4, 10])
SIZES: Final = {"source_vocabulary": 11, "target_vocabulary": 13, "embedding_size": 6, "attention_size": 4}
NETWORKS: Final = {EncoderKind.RNN: nn.RNN, EncoderKind.GRU: nn.GRU, EncoderKind.LSTM: nn.LSTM}
CELLS_OF_TORCH: Final = {CellKind.RNN: nn.RNNCell, CellKind.GRU: nn.GRUCell, CellKind.LSTM: nn.LSTMCell}
SUTSKEVER: Final = {"decoder": DecoderKind.SUTSKEVER, "attention": "none"}


def tiny_model(**choices: Any) -> RecurrentSeq2Seq:
    torch.manual_seed(3)
    settings: dict[str, Any] = {**SIZES, "encoder_size": 5, "decoder_size": 5, **choices}
    return RecurrentSeq2Seq(RecurrentConfig(**settings)).eval()


def encoder_of(model: RecurrentSeq2Seq) -> RecurrentEncoder:
    assert isinstance(model.encoder, RecurrentEncoder)
    return model.encoder


def encode(model: RecurrentSeq2Seq, sources: Sequence[Sequence[int]]) -> Encoded:
    batch = padded(sources)
    return encoder_of(model)(model.source_embedding(batch.ids_BS), batch)


def alone(model: RecurrentSeq2Seq, source: Sequence[int]) -> Tensor:
    """The embeddings of one source, (1, S, E)."""
    embedded_1SE: Tensor = model.source_embedding(torch.tensor([source]))
    return embedded_1SE


def parts_of(last: Tensor | tuple[Tensor, Tensor]) -> Tensor:
    """Torch's last states of one sentence, (L, P, H)."""
    return torch.stack(last if isinstance(last, tuple) else (last,), dim=2)[:, 0]


def same_network(stack: nn.Module, config: RecurrentConfig) -> nn.RNNBase:
    """A network of torch's with the weights of an encoder's stack."""
    network: nn.RNNBase = NETWORKS[config.encoder](6, config.encoder_size, config.encoder_layers, batch_first=True)
    network.load_state_dict(stack.state_dict())
    return network


@pytest.mark.parametrize("kind", NETWORKS)
def test_an_encoder_of_one_layer_is_torchs_bidirectional_network_on_packed_sources(kind: EncoderKind) -> None:
    model = tiny_model(encoder=kind)
    encoder = encoder_of(model)
    both = NETWORKS[kind](6, 5, batch_first=True, bidirectional=True)
    weights = dict(encoder.forward_rnn.state_dict())
    weights |= {f"{name}_reverse": weight for name, weight in encoder.backward_rnn.state_dict().items()}
    both.load_state_dict(weights)
    batch = padded(SOURCES)
    embedded_BSE = model.source_embedding(batch.ids_BS)
    packed = nn.utils.rnn.pack_padded_sequence(embedded_BSE, batch.lengths_B, batch_first=True, enforce_sorted=False)
    states, last = both(packed)
    expected_BSC, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
    last_LBH = last[0] if isinstance(last, tuple) else last
    encoded = encode(model, SOURCES)
    for row, source in enumerate(SOURCES):
        torch.testing.assert_close(encoded.states_BMC[row, : len(source)], expected_BSC[row, : len(source)])
    torch.testing.assert_close(encoded.last_BC, torch.cat((last_LBH[0], last_LBH[1]), dim=-1))
    torch.testing.assert_close(encoded.backward_BH, last_LBH[1])


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("layers", [2, 3, 4])
def test_deep_directions_are_two_stacks_side_by_side(kind: EncoderKind, layers: int) -> None:
    model = tiny_model(encoder=kind, encoder_layers=layers)
    encoder = encoder_of(model)
    there, back = (same_network(stack, model.config) for stack in (encoder.forward_rnn, encoder.backward_rnn))
    encoded = encode(model, SOURCES)
    for row, source in enumerate(SOURCES):
        embedded = alone(model, source)
        expected = torch.cat((there(embedded)[0], back(embedded.flip(1))[0].flip(1)), dim=-1)
        torch.testing.assert_close(encoded.states_BMC[row, : len(source)], expected[0])


@pytest.mark.parametrize(("kind", "cell"), list(zip(NETWORKS, CELLS_OF_TORCH, strict=True)))
@pytest.mark.parametrize("reverse", [False, True])
def test_copied_states_are_the_last_of_all_layers_of_each_source_alone(
    kind: EncoderKind, cell: CellKind, reverse: bool
) -> None:
    deep = {"encoder": kind, "encoder_layers": 3, "cell": cell, "decoder_layers": 3}
    model = tiny_model(bidirectional=False, bridge=Bridge.COPY, reverse_source=reverse, **deep, **SUTSKEVER)
    network = same_network(encoder_of(model).forward_rnn, model.config)
    first_BLPD = model.begin(padded(SOURCES)).carried.state_BLPD
    for row, source in enumerate(SOURCES):
        _, last = network(alone(model, source[::-1] if reverse else source))
        torch.testing.assert_close(first_BLPD[row], parts_of(last))


@pytest.mark.parametrize("bridge", [Bridge.LAST, Bridge.COPY])
def test_a_reversed_source_is_the_source_read_from_its_end(bridge: Bridge) -> None:
    choices: dict[str, Any] = {"bidirectional": False, "bridge": bridge, **SUTSKEVER}
    forwards, backwards = tiny_model(**choices), tiny_model(reverse_source=True, **choices)
    backwards.load_state_dict(forwards.state_dict())
    mirrored = [source[::-1] for source in SOURCES]
    read, expected = encode(backwards, SOURCES), encode(forwards, mirrored)
    torch.testing.assert_close(read.last_BC, expected.last_BC)
    for row, source in enumerate(SOURCES):  # a state stands where its token stands in the source
        states = expected.states_BMC[row, : len(source)]
        torch.testing.assert_close(read.states_BMC[row, : len(source)], states.flip(0))
    previous_BT = torch.tensor([[2, 5, 6]] * 3)
    given = backwards.force(padded(SOURCES), previous_BT).scores_BTV
    torch.testing.assert_close(given, forwards.force(padded(mirrored), previous_BT).scores_BTV)


@pytest.mark.parametrize("bridge", [Bridge.BACKWARD, Bridge.LAST, Bridge.MEAN])
@pytest.mark.parametrize("cell", [CellKind.GRU, CellKind.LSTM])
def test_the_first_state_is_made_from_what_the_bridge_names(bridge: Bridge, cell: CellKind) -> None:
    model = tiny_model(bridge=bridge, cell=cell, decoder_layers=2)
    encoder = encoder_of(model)
    parts = 2 if cell is CellKind.LSTM else 1
    first_BLPD = model.begin(padded(SOURCES)).carried.state_BLPD
    for row, source in enumerate(SOURCES):
        there, _ = same_network(encoder.forward_rnn, model.config)(alone(model, source))
        back, _ = same_network(encoder.backward_rnn, model.config)(alone(model, source).flip(1))
        states = {  # of the last step in each direction; the mean of all
            Bridge.BACKWARD: back[0, -1],
            Bridge.LAST: torch.cat((there[0, -1], back[0, -1])),
            Bridge.MEAN: torch.cat((there[0].mean(0), back[0].mean(0))),
        }
        expected = torch.tanh(model.bridge(states[bridge])).view(2, parts, 5)
        torch.testing.assert_close(first_BLPD[row], expected)


def test_a_first_state_of_nothing_is_zero() -> None:
    assert not tiny_model(bridge=Bridge.ZERO).begin(padded(SOURCES)).carried.state_BLPD.any()


def copy_decoder(decoder: RecurrentDecoder, network: nn.RNNBase) -> None:
    """Give torch's network the weights of all layers of a decoder without context."""
    inputs = [decoder.embedding_gates, *(layer.input_gates for layer in decoder._upper())]
    states = [decoder.state_gates, *(layer.state_gates for layer in decoder._upper())]
    weights: dict[str, Tensor] = {}
    for number, (given, recurrent) in enumerate(zip(inputs, states, strict=True)):
        for end, linear in (("ih", given), ("hh", recurrent)):
            weights |= {f"{part}_{end}_l{number}": getattr(linear, part) for part in ("weight", "bias")}
    network.load_state_dict(weights)


@pytest.mark.parametrize(("kind", "cell"), list(zip(NETWORKS, CELLS_OF_TORCH, strict=True)))
@pytest.mark.parametrize("layers", [1, 2, 3, 4])
def test_a_decoder_without_context_is_torchs_stack(kind: EncoderKind, cell: CellKind, layers: int) -> None:
    decoder = tiny_model(cell=cell, decoder_layers=layers, bridge=Bridge.LAST, **SUTSKEVER).decoder
    network: nn.RNNBase = NETWORKS[kind](6, 5, layers, batch_first=True)
    copy_decoder(decoder, network)
    parts = 2 if cell is CellKind.LSTM else 1
    embedded_BTE, first_BLPD = torch.randn(3, 7, 6), torch.randn(3, layers, parts, 5)
    before = [first_BLPD[:, :, part].transpose(0, 1).contiguous() for part in range(parts)]
    expected_BTD, last = network(embedded_BTE, tuple(before) if parts == 2 else before[0])
    unrolled, carried = decoder(embedded_BTE, decoder.begin(first_BLPD, Given()), Given())
    torch.testing.assert_close(unrolled.states_BTPD[:, :, 0], expected_BTD)
    last_LBPD = torch.stack(last if isinstance(last, tuple) else (last,), dim=2)
    torch.testing.assert_close(carried.state_BLPD, last_LBPD.transpose(0, 1))


@pytest.mark.parametrize("cell", CELLS_OF_TORCH)
def test_a_step_with_attention_is_torchs_cell_on_embedding_and_context(cell: CellKind) -> None:
    model = tiny_model(cell=cell)
    decoder = model.decoder
    theirs = CELLS_OF_TORCH[cell](6 + 2 * 5, 5)
    inputs = torch.cat((decoder.embedding_gates.weight, decoder.context_gates.weight), dim=1)
    weights = {"weight_ih": inputs, "bias_ih": decoder.embedding_gates.bias}
    theirs.load_state_dict({**weights, **{f"{n}_hh": p for n, p in decoder.state_gates.state_dict().items()}})
    state = model.begin(padded(SOURCES))
    embedded_BE = model.target_embedding(torch.tensor([2, 7, 12]))
    step = decoder.step(decoder.embedding_gates(embedded_BE), state.carried, state.given)
    assert step.context_BC is not None
    parts = state.carried.state_BLPD[:, 0].unbind(1)
    after = theirs(torch.cat((embedded_BE, step.context_BC), dim=1), parts if len(parts) == 2 else parts[0])
    expected_BPD = torch.stack(after if isinstance(after, tuple) else (after,), dim=1)
    torch.testing.assert_close(step.carried.state_BLPD[:, 0], expected_BPD)


def test_layers_are_dropped_out_between_not_after() -> None:
    """In training the network of torch that has the same rate drops the same places: between its layers."""
    model = tiny_model(bidirectional=False, bridge=Bridge.LAST, encoder_layers=2, dropout=0.5)
    network = nn.GRU(6, 5, 2, batch_first=True, dropout=0.5)
    network.load_state_dict(encoder_of(model).forward_rnn.state_dict())
    embedded = torch.randn(1, 4, 6)
    torch.manual_seed(1)
    expected, _ = network.train()(embedded)
    torch.manual_seed(1)
    encoded = encoder_of(model).train()(embedded, Sources(torch.zeros(1, 4, dtype=torch.int64), torch.tensor([4])))
    torch.testing.assert_close(encoded.states_BMC, expected)
