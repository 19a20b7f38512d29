"""The target so far as the decoder's self-attention sees it: for each row its own, or one tree for all rows.

Rows of a batch carry the keys and values of their own prefixes: they are copied when a row is repeated. The prefixes of
one source are a tree instead: keys and values of all its positions stand in one memory, in the order in which they were
computed, and a row only knows which of them it descends from. Nothing of a tree is ever copied for a beam.

Sizes: B rows, T positions in hand, C those before them, H heads, A features of a head; N nodes of the tree, R rows.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import torch
from torch import Tensor

from seq2seq_core.models.transformer_attention import HeadMemory

FEWEST_NODES: Final = 64  # room at first; it doubles when it is full


class Past(Protocol):
    """What one layer has kept of the positions so far."""

    @property
    def memory(self) -> HeadMemory:
        """Keys and values to attend to: one row for each, or one row for all."""
        ...

    def then(self, later: HeadMemory) -> "Past":
        """The same, followed by the positions in hand."""
        ...

    def select(self, rows_B: Tensor) -> "Past":
        """The same for the given rows."""
        ...


@dataclass(frozen=True, slots=True)
class OwnPast:
    """Of each row its own."""

    memory: HeadMemory

    def then(self, later: HeadMemory) -> "OwnPast":
        return OwnPast(self.memory.then(later))

    def select(self, rows_B: Tensor) -> "OwnPast":
        return OwnPast(self.memory.select(rows_B))


class Nodes:
    """Keys and values of a layer's nodes. What is written stays; `used` says how many there are."""

    def __init__(self, heads: int, size: int, like: Tensor, room: int = FEWEST_NODES) -> None:
        self.keys_HNA = like.new_empty(heads, room, size)
        self.values_HNA = like.new_empty(heads, room, size)
        self.used = 0

    def write(self, keys_HnA: Tensor, values_HnA: Tensor) -> None:
        """Further nodes."""
        end = self.used + keys_HnA.size(1)
        if end > self.keys_HNA.size(1):
            self._make_room(end)
        self.keys_HNA[:, self.used : end] = keys_HnA
        self.values_HNA[:, self.used : end] = values_HnA
        self.used = end

    def first(self, count: int) -> "Nodes":
        """A copy of the first ones, to go on from in another way."""
        heads, room, size = self.keys_HNA.shape
        copy = Nodes(heads, size, self.keys_HNA, room)
        copy.write(self.keys_HNA[:, :count], self.values_HNA[:, :count])
        return copy

    def _make_room(self, wanted: int) -> None:
        heads, room, size = self.keys_HNA.shape
        larger = Nodes(heads, size, self.keys_HNA, max(2 * room, wanted))
        larger.write(self.keys_HNA[:, : self.used], self.values_HNA[:, : self.used])
        self.keys_HNA, self.values_HNA = larger.keys_HNA, larger.values_HNA


@dataclass(frozen=True, slots=True)
class TreePast:
    """The first `count` nodes, for any number of rows.

    Nodes are written behind the ones that are there. Where another step has already done so from the same nodes, what
    it wrote is not touched: this one goes on in a copy.
    """

    nodes: Nodes
    count: int = 0

    @property
    def memory(self) -> HeadMemory:
        keys_HNA, values_HNA = self.nodes.keys_HNA[:, : self.count], self.nodes.values_HNA[:, : self.count]
        return HeadMemory(keys_HNA.unsqueeze(0), values_HNA.unsqueeze(0))

    def then(self, later: HeadMemory) -> "TreePast":
        """The positions in hand are one of each row, or several of one row."""
        nodes = self.nodes if self.nodes.used == self.count else self.nodes.first(self.count)
        # (R, H, T, A) -> (H, R T, A), where R or T is 1
        nodes.write(later.keys_BHSA.transpose(0, 1).flatten(1, 2), later.values_BHSA.transpose(0, 1).flatten(1, 2))
        return TreePast(nodes, nodes.used)

    def select(self, rows_B: Tensor) -> "TreePast":
        return self


def further(descent_RN: Tensor, tokens: int) -> Tensor:
    """Which nodes the positions in hand may look at, (R, N + R) for one of each row, (T, N + T) for several of one row:
    those they descend from, and themselves.
    """
    rows = len(descent_RN)
    if tokens == 1:
        own = torch.eye(rows, dtype=torch.bool, device=descent_RN.device)
        return torch.cat((descent_RN, own), dim=1)
    own = torch.ones(tokens, tokens, dtype=torch.bool, device=descent_RN.device).tril()
    return torch.cat((descent_RN.expand(tokens, -1), own), dim=1)
