"""What every mechanism of the table must do, in each of its modes; a new entry is tested unasked.

Sizes: B rows, S source positions, T steps, D query size, E memory size.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import pytest
import torch
from torch import Tensor

from seq2seq_core.attention import ATTENTIONS, Attention, AttentionOptions, Coverage, Memory, Past
from seq2seq_core.attention.monotonic import Monotonic
from seq2seq_core.errors import OptionError
from tests.core.attention.made import walk

STEPS, MEMORY = 4, 6
LENGTHS_B = torch.tensor([5, 3, 1])
REAL_BS = torch.arange(5) < LENGTHS_B.unsqueeze(-1)
OPTIONS: Final = AttentionOptions(size=8, heads=2, window=2, filters=3, filter_width=3, longest=7)
QUERY_IS_MEMORY: Final = ("dot", "scaled-dot")  # query and encoder states must be of one size


@dataclass(frozen=True, slots=True)
class Case:
    """A mechanism in one of its modes."""

    name: str
    options: AttentionOptions = OPTIONS
    hard: bool | None = None  # monotonic only

    def __str__(self) -> str:
        mode = {True: " hard", False: " soft", None: ""}[self.hard]
        smoothing = " smoothing" if self.options.smoothing else ""
        coverage = "" if self.options.coverage is Coverage.NONE else f" coverage {self.options.coverage}"
        return self.name + mode + smoothing + coverage

    @property
    def query_size(self) -> int:
        return MEMORY if self.name in QUERY_IS_MEMORY else 4

    def build(self) -> Attention:
        """The mechanism with lively parameters, in evaluation mode."""
        attention = ATTENTIONS[self.name](self.query_size, MEMORY, self.options)
        for parameter in attention.parameters():
            torch.nn.init.normal_(parameter)
        if isinstance(attention, Monotonic):
            attention.hard = self.hard
        return attention.eval()

    def queries(self) -> Tensor:
        """One query for each step and row, (T, B, D)."""
        return torch.randn(STEPS, len(LENGTHS_B), self.query_size)


def cases() -> Iterator[Case]:
    for name, mechanism in ATTENTIONS.items():
        yield Case(name)
        if mechanism is Monotonic:
            yield Case(name, hard=False)
        if mechanism.takes_smoothing:
            yield Case(name, replace(OPTIONS, smoothing=True))
        if mechanism.takes_coverage:
            yield Case(name, replace(OPTIONS, coverage=Coverage.SUM))
            yield Case(name, replace(OPTIONS, coverage=Coverage.FERTILITY))


every_case = pytest.mark.parametrize("case", list(cases()), ids=str)


@pytest.fixture(autouse=True)
def fixed_seed() -> None:
    torch.manual_seed(2)


def states() -> Tensor:
    """Random encoder states, (B, S, E)."""
    return torch.randn(len(LENGTHS_B), REAL_BS.size(1), MEMORY)


@every_case
def test_weights_are_a_distribution_over_real_positions(case: Case) -> None:
    attention = case.build()
    glimpses = walk(attention, case.queries(), attention.remember(states(), REAL_BS))
    weights_TBS = torch.stack([glimpse.weights_BS for glimpse in glimpses])
    assert weights_TBS.dtype == torch.float32
    assert (weights_TBS >= 0).all()
    assert (weights_TBS.masked_select(~REAL_BS) == 0).all()
    sums_TB = weights_TBS.sum(dim=-1)
    if attention.sums_to_one:
        torch.testing.assert_close(sums_TB, torch.ones_like(sums_TB), atol=1e-6, rtol=0)
    else:
        assert (sums_TB <= 1 + 1e-6).all()
        assert (sums_TB > 0).any()


@every_case
def test_what_stands_on_padding_changes_nothing(case: Case) -> None:
    attention, queries, values = case.build(), case.queries(), states()
    other = values.masked_fill(~REAL_BS.unsqueeze(-1), 1e3)
    first, second = (walk(attention, queries, attention.remember(given, REAL_BS)) for given in (values, other))
    for one, two in zip(first, second, strict=True):
        torch.testing.assert_close(one.context_BE, two.context_BE)
        torch.testing.assert_close(one.weights_BS, two.weights_BS)


@every_case
def test_a_batch_of_several_equals_batches_of_one(case: Case) -> None:
    attention, queries, values = case.build(), case.queries(), states()
    together = walk(attention, queries, attention.remember(values, REAL_BS))
    for row, length in enumerate(LENGTHS_B.tolist()):
        only = slice(row, row + 1)
        memory = attention.remember(values[only, :length], REAL_BS[only, :length])
        for several, one in zip(together, walk(attention, queries[:, only], memory), strict=True):
            torch.testing.assert_close(several.weights_BS[only, :length], one.weights_BS, atol=1e-6, rtol=1e-6)
            torch.testing.assert_close(several.context_BE[only], one.context_BE, atol=1e-6, rtol=1e-5)
            for name, evidence in one.evidence.items():
                kept = several.evidence[name][only]
                kept = kept[..., :length] if kept.dim() > 1 else kept
                torch.testing.assert_close(kept, evidence, atol=1e-6, rtol=1e-6)


@every_case
def test_selected_rows_look_as_they_would_have(case: Case) -> None:
    attention, queries = case.build(), case.queries()
    memory = attention.remember(states(), REAL_BS)
    past = Past.none(memory)
    for glimpse in walk(attention, queries[:2], memory):
        past = past.after(glimpse.weights_BS)
    rows = torch.tensor([2, 0, 0, 1])
    whole = attention(queries[2], memory, past)
    chosen = attention(queries[2][rows], memory.select(rows), past.select(rows))
    torch.testing.assert_close(chosen.weights_BS, whole.weights_BS[rows], atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(chosen.context_BE, whole.context_BE[rows], atol=1e-6, rtol=1e-5)


def backward(attention: Attention, queries_TBD: Tensor, memory: Memory) -> None:
    """The gradients of a random mixture of all weights and contexts."""
    loss = torch.zeros(())
    for glimpse in walk(attention, queries_TBD, memory):
        for part in (glimpse.weights_BS, glimpse.context_BE.float()):
            loss = loss + (part * torch.randn_like(part)).sum()
    loss.backward()


@every_case
def test_gradients_reach_every_parameter_and_every_input_but_padding(case: Case) -> None:
    attention = case.build().train()
    queries, values = case.queries().requires_grad_(), states().requires_grad_()
    backward(attention, queries, attention.remember(values, REAL_BS))
    for name, parameter in attention.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name
    assert queries.grad is not None
    assert queries.grad[:, 0].any(dim=-1).all()  # the row of several positions, at every step
    assert values.grad is not None
    assert values.grad[REAL_BS].any(dim=-1).all()
    assert not values.grad[~REAL_BS].any()


@every_case
@pytest.mark.parametrize("scale", [1e3, 1e-3])
def test_extreme_scores_leave_weights_and_gradients_finite(case: Case, scale: float) -> None:
    attention = case.build().train()
    queries = (case.queries() * scale).requires_grad_()
    memory = attention.remember((states() * scale).requires_grad_(), REAL_BS)
    backward(attention, queries, memory)
    assert queries.grad is not None
    for gradient in (queries.grad, *(parameter.grad for parameter in attention.parameters())):
        assert gradient is not None
        assert gradient.isfinite().all()


@every_case
def test_weights_stay_exact_in_mixed_precision(case: Case) -> None:
    attention = case.build().train()
    queries = case.queries().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        memory = attention.remember(states(), REAL_BS)
        for glimpse in walk(attention, queries, memory):
            assert glimpse.weights_BS.dtype == torch.float32
            assert glimpse.context_BE.isfinite().all()
            sums_B = glimpse.weights_BS.sum(dim=-1)
            assert ((sums_B - 1).abs() < 1e-6 if attention.sums_to_one else sums_B <= 1 + 1e-6).all()
        backward(attention, queries, memory)
    assert queries.grad is not None
    assert queries.grad.isfinite().all()


@pytest.mark.parametrize("name", [name for name, mechanism in ATTENTIONS.items() if not mechanism.takes_coverage])
def test_coverage_is_refused_where_the_score_has_no_room_for_it(name: str) -> None:
    with pytest.raises(OptionError, match=r"coverage must be none with attention .*, got 'sum'"):
        ATTENTIONS[name](MEMORY, MEMORY, replace(OPTIONS, coverage=Coverage.SUM))


@pytest.mark.parametrize("name", [name for name, mechanism in ATTENTIONS.items() if not mechanism.takes_smoothing])
def test_smoothing_is_refused_where_it_is_not_defined(name: str) -> None:
    with pytest.raises(OptionError, match=r"smoothing must be off with attention .*, got True"):
        ATTENTIONS[name](MEMORY, MEMORY, replace(OPTIONS, smoothing=True))
