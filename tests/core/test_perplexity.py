"""Both perplexities of a model whose next token depends on the last one alone, worked out by hand."""

import math
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from seq2seq_core import perplexity
from seq2seq_core.models import Answer, Forced, Seq2Seq, Sources
from seq2seq_core.perplexity import (
    FORCED_NAME,
    FREE_NAME,
    LEFT_OUT_NAME,
    Perplexities,
    named_perplexities,
    perplexities,
    reference_log_probs,
)
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tokenizer import END_ID, PAD_ID, START_ID
from seq2seq_core.training.batches import Batch
from tests.support.tiny_run import PAIRS

A, B = 4, 5
NEXT = {START_ID: {A: 0.6, B: 0.4}, A: {A: 0.1, B: 0.7, END_ID: 0.2}, B: {A: 0.3, END_ID: 0.7}, END_ID: {END_ID: 1.0}}


@dataclass(frozen=True, slots=True)
class Nothing:
    """The last token says all."""

    def select(self, rows_R: Tensor) -> "Nothing":
        return self


class Bigrams(Seq2Seq[Nothing]):
    """Says what `NEXT` says."""

    family = "recurrent"

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("table", torch.zeros(6, 6))
        for last, row in NEXT.items():
            for token, probability in row.items():
                self.get_buffer("table")[last, token] = probability

    def force(self, sources: Sources, previous_BT: Tensor) -> Forced:
        assert not self.training
        return Forced(self.get_buffer("table")[previous_BT].log(), None)

    def begin(self, sources: Sources) -> Nothing:
        return Nothing()

    def advance(self, tokens_R: Tensor, state: Nothing) -> Answer[Nothing]:
        assert not self.training
        return Answer(self.get_buffer("table")[tokens_R].log(), None, state)


def batch(*targets: list[int]) -> Batch:
    width = max(map(len, targets)) + 1
    rows = [([START_ID, *target], [*target, END_ID], [PAD_ID] * (width - len(target) - 1)) for target in targets]
    ones = torch.ones(len(targets), dtype=torch.int64)
    return Batch(
        Sources(ones[:, None], ones),
        torch.tensor([previous + padding for previous, _, padding in rows]),
        torch.tensor([after + padding for _, after, padding in rows]),
    )


def test_teacher_forced_is_after_the_true_prefix() -> None:
    # b a end: .4 .3 .2; a end: .6 .2; five tokens
    found = perplexities(Bigrams(), [batch([B, A], [A])])
    assert found.forced == pytest.approx((0.4 * 0.3 * 0.2 * 0.6 * 0.2) ** (-1 / 5), rel=1e-5)
    assert found.tokens == 5


def test_free_running_is_after_what_the_model_writes_itself() -> None:
    # it writes a b end: b .4, then a after a .1, then the end after b .7
    found = perplexities(Bigrams(), [batch([B, A])])
    assert found.free == pytest.approx((0.4 * 0.1 * 0.7) ** (-1 / 3), rel=1e-5)


def test_an_own_end_token_is_read_like_any_other_to_the_length_of_the_reference() -> None:
    # a after <s>, b after a, the end after b; after the end of its own it gives nothing but ends
    log_probs_BT = reference_log_probs(Bigrams().eval(), batch([A, B, END_ID, A], [A]), own_prefix=True)
    expected = torch.tensor([[0.6, 0.7, 0.7, 0.0, 1.0], [0.6, 0.0, 1.0, 1.0, 1.0]]).log()
    expected[1, 1] = math.log(0.2)  # the end of the shorter one; then padding, which counts nothing
    torch.testing.assert_close(log_probs_BT, expected)
    assert perplexities(Bigrams(), [batch([A, B, END_ID, A])]).free == math.inf


def test_batches_are_summed_by_tokens_and_the_mode_is_left_as_it_was() -> None:
    model = Bigrams().train()
    together, apart = perplexities(model, [batch([B, A], [A])]), perplexities(model, [batch([B, A]), batch([A])])
    assert (together.forced, together.free) == pytest.approx((apart.forced, apart.free))
    assert model.training
    with pytest.raises(ValueError, match="perplexities need a batch"):
        perplexities(model, [])


def test_where_the_model_writes_the_references_both_are_equal(tiny_pipeline: Pipeline) -> None:
    sources, targets = zip(*PAIRS, strict=True)
    named = named_perplexities(tiny_pipeline.checkpoint, sources, targets, batch_tokens=200)
    assert list(named) == [FORCED_NAME, FREE_NAME]
    assert named[FREE_NAME] == pytest.approx(named[FORCED_NAME], abs=2e-4)
    assert 1.0 <= float(named[FORCED_NAME]) < 1.2


def test_what_cannot_be_said_is_told_in_words(tiny_pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(perplexity, "perplexities", lambda *_: Perplexities(math.inf, 2.0, 1))
    named = named_perplexities(tiny_pipeline.checkpoint, ["Hello!"], ["Bonjour !"], batch_tokens=200)
    assert named == {FORCED_NAME: "infinite", FREE_NAME: 2.0}


def test_what_is_too_long_is_counted(tiny_pipeline: Pipeline) -> None:
    checkpoint = tiny_pipeline.checkpoint
    named = named_perplexities(checkpoint, ["Hello!", "Hello!"], ["Bonjour !", "Non " * 1200], batch_tokens=200)
    assert named[LEFT_OUT_NAME] == 1
    assert named_perplexities(checkpoint, ["Hello!"], ["Non " * 1200], batch_tokens=200) == {}
