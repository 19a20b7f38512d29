"""Stepping through the prefixes of one source, which are a tree: what a search of one sentence asks for, step by step.

The computation is that of the layers in `transformer_layers` for one new position of each row, and tests hold it to
theirs; it is written out here without modules in between, since with a handful of rows those take longer than the
mathematics. Keys and values of all positions that were ever computed stand in one memory per layer, in the order in
which they came, and a row only knows which of these nodes are its own prefix. So nothing is copied where a beam
repeats, drops or reorders its rows.

Sizes: R rows, D model size, H heads, A = D / H, S source positions, N nodes so far, L layers, V vocabulary.
"""

from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from seq2seq_core.linear import linear
from seq2seq_core.models.transformer_attention import HeadMemory, MultiHeadAttention
from seq2seq_core.models.transformer_layers import DecoderLayer, Residual

FEWEST_NODES: Final = 64  # room at first; it doubles when it is full


class Nodes:
    """Keys and values of one layer's nodes. What is written stays; `used` says how many there are."""

    def __init__(self, heads: int, size: int, like: Tensor, room: int = FEWEST_NODES) -> None:
        self.both_2HNA = like.new_empty(2, heads, room, size)
        self.used = 0

    def after(self, count: int, both_R2HA: Tensor) -> "Nodes":
        """With one more node of each row behind the first `count`.

        Where another step has already written behind them, what it wrote is not touched: this one goes on in a copy.
        """
        nodes = self if self.used == count else self._first(count)
        nodes._write(both_R2HA.permute(1, 2, 0, 3))
        return nodes

    def _first(self, count: int) -> "Nodes":
        _, heads, room, size = self.both_2HNA.shape
        copy = Nodes(heads, size, self.both_2HNA, room)
        copy._write(self.both_2HNA[:, :, :count])
        return copy

    def _write(self, both_2HnA: Tensor) -> None:
        begin, end = self.used, self.used + both_2HnA.size(2)
        if end > self.both_2HNA.size(2):
            larger_2HNA = self.both_2HNA.new_empty(2, both_2HnA.size(1), 2 * end, both_2HnA.size(3))
            larger_2HNA[:, :, :begin] = self.both_2HNA[:, :, :begin]
            self.both_2HNA = larger_2HNA
        self.both_2HNA[:, :, begin:end] = both_2HnA
        self.used = end


@dataclass(frozen=True, slots=True)
class TreeState:
    """What the rows of a search of one source carry from step to step; one entry per layer of the decoder."""

    sources: tuple[HeadMemory, ...]  # one row each, whatever the number of rows
    nodes: tuple[Nodes, ...]
    descent_RN: Tensor  # which nodes are a row's own prefix
    depth: int = 0  # positions so far
    pinned: int | None = None  # an intervention: the position that gets all attention of the next step

    @classmethod
    def root(cls, sources: tuple[HeadMemory, ...], pinned: int | None) -> "TreeState":
        """Before the start token."""
        keys_1HSA = sources[0].keys_BHSA
        _, heads, _, size = keys_1HSA.shape
        nodes = tuple(Nodes(heads, size, keys_1HSA) for _ in sources)
        return cls(sources, nodes, torch.ones(1, 0, dtype=torch.bool, device=keys_1HSA.device), pinned=pinned)

    def select(self, rows_R: Tensor) -> "TreeState":
        """The state of the given rows."""
        return replace(self, descent_RN=self.descent_RN[rows_R])


@dataclass(frozen=True, slots=True)
class Climbed:
    """What all layers make of one position of each row."""

    states_RD: Tensor
    state: TreeState
    cross_RLHS: Tensor


def climb(layers: list[DecoderLayer], states_RD: Tensor, state: TreeState) -> Climbed:
    """Read one more position of each row, embedded."""
    rows, count = len(states_RD), state.descent_RN.size(1)
    own_RR = torch.eye(rows, dtype=torch.bool, device=states_RD.device)
    descent_RN = torch.cat((state.descent_RN, own_RR), dim=1)
    # Where the tree is one path, its last position may look at all of it.
    barred_RN = None if count + rows == state.depth + 1 else ~descent_RN
    nodes: list[Nodes] = []
    crosses: list[Tensor] = []
    for layer, before, source in zip(layers, state.nodes, state.sources, strict=True):
        attention, residual = layer.self_attention, layer.self_residual
        entered_RD = _enter(residual, states_RD)
        both_R2D = linear(entered_RD, attention.key_value.weight)
        after = before.after(count, both_R2D.view(rows, 2, attention.heads, -1))
        keys_HNA, values_HNA = after.both_2HNA[:, :, : after.used].unbind()
        weights_HRN = _weights(attention, entered_RD, keys_HNA, barred_RN)
        states_RD = _leave(residual, states_RD, _found(attention, weights_HRN, values_HNA))
        attention, residual = layer.cross_attention, layer.cross_residual
        weights_HRS = _weights(attention, _enter(residual, states_RD), source.keys_BHSA[0], None)
        if state.pinned is not None:
            weights_HRS = functional.one_hot(torch.tensor(state.pinned), weights_HRS.size(2)).to(weights_HRS)
            weights_HRS = weights_HRS.expand(attention.heads, rows, -1)
        states_RD = _leave(residual, states_RD, _found(attention, weights_HRS, source.values_BHSA[0]))
        states_RD = _feed(layer, states_RD)
        nodes.append(after)
        crosses.append(weights_HRS)
    following = TreeState(state.sources, tuple(nodes), descent_RN, state.depth + 1)
    return Climbed(states_RD, following, torch.stack(crosses).permute(2, 0, 1, 3))


def _weights(attention: MultiHeadAttention, entered_RD: Tensor, keys_HSA: Tensor, barred_RS: Tensor | None) -> Tensor:
    queries_RD = linear(entered_RD, attention.query.weight)
    queries_HRA = queries_RD.view(len(queries_RD), attention.heads, -1).transpose(0, 1)
    scores_HRS = torch.bmm(queries_HRA, keys_HSA.transpose(1, 2)).mul_(keys_HSA.size(2) ** -0.5)
    if barred_RS is not None:
        scores_HRS.masked_fill_(barred_RS, -torch.inf)
    return scores_HRS.softmax(dim=-1)


def _found(attention: MultiHeadAttention, weights_HRS: Tensor, values_HSA: Tensor) -> Tensor:
    found_RHA = torch.bmm(weights_HRS, values_HSA).transpose(0, 1)
    return linear(found_RHA.flatten(1), attention.output.weight)


def _feed(layer: DecoderLayer, states_RD: Tensor) -> Tensor:
    feed, residual = layer.feed_forward, layer.feed_forward.residual
    wide = linear(_enter(residual, states_RD), feed.widen.weight, feed.widen.bias).relu_()
    return _leave(residual, states_RD, linear(wide, feed.narrow.weight, feed.narrow.bias))


def _enter(residual: Residual, states_RD: Tensor) -> Tensor:
    return _normalised(residual.norm, states_RD) if residual.norm_first else states_RD


def _leave(residual: Residual, states_RD: Tensor, given_RD: Tensor) -> Tensor:
    sum_RD = states_RD + given_RD
    return sum_RD if residual.norm_first else _normalised(residual.norm, sum_RD)


def _normalised(norm: nn.LayerNorm, states_RD: Tensor) -> Tensor:
    return torch.layer_norm(states_RD, norm.normalized_shape, norm.weight, norm.bias, norm.eps)
