"""Losses on attention against numbers worked out by hand, and what they do to a model."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from seq2seq_core.errors import OptionError
from seq2seq_core.models import Forced, Sources
from seq2seq_core.tokenizer import END_ID, PAD_ID, START_ID
from seq2seq_core.train import train
from seq2seq_core.training.attention_losses import (
    AttentionLossOptions,
    attention_losses,
    coverage_loss,
    guided_attention_loss,
    off_diagonal,
)
from seq2seq_core.training.batches import Batch
from tests.support.tiny_run import tiny_options

# W for N = 3 (rows here), T = 4 and g = 0.2, by a program of its own
GOLDEN_NT = torch.tensor(
    [
        [0.0, 0.542167, 0.956063, 0.999116],
        [0.750648, 0.083145, 0.293352, 0.885838],
        [0.996134, 0.885838, 0.293352, 0.083145],
    ]
)


def lengths(*values: int) -> Tensor:
    return torch.tensor(values)


def real(width: int, *values: int) -> Tensor:
    return torch.arange(width) < lengths(*values)[:, None]


def test_the_price_of_attention_off_the_diagonal() -> None:
    priced_BTM = off_diagonal(torch.arange(3)[None] / 3, torch.arange(4)[None] / 4, 0.2)
    torch.testing.assert_close(priced_BTM[0].T, GOLDEN_NT, atol=1e-6, rtol=0)
    # n = 1 of 3, t = 0 of 4: 1 - exp(-(1/9) / 0.08)
    assert float(priced_BTM[0, 0, 1]) == pytest.approx(1 - math.exp(-1 / 9 / 0.08), abs=1e-6)


def test_guided_attention_is_the_mean_over_true_lengths_once_for_each_token() -> None:
    # The first pair has N = 3 and T = 4; the second one N = 1 and T = 2, and attention on padding that must not count.
    weights_BTM = torch.rand(2, 4, 3, generator=torch.Generator().manual_seed(1))
    alone = 4 * float((weights_BTM[0].T * GOLDEN_NT).mean())
    # W of the second: 0 at t = 0; 1 - exp(-(1/4) / 0.08) at t = 1
    second = 2 * float(weights_BTM[1, 1, 0]) * (1 - math.exp(-0.25 / 0.08)) / 2
    both = guided_attention_loss(weights_BTM, lengths(3, 1), real(4, 4, 2), 0.2)
    assert float(both) == pytest.approx(alone + second, abs=1e-5)


def test_how_pairs_are_padded_changes_no_loss() -> None:
    weights_BTM = torch.rand(1, 4, 3, generator=torch.Generator().manual_seed(1))
    wide_BTM = torch.nn.functional.pad(weights_BTM, (0, 2, 0, 3), value=0.5)
    narrow = guided_attention_loss(weights_BTM, lengths(3), real(4, 4), 0.4)
    assert float(guided_attention_loss(wide_BTM, lengths(3), real(7, 4), 0.4)) == pytest.approx(float(narrow))
    wide_BTM[:, :, 3:] = 0.0  # on a padded source there is no attention
    assert float(coverage_loss(wide_BTM, real(7, 4))) == pytest.approx(float(coverage_loss(weights_BTM, real(4, 4))))


def test_attention_on_the_diagonal_is_free() -> None:
    assert float(guided_attention_loss(torch.eye(5)[None], lengths(5), real(5, 5), 0.2)) == pytest.approx(0.0)


def test_coverage_is_what_was_seen_before() -> None:
    # Step 1 has seen nothing. Step 2: min(.5, .6) + min(.5, .4) = .9. Step 3: min(1, 1.1) + min(0, .9) = 1.
    weights_BTM = torch.tensor([[[0.6, 0.4], [0.5, 0.5], [1.0, 0.0]]])
    assert float(coverage_loss(weights_BTM, real(3, 3))) == pytest.approx(1.9)
    assert float(coverage_loss(weights_BTM, real(3, 2))) == pytest.approx(0.9)  # the last step is padding
    assert float(coverage_loss(torch.eye(4)[None], real(4, 4))) == 0.0  # each position once


BATCH = Batch(
    Sources(torch.tensor([[4, 5]]), torch.tensor([2])),
    torch.tensor([[START_ID, 4, 5, PAD_ID]]),
    torch.tensor([[4, 5, END_ID, PAD_ID]]),
)


def test_only_losses_with_a_weight_are_computed() -> None:
    weights_BTM = torch.tensor([[[0.6, 0.4], [0.5, 0.5], [1.0, 0.0], [1.0, 0.0]]])
    forced = Forced(torch.zeros(1, 4, 6), weights_BTM)
    assert attention_losses(forced, BATCH, AttentionLossOptions()) == ()
    (coverage,) = attention_losses(forced, BATCH, AttentionLossOptions(coverage=2.0))
    assert (coverage.name, coverage.weight, float(coverage.summed)) == ("coverage", 2.0, pytest.approx(1.9))
    both = attention_losses(forced, BATCH, AttentionLossOptions(coverage=1.0, guided_attention=3.0))
    assert [(each.name, each.weight) for each in both] == [("guided_attention", 3.0), ("coverage", 1.0)]
    with pytest.raises(TypeError, match="need a model that gives its attention"):
        attention_losses(Forced(torch.zeros(1, 4, 6), None), BATCH, AttentionLossOptions(coverage=1.0))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"coverage": -1.0}, "coverage must be 0 or more and finite, got -1.0"),
        ({"guided_attention": math.nan}, "guided_attention must be 0 or more and finite, got nan"),
        ({"guided_width": 0.0}, "guided_width must be above 0 and finite, got 0.0"),
    ],
)
def test_numbers_outside_their_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        AttentionLossOptions(**settings)


def test_the_log_tells_each_loss_per_token_and_their_sum(tmp_path: Path) -> None:
    losses = AttentionLossOptions(guided_attention=10.0, coverage=0.5)
    run = train(tiny_options(tmp_path, max_tokens=300, log_every=1, losses=losses))
    events = [json.loads(line) for line in (run.folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    updates = [event for event in events if event["event"] == "update"]
    assert updates
    for update in updates:
        parts = update["parts"]
        assert list(parts) == ["cross_entropy", "guided_attention", "coverage"]
        assert 0.0 < parts["guided_attention"] < 1.0 < parts["cross_entropy"]
        total = parts["cross_entropy"] + 10.0 * parts["guided_attention"] + 0.5 * parts["coverage"]
        assert update["loss"] == pytest.approx(total, abs=1e-3)
