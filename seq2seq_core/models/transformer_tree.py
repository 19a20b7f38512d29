"""Stepping through the prefixes of one source, which are a tree: what a search of one sentence asks for, step by step.

The computation is that of the layers in `transformer_layers` for one new position of each row, and tests hold it to
theirs; it is written out here without modules in between, since with a handful of rows those take longer than the
mathematics: even asking a module for a weight takes as long as a small addition. Keys and values of all positions that
were ever computed stand in one memory per layer, in the order in which they came, and a row only knows which of these
nodes are its own prefix. So nothing is copied where a beam repeats, drops or reorders its rows.

Sizes: R rows, D model size, H heads, A = D / H, S source positions, N nodes so far, L layers, V vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import torch
from torch import Tensor
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
class Around:
    """The weights of a residual connection."""

    scale_D: Tensor
    bias_D: Tensor
    eps: float
    norm_first: bool

    @classmethod
    def of(cls, residual: Residual) -> "Around":
        norm = residual.norm
        return cls(norm.weight, norm.bias, norm.eps, residual.norm_first)

    def enter(self, states_RD: Tensor) -> Tensor:
        """What the part inside reads."""
        return self._normalised(states_RD) if self.norm_first else states_RD

    def leave(self, states_RD: Tensor, given_RD: Tensor) -> Tensor:
        """What follows when it has given its answer."""
        sum_RD = states_RD + given_RD
        return sum_RD if self.norm_first else self._normalised(sum_RD)

    def _normalised(self, states_RD: Tensor) -> Tensor:
        return torch.layer_norm(states_RD, self.scale_D.shape, self.scale_D, self.bias_D, self.eps)


@dataclass(frozen=True, slots=True)
class Heads:
    """The weights of an attention on the side of its queries."""

    query_DD: Tensor
    output_DD: Tensor
    heads: int
    scale: float

    @classmethod
    def of(cls, attention: MultiHeadAttention) -> "Heads":
        scale = (attention.query.out_features // attention.heads) ** -0.5
        return cls(attention.query.weight, attention.output.weight, attention.heads, scale)

    def weights(self, entered_RD: Tensor, keys_HAS: Tensor, bias_RS: Tensor) -> Tensor:
        """How much each row looks at each key, (H, R, S); the bias bars, or is zero."""
        queries_RD = linear(entered_RD, self.query_DD)
        queries_HRA = queries_RD.view(len(queries_RD), self.heads, -1).transpose(0, 1)
        return torch.baddbmm(bias_RS, queries_HRA, keys_HAS, alpha=self.scale).softmax(dim=-1)

    def found(self, weights_HRS: Tensor, values_HSA: Tensor) -> Tensor:
        """What they find there, (R, D)."""
        found_RHA = torch.bmm(weights_HRS, values_HSA).transpose(0, 1)
        return linear(found_RHA.flatten(1), self.output_DD)


@dataclass(frozen=True, slots=True)
class Rung:
    """One layer of the decoder as its modules have it, and the source as it sees it."""

    key_value_ED: Tensor
    own: Heads
    own_around: Around
    cross: Heads
    cross_around: Around
    keys_HAS: Tensor
    values_HSA: Tensor
    free_S: Tensor  # zeros: nothing of the source is barred
    wide_FD: Tensor
    wide_F: Tensor
    narrow_DF: Tensor
    narrow_D: Tensor
    feed_around: Around

    @classmethod
    def of(cls, layer: DecoderLayer, source: HeadMemory) -> "Rung":
        """For a source of one row."""
        feed, keys_HSA = layer.feed_forward, source.keys_BHSA[0]
        return cls(
            layer.self_attention.key_value.weight,
            Heads.of(layer.self_attention),
            Around.of(layer.self_residual),
            Heads.of(layer.cross_attention),
            Around.of(layer.cross_residual),
            keys_HSA.transpose(1, 2).contiguous(),
            source.values_BHSA[0],
            keys_HSA.new_zeros(keys_HSA.size(1)),
            feed.widen.weight,
            feed.widen.bias,
            feed.narrow.weight,
            feed.narrow.bias,
            Around.of(feed.residual),
        )

    def feed(self, states_RD: Tensor) -> Tensor:
        """Through the feed-forward network."""
        wide_RF = linear(self.feed_around.enter(states_RD), self.wide_FD, self.wide_F).relu_()
        return self.feed_around.leave(states_RD, linear(wide_RF, self.narrow_DF, self.narrow_D))


@dataclass(frozen=True, slots=True)
class TreeState:
    """What the rows of a search of one source carry from step to step; one entry per layer of the decoder."""

    rungs: tuple[Rung, ...]  # the same in all steps
    nodes: tuple[Nodes, ...]
    barred_RN: Tensor  # 0 on the nodes of a row's own prefix, minus infinity on the others
    depth: int = 0  # positions so far
    pinned: int | None = None  # an intervention: the position that gets all attention of the next step

    @classmethod
    def root(cls, layers: Sequence[DecoderLayer], sources: Sequence[HeadMemory], pinned: int | None) -> "TreeState":
        """Before the start token."""
        rungs = tuple(Rung.of(layer, source) for layer, source in zip(layers, sources, strict=True))
        values_HSA = rungs[0].values_HSA
        nodes = tuple(Nodes(values_HSA.size(0), values_HSA.size(2), values_HSA) for _ in rungs)
        return cls(rungs, nodes, values_HSA.new_zeros(1, 0), pinned=pinned)

    def select(self, rows_R: Tensor) -> "TreeState":
        """The state of the given rows."""
        return replace(self, barred_RN=self.barred_RN[rows_R])


@dataclass(frozen=True, slots=True)
class Climbed:
    """What all layers make of one position of each row."""

    states_RD: Tensor
    state: TreeState
    cross_XRS: Tensor  # X = L * H

    @property
    def cross_RLHS(self) -> Tensor:  # noqa: N802 - a shape suffix
        """How much each row looks at each source position."""
        _, rows, positions = self.cross_XRS.shape
        return self.cross_XRS.view(len(self.state.rungs), -1, rows, positions).permute(2, 0, 1, 3)


def climb(states_RD: Tensor, state: TreeState) -> Climbed:
    """Read one more position of each row, embedded."""
    rows, count = len(states_RD), state.barred_RN.size(1)
    barred_RN = torch.cat((state.barred_RN, _own_alone(rows, states_RD.device)), dim=1)
    nodes: list[Nodes] = []
    crosses: list[Tensor] = []
    for rung, before in zip(state.rungs, state.nodes, strict=True):
        entered_RD = rung.own_around.enter(states_RD)
        both_R2D = linear(entered_RD, rung.key_value_ED)
        after = before.after(count, both_R2D.view(rows, 2, rung.own.heads, -1))
        keys_HNA, values_HNA = after.both_2HNA[:, :, : after.used].unbind()
        weights_HRN = rung.own.weights(entered_RD, keys_HNA.transpose(1, 2), barred_RN)
        states_RD = rung.own_around.leave(states_RD, rung.own.found(weights_HRN, values_HNA))
        weights_HRS = rung.cross.weights(rung.cross_around.enter(states_RD), rung.keys_HAS, rung.free_S)
        if state.pinned is not None:
            weights_HRS = functional.one_hot(torch.tensor(state.pinned), weights_HRS.size(2)).to(weights_HRS)
            weights_HRS = weights_HRS.expand(rung.cross.heads, rows, -1)
        states_RD = rung.cross_around.leave(states_RD, rung.cross.found(weights_HRS, rung.values_HSA))
        states_RD = rung.feed(states_RD)
        nodes.append(after)
        crosses.append(weights_HRS)
    following = TreeState(state.rungs, tuple(nodes), barred_RN, state.depth + 1)
    return Climbed(states_RD, following, torch.cat(crosses))


@lru_cache(maxsize=16)  # the number of rows seldom changes
def _own_alone(rows: int, device: torch.device) -> Tensor:
    """Each row may look at its own new node."""
    with torch.inference_mode(mode=False):
        return torch.full((rows, rows), -torch.inf, device=device).fill_diagonal_(0.0)
