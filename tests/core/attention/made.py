"""Attention set up for a test: parameters with given values, and several steps in a row.

Sizes: B rows, S source positions, T steps, D query size, E memory size.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor

from seq2seq_core.attention import Attention, Glimpse, Memory, Past


def set_weights(attention: Attention, values: Mapping[str, object]) -> None:
    """Give parameters, by their dotted names, these values; all others become zero."""
    named = dict(attention.named_parameters())
    assert values.keys() <= named.keys()
    with torch.no_grad():
        for name, parameter in named.items():
            parameter.copy_(torch.as_tensor(values.get(name, 0.0)).expand_as(parameter))


def one_row(attention: Attention, values: Sequence[Sequence[float]], real: int | None = None) -> Memory:
    """A memory of one source, its first `real` positions real, or all."""
    values_1SE = torch.tensor([values])
    length = len(values) if real is None else real
    return attention.remember(values_1SE, (torch.arange(len(values)) < length).unsqueeze(0))


def weights_of(glimpse: Glimpse) -> list[float]:
    """The weights of a single row."""
    (row,) = glimpse.weights_BS.tolist()
    return [float(weight) for weight in row]


def walk(attention: Attention, queries_TBD: Tensor, memory: Memory) -> list[Glimpse]:
    """Several steps from the first on, each with what the earlier ones leave."""
    past, glimpses = Past.none(memory), []
    for query_BD in queries_TBD:
        glimpses.append(attention(query_BD, memory, past))
        past = past.after(glimpses[-1].weights_BS)
    return glimpses


def softmax(scores: Iterable[float]) -> list[float]:
    """Softmax in Python's own arithmetic."""
    powers = [math.exp(score) for score in scores]
    return [power / sum(powers) for power in powers]
