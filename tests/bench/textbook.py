"""A translation model as tutorials write it, to measure ours against: the decoder is a loop over target positions, and
everything that a step needs is computed in it, the projection of the keys and of the vocabulary included.

The encoder reads packed sources in one call, as tutorials do. The architecture and, by `copy_of`, the weights are those
of one of our recurrent models, so that both give the same loss.

Sizes: B sentences, S source positions, T target positions, E embedding size, H encoder state size, D decoder state
size, A size of the comparison, V vocabulary.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from seq2seq_core.attention.additive import Additive
from seq2seq_core.attention.general import General
from seq2seq_core.models import RecurrentSeq2Seq
from seq2seq_core.models.base import PAD_ID
from seq2seq_core.models.config import Bridge, CellKind, DecoderKind, EncoderKind, Output, Readout
from seq2seq_core.models.encoder import RecurrentEncoder
from seq2seq_core.models.output import Tied


class TextbookEncoder(nn.Module):
    """A bidirectional GRU, and the decoder's first state from its backward direction."""

    def __init__(self, embedding: nn.Embedding, size: int, decoder_size: int, dropout: float) -> None:
        super().__init__()
        self.embedding, self.dropout = embedding, nn.Dropout(dropout)
        self.rnn = nn.GRU(embedding.embedding_dim, size, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(size, decoder_size)

    def forward(self, source_BS: Tensor, lengths_B: Tensor) -> tuple[Tensor, Tensor]:
        """States of all positions (B, S, 2H), and the decoder's first state (B, D)."""
        embedded = self.dropout(self.embedding(source_BS))
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths_B.cpu(), batch_first=True, enforce_sorted=False)
        states, last = self.rnn(packed)
        states_BSC, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
        return self.dropout(states_BSC), torch.tanh(self.bridge(last[1]))


class GeneralAttention(nn.Module):
    """Luong 2015: s^T W h."""

    def __init__(self, key: nn.Linear) -> None:
        super().__init__()
        self.key = key

    def forward(self, state_BD: Tensor, states_BSC: Tensor, real_BS: Tensor) -> Tensor:
        """The context, (B, 2H)."""
        scores_BS = torch.bmm(self.key(states_BSC), state_BD.unsqueeze(2)).squeeze(2)
        return mixed(scores_BS, states_BSC, real_BS)


class AdditiveAttention(nn.Module):
    """Bahdanau 2015: v^T tanh(W s + U h)."""

    def __init__(self, query: nn.Linear, key: nn.Linear, energy: nn.Linear) -> None:
        super().__init__()
        self.query, self.key, self.energy = query, key, energy

    def forward(self, state_BD: Tensor, states_BSC: Tensor, real_BS: Tensor) -> Tensor:
        """The context, (B, 2H)."""
        hidden_BSA = torch.tanh(self.query(state_BD).unsqueeze(1) + self.key(states_BSC))
        return mixed(self.energy(hidden_BSA).squeeze(2), states_BSC, real_BS)


def mixed(scores_BS: Tensor, states_BSC: Tensor, real_BS: Tensor) -> Tensor:
    weights_BS = functional.softmax(scores_BS.masked_fill(~real_BS, -1e9), dim=1)
    return torch.bmm(weights_BS.unsqueeze(1), states_BSC).squeeze(1)


class TextbookModel(nn.Module):
    """Bahdanau's or Luong's decoder with a GRU cell, tanh read-out and a softmax tied to the target embedding."""

    def __init__(self, twin: RecurrentSeq2Seq) -> None:
        super().__init__()
        config = twin.config
        self.before = config.decoder is DecoderKind.BAHDANAU  # attention with the state before the step
        self.feeds, self.size = config.input_feeding, config.embedding_size
        embedding = nn.Embedding(config.source_vocabulary, self.size, padding_idx=PAD_ID)
        self.encoder = TextbookEncoder(embedding, config.encoder_size, config.decoder_size, config.dropout)
        self.embedding = nn.Embedding(config.target_vocabulary, self.size, padding_idx=PAD_ID)
        memory = 2 * config.encoder_size
        fed = memory if self.before else self.size * self.feeds
        self.cell = nn.GRUCell(self.size + fed, config.decoder_size)
        self.attention = _attention(twin)
        read = memory + config.decoder_size + self.size * self.before
        self.readout = nn.Linear(read, self.size)
        self.out = nn.Linear(self.size, config.target_vocabulary)
        self.out.weight = self.embedding.weight
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, source_BS: Tensor, lengths_B: Tensor, previous_BT: Tensor) -> Tensor:
        """Logits of all positions, (B, T, V)."""
        states_BSC, state_BD = self.encoder(source_BS, lengths_B)
        real_BS = source_BS != PAD_ID
        features_BE = states_BSC.new_zeros(len(source_BS), self.size)
        logits = []
        for t in range(previous_BT.size(1)):
            embedded_BE = self.dropout(self.embedding(previous_BT[:, t]))
            if self.before:
                context_BC = self.attention(state_BD, states_BSC, real_BS)
                state_BD = self.cell(torch.cat((embedded_BE, context_BC), dim=1), state_BD)
                features_BE = torch.tanh(self.readout(torch.cat((state_BD, embedded_BE, context_BC), dim=1)))
            else:
                entering = torch.cat((embedded_BE, features_BE), dim=1) if self.feeds else embedded_BE
                state_BD = self.cell(entering, state_BD)
                context_BC = self.attention(state_BD, states_BSC, real_BS)
                features_BE = torch.tanh(self.readout(torch.cat((context_BC, state_BD), dim=1)))
            logits.append(self.out(self.dropout(features_BE)))
        return torch.stack(logits, dim=1)

    def loss(self, source_BS: Tensor, lengths_B: Tensor, previous_BT: Tensor, next_BT: Tensor) -> Tensor:
        """Mean cross entropy over real positions."""
        logits_BTV = self(source_BS, lengths_B, previous_BT)
        return functional.cross_entropy(logits_BTV.flatten(0, 1), next_BT.flatten(), ignore_index=PAD_ID)


def copy_of(model: RecurrentSeq2Seq) -> TextbookModel:
    """The same function with the same weights.

    Raises:
        ValueError: the model has a part that the textbook's lacks.
    """
    config, encoder, decoder = model.config, model.encoder, model.decoder
    found = (config.encoder, config.cell, config.bridge, config.output, config.readout)
    known = (EncoderKind.GRU, CellKind.GRU, Bridge.BACKWARD, Output.TIED, Readout.TANH)
    if found != known or not (isinstance(encoder, RecurrentEncoder) and isinstance(model.output, Tied)):
        raise ValueError(f"the textbook's model has {known}, got {found}")
    peer = TextbookModel(model)
    weights = {f"encoder.rnn.{name}": value for name, value in encoder.forward_rnn.state_dict().items()}
    weights |= {f"encoder.rnn.{name}_reverse": value for name, value in encoder.backward_rnn.state_dict().items()}
    weights |= {f"encoder.bridge.{name}": value for name, value in model.bridge.state_dict().items()}
    weights |= {f"attention.{name}": value for name, value in decoder.attention.state_dict().items()}
    weights |= {f"readout.{name}": value for name, value in decoder.readout.state_dict().items()}
    entering = [decoder.embedding_gates.weight]
    if decoder.context_size():
        entering.append(decoder.context_gates.weight)
    weights |= {
        "encoder.embedding.weight": model.source_embedding.weight,
        "embedding.weight": model.target_embedding.weight,
        "out.weight": model.target_embedding.weight,
        "out.bias": model.output.bias,
        "cell.weight_ih": torch.cat(entering, dim=1),
        "cell.bias_ih": decoder.embedding_gates.bias,
        "cell.weight_hh": decoder.state_gates.weight,
        "cell.bias_hh": decoder.state_gates.bias,
    }
    peer.load_state_dict({name: value.detach() for name, value in weights.items()})
    return peer


def _attention(twin: RecurrentSeq2Seq) -> nn.Module:
    """With layers of its own, of the shape of the twin's."""
    ours = twin.decoder.attention
    if type(ours) is General:
        return GeneralAttention(_like(ours.key))
    if isinstance(ours, Additive) and twin.config.coverage == "none":
        return AdditiveAttention(_like(ours.query), _like(ours.key), _like(ours.energy))
    raise ValueError(f"the textbook's model has general or additive attention, got {twin.config.attention}")


def _like(linear: nn.Linear) -> nn.Linear:
    return nn.Linear(linear.in_features, linear.out_features, bias=linear.bias is not None)
