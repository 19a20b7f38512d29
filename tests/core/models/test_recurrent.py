"""The attention GRU against torch's own GRU, against itself step by step, and against padding.

Sizes: B sentences, T target positions, V vocabulary.
"""

import torch
from torch import Tensor, nn

from seq2seq_core.models import RecurrentConfig, RecurrentSeq2Seq

CONFIG = RecurrentConfig(
    source_vocabulary=11, target_vocabulary=13, embedding_size=6, encoder_size=5, decoder_size=7, attention_size=4
)
SOURCES = [[4, 5, 6, 7, 8], [9], [5, 4, 10]]


def tiny_model() -> RecurrentSeq2Seq:
    torch.manual_seed(3)
    return RecurrentSeq2Seq(CONFIG).eval()


def batch_of(sources: list[list[int]]) -> tuple[Tensor, Tensor]:
    padded = nn.utils.rnn.pad_sequence([torch.tensor(s) for s in sources], batch_first=True)
    return padded, torch.tensor([len(s) for s in sources])


def teacher_forced(model: RecurrentSeq2Seq, sources: list[list[int]], previous_BT: Tensor) -> tuple[Tensor, Tensor]:
    features, weights = model.features(*batch_of(sources), previous_BT)
    return model.logits(features).log_softmax(-1), weights


def test_the_decoder_step_is_torchs_gru_cell_on_embedding_and_context() -> None:
    model = tiny_model()
    decoder = model.decoder
    cell = nn.GRUCell(CONFIG.embedding_size + 2 * CONFIG.encoder_size, CONFIG.decoder_size)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.cat((decoder.embedding_gates.weight, decoder.context_gates.weight), dim=1))
        cell.weight_hh.copy_(decoder.state_gates.weight)
        cell.bias_ih.copy_(decoder.embedding_gates.bias)
        cell.bias_hh.copy_(decoder.state_gates.bias)
    opening = model.encode(*batch_of(SOURCES))
    embedded = model.target_embedding(torch.tensor([2, 7, 12]))
    step = decoder.step(decoder.embedding_gates(embedded), opening.state_BD, opening.memory)
    expected = cell(torch.cat((embedded, step.context_BC), dim=1), opening.state_BD)
    torch.testing.assert_close(step.state_BD, expected, atol=1e-6, rtol=0)


def test_the_first_state_comes_from_the_backward_state_that_has_read_everything() -> None:
    model = tiny_model()
    source, lengths = batch_of([SOURCES[0]])
    _, last = model.encoder.backward_rnn(model.source_embedding(source).flip(1))
    torch.testing.assert_close(model.encode(source, lengths).state_BD, torch.tanh(model.bridge(last[0])))


def test_the_encoder_is_torchs_bidirectional_gru_on_packed_sources() -> None:
    encoder = tiny_model().encoder
    both = nn.GRU(CONFIG.embedding_size, CONFIG.encoder_size, batch_first=True, bidirectional=True)
    weights = encoder.forward_rnn.state_dict()
    weights |= {f"{name}_reverse": weight for name, weight in encoder.backward_rnn.state_dict().items()}
    both.load_state_dict(weights)
    embedded, lengths = torch.randn(3, 5, CONFIG.embedding_size), torch.tensor([5, 1, 3])
    packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
    expected, last = both(packed)
    expected, _ = nn.utils.rnn.pad_packed_sequence(expected, batch_first=True)
    encoded = encoder(embedded, lengths)
    for row, length in enumerate(lengths.tolist()):
        torch.testing.assert_close(encoded.states_BSH2[row, :length], expected[row, :length])
    torch.testing.assert_close(encoded.first_backward_BH, last[1])


def test_a_batch_of_several_gives_what_batches_of_one_give() -> None:
    model = tiny_model()
    previous = torch.tensor([[2, 5, 6], [2, 7, 8], [2, 9, 10]])
    together, weights = teacher_forced(model, SOURCES, previous)
    for row, source in enumerate(SOURCES):
        alone, weights_alone = teacher_forced(model, [source], previous[row : row + 1])
        torch.testing.assert_close(together[row], alone[0], atol=1e-5, rtol=0)
        torch.testing.assert_close(weights[row, :, : len(source)], weights_alone[0], atol=1e-6, rtol=0)


def test_padding_gets_no_attention_and_rows_sum_to_one() -> None:
    _, weights = teacher_forced(tiny_model(), SOURCES, torch.tensor([[2, 5]] * 3))
    assert (weights[1, :, 1:] == 0).all()
    assert (weights[2, :, 3:] == 0).all()
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 2))


def test_stepping_gives_what_teacher_forcing_gives() -> None:
    model = tiny_model()
    previous = torch.tensor([[2, 5, 6, 4], [2, 7, 8, 12], [2, 9, 10, 11]])
    expected, expected_weights = teacher_forced(model, SOURCES, previous)
    stepper = model.open(SOURCES)
    state = stepper.start()
    for position in range(previous.size(1)):
        step = stepper.step(previous[:, position], state)
        torch.testing.assert_close(step.log_probs_RV, expected[:, position], atol=1e-5, rtol=0)
        assert step.attention_RS is not None
        torch.testing.assert_close(step.attention_RS, expected_weights[:, position], atol=1e-6, rtol=0)
        state = step.state


def test_selected_rows_go_on_as_the_rows_they_were() -> None:
    stepper = tiny_model().open(SOURCES)
    state = stepper.step(torch.tensor([2, 2, 2]), stepper.start()).state
    direct = stepper.step(torch.tensor([5, 6, 7]), state).log_probs_RV
    chosen = stepper.select(state, torch.tensor([2, 0, 0]))
    reordered = stepper.step(torch.tensor([7, 5, 5]), chosen).log_probs_RV
    torch.testing.assert_close(reordered, direct[[2, 0, 0]], atol=1e-6, rtol=0)


def test_every_parameter_gets_a_gradient() -> None:
    model = tiny_model().train()
    log_probs, _ = teacher_forced(model, SOURCES, torch.tensor([[2, 5]] * 3))
    log_probs[..., 3].sum().backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()] == []
