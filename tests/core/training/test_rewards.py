"""Rewards and what is minimised for their sake, by hand, and a model that earns more by them.

Sizes: B sources, K draws of each, R rows, T positions, V vocabulary.
"""

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import torch

from seq2seq_core.checkpoint import load_checkpoint, save_checkpoint
from seq2seq_core.errors import OptionError
from seq2seq_core.models import FAMILIES, Seq2Seq, Sources
from seq2seq_core.models.config import Output, RecurrentOptions
from seq2seq_core.options import GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tokenizer import END_ID, PAD_ID, START_ID, TokenizerKind
from seq2seq_core.train import train
from seq2seq_core.training.batches import Batch, collate, tokenise
from seq2seq_core.training.config import OptimiserOptions, Schedule, TokenizerOptions
from seq2seq_core.training.drawing import draw, log_probs_of, rows_of
from seq2seq_core.training.losses import predict
from seq2seq_core.training.rewards import (
    RewardKind,
    RewardOptions,
    Rewards,
    SentenceBleu,
    parts_of,
    risk,
    self_critical_loss,
)
from seq2seq_core.training.start import StartOptions
from tests.support.tiny_models import WORDS
from tests.support.tiny_run import PAIRS, tiny_options

SIZES: Final[dict[str, dict[str, Any]]] = {
    "recurrent": {"embedding_size": 16, "encoder_size": 16, "decoder_size": 24, "attention_size": 16, "dropout": 0.0},
    "transformer": {"size": 16, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "feed_forward_size": 16,
                    "dropout": 0.0},
    "convolutional": {"embedding_size": 16, "size": 16, "encoder_layers": 1, "decoder_layers": 1, "dropout": 0.0},
}  # fmt: skip
SOURCES: Final = Sources(torch.tensor([[4, 5, 6], [7, 8, 0]]), torch.tensor([3, 2]))


def model_of(family: str = "recurrent") -> Seq2Seq[Any]:
    torch.manual_seed(3)
    found = FAMILIES[family]
    config = found.config(source_vocabulary=len(WORDS), target_vocabulary=len(WORDS), **SIZES[family])
    return found.model(config).eval()


def pairs_batch() -> Batch:
    sides = [[pair[side] for pair in PAIRS] for side in (0, 1)]
    return collate(tokenise(sides[0], sides[1], (WORDS, WORDS), 30), range(len(PAIRS)))


def test_a_draw_that_beats_greedy_search_is_made_more_probable() -> None:
    # -(0.25 - 0.4) * -6 = -0.9, and the mean with a draw as good as greedy search is half of it
    loss = self_critical_loss(torch.tensor([[-6.0]]), torch.tensor([[0.25]]), torch.tensor([0.4]))
    assert loss.item() == pytest.approx(-0.9, abs=1e-6)
    two = self_critical_loss(torch.tensor([[-6.0, -1.0]]), torch.tensor([[0.25, 0.4]]), torch.tensor([0.4]))
    assert two.item() == pytest.approx(-0.45, abs=1e-6)
    log_probs = torch.tensor([[-6.0]], requires_grad=True)
    self_critical_loss(log_probs, torch.tensor([[0.9]]), torch.tensor([0.4])).backward()
    assert log_probs.grad is not None
    assert log_probs.grad.item() == pytest.approx(-0.5)


@pytest.mark.parametrize(("alpha", "expected"), [(0.005, -0.333888), (0.5, -0.374564), (1.0, -0.388923)])
def test_risk_is_the_mean_cost_under_the_sharpened_distribution(alpha: float, expected: float) -> None:
    # alpha 1: Q is 0.574097, 0.348207, 0.077696
    found = risk(torch.tensor([-1.0, -1.5, -3.0]), torch.tensor([-0.3, -0.6, -0.1]), alpha)
    assert found.item() == pytest.approx(expected, abs=1e-6)


def test_the_gradient_of_risk_moves_probability_from_the_dearer_output_to_the_cheaper_one() -> None:
    # Q = (.75, .25), R = .75 * .5 + .25 * 1 = .625; dR/dlog p = Q (cost - R) = (.75 * -.125, .25 * .375)
    log_probs = torch.tensor([math.log(0.6), math.log(0.2)], requires_grad=True)
    risk(log_probs, torch.tensor([0.5, 1.0]), 1.0).backward()
    assert log_probs.grad is not None
    assert log_probs.grad.tolist() == pytest.approx([-0.09375, 0.09375], abs=1e-6)


def test_the_reward_is_smoothed_sentence_bleu() -> None:
    bleu = SentenceBleu()
    assert bleu("a b c d", "a b c d") == pytest.approx(1.0)
    # all n-grams there are (up to three words) are right; brevity exp(1 - 4/3)
    assert bleu("a b c", "a b c d") == pytest.approx(math.exp(-1 / 3), abs=1e-6)
    # words 3/4, pairs 2/3, triples 1/2, of four words none: smoothed to 1/2 of one
    assert bleu("a b c x", "a b c d") == pytest.approx((3 / 4 * 2 / 3 * 1 / 2 * 1 / 2) ** 0.25, abs=1e-6)
    assert bleu("", "a b") == 0.0
    assert "eff:yes" in bleu.signature()
    assert "smooth:exp" in bleu.signature()


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_drawn_at_no_temperature_is_what_greedy_search_says(tiny_pipeline: Pipeline, family: str) -> None:
    model = tiny_pipeline.checkpoint.model if family == "recurrent" else model_of(family)
    reader = tiny_pipeline.checkpoint.source_tokenizer if family == "recurrent" else WORDS
    texts = [source for source, _ in PAIRS[:4]]
    ids = reader.encode_ids(texts)
    drawn_RT = draw(model, Sources.pad(ids, torch.device("cpu")), longest=30, temperature=None)
    if family == "recurrent":
        words = tiny_pipeline.checkpoint.target_tokenizer
        outputs = [words.decode([i for i in row if i not in (END_ID, PAD_ID)]) for row in drawn_RT.tolist()]
        assert outputs == tiny_pipeline.translate(texts, GreedyOptions())
    for row in drawn_RT.tolist():
        content = [i for i in row if i != PAD_ID]
        assert row == content + [PAD_ID] * (len(row) - len(content))
        assert END_ID not in content[:-1]
        assert START_ID not in content


@pytest.mark.parametrize("family", FAMILIES)
def test_log_probabilities_of_draws_are_those_of_the_steps(family: str) -> None:
    model = model_of(family)
    row_R = torch.tensor([0, 0, 1, 1])
    drawn_RT = draw(model, SOURCES, row_R, longest=6, temperature=1.0)
    found_R = log_probs_of(model, rows_of(SOURCES, row_R), drawn_RT).detach()
    stepper = model.open([[4, 5, 6], [7, 8]])
    for row, outputs in enumerate(drawn_RT.tolist()):
        state, last, total = stepper.select(stepper.start(), row_R[row : row + 1]), START_ID, 0.0
        for token in outputs:
            if token == PAD_ID:
                break
            answer = stepper.step(torch.tensor([last]), state)
            total, state, last = total + float(answer.log_probs_RV[0, token]), answer.state, token
        assert float(found_R[row]) == pytest.approx(total, abs=1e-4)


def test_tokens_are_drawn_as_often_as_they_are_probable() -> None:
    model = model_of()
    row_R = torch.zeros(4000, dtype=torch.int64)
    torch.manual_seed(1)
    first_R = draw(model, SOURCES, row_R, longest=1, temperature=1.0)[:, 0]
    state = model.begin(Sources(SOURCES.ids_BS[:1], SOURCES.lengths_B[:1]))
    probs_V = model.advance(torch.tensor([START_ID]), state).log_probs_RV[0].exp()
    probs_V[[PAD_ID, START_ID]] = 0.0
    probs_V /= probs_V.sum()
    shares_V = torch.bincount(first_R, minlength=len(WORDS)) / 4000
    deviation_V = (probs_V * (1 - probs_V) / 4000).sqrt()
    assert bool(((shares_V - probs_V).abs() <= 4.5 * deviation_V).all())


def test_drawing_leaves_the_mode_of_the_model() -> None:
    model = model_of().train()
    draw(model, SOURCES, longest=2, temperature=None)
    assert model.training


@pytest.mark.parametrize("kind", [RewardKind.SELF_CRITICAL, RewardKind.MINIMUM_RISK])
def test_every_weight_has_a_gradient_under_half_precision_too(kind: RewardKind) -> None:
    model, rewards = model_of().train(), Rewards(RewardOptions(kind=kind, samples=3), WORDS)
    torch.manual_seed(2)
    with torch.autocast("cpu", torch.bfloat16):
        loss = rewards(model, pairs_batch()).loss
    loss.backward()
    still = [name for name, each in model.named_parameters() if each.grad is None or not bool(each.grad.any())]
    assert still == []


def test_the_log_gets_mean_rewards_of_a_sentence() -> None:
    rewards, batch = Rewards(RewardOptions(kind=RewardKind.SELF_CRITICAL), WORDS), pairs_batch()
    rewarded = rewards(model_of(), batch)
    parts = parts_of(rewarded, batch)
    assert rewarded.greedy is not None
    assert float(parts["reward"]) / batch.target_tokens == pytest.approx(float(rewarded.sampled) / len(PAIRS))
    assert float(parts["greedy_reward"]) / batch.target_tokens == pytest.approx(float(rewarded.greedy) / len(PAIRS))


def test_draws_that_are_equal_count_once_and_the_reference_is_among_them() -> None:
    """A model that says each target by heart draws nothing but it: all risk is that of the reference, none."""
    model, batch = learnt(updates=250), pairs_batch()
    rewards = Rewards(RewardOptions(kind=RewardKind.MINIMUM_RISK, samples=4, temperature=0.1), WORDS)
    with torch.no_grad():
        found = rewards(model.eval(), batch)
    assert found.loss.item() == pytest.approx(0.0, abs=1e-4)
    assert found.sampled.item() == pytest.approx(len(PAIRS), abs=1e-4)


def learnt(updates: int) -> Seq2Seq[Any]:
    """The pairs by cross entropy, as far as so many updates bring it."""
    model, batch = model_of().train(), pairs_batch()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(updates):
        optimiser.zero_grad()
        predictions = predict(model, batch)
        (predictions.loss() / predictions.tokens).backward()
        optimiser.step()
    return model


@pytest.mark.parametrize(
    "options",
    [
        RewardOptions(kind=RewardKind.SELF_CRITICAL, samples=8),
        RewardOptions(kind=RewardKind.MINIMUM_RISK, samples=8, alpha=0.5),
    ],
)
def test_what_a_half_trained_model_says_earns_more_and_more(options: RewardOptions) -> None:
    model, batch, rewards = learnt(updates=25), pairs_batch(), Rewards(options, WORDS)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    torch.manual_seed(1)
    earned = []
    for _ in range(30):
        optimiser.zero_grad()
        rewarded = rewards(model, batch)
        (rewarded.loss / batch.target_tokens).backward()
        optimiser.step()
        earned.append(float(rewarded.sampled) / len(PAIRS))
    assert sum(earned[-5:]) / 5 > sum(earned[:5]) / 5 + 0.15


def started(folder: Path, pipeline: Pipeline, **changes: object) -> Any:
    """Options of a run that begins with the tiny model."""
    folder.mkdir(exist_ok=True)
    save_checkpoint(folder / "model", pipeline.checkpoint)
    model = RecurrentOptions(embedding_size=24, encoder_size=24, decoder_size=32, attention_size=16, dropout=0.0)
    settings: dict[str, Any] = {
        "max_tokens": 600,
        "validate_every": 200,
        "model": model,
        "start": StartOptions(model=folder / "model"),
        "reward": RewardOptions(kind=RewardKind.SELF_CRITICAL, samples=2),
        "optimiser": OptimiserOptions(learning_rate=1e-3, warmup=0, schedule=Schedule.CONSTANT),
    }
    return tiny_options(folder, **{**settings, **changes})


def test_a_rewarded_run_resumes_with_the_bits_of_one_that_was_never_stopped(
    tmp_path: Path, tiny_pipeline: Pipeline
) -> None:
    whole = train(started(tmp_path / "whole", tiny_pipeline))
    cut = started(tmp_path / "cut", tiny_pipeline, max_tokens=300)
    train(cut)
    again = train(replace(cut, resume=True, max_tokens=600))
    assert load_checkpoint(again.last).training["target_tokens_seen"] >= 600
    for name, tensor in load_checkpoint(whole.last).model.state_dict().items():
        assert torch.equal(tensor, load_checkpoint(again.last).model.state_dict()[name]), name


def test_a_rewarded_run_tells_its_rewards_and_its_signature(tmp_path: Path, tiny_pipeline: Pipeline) -> None:
    run = train(started(tmp_path / "run", tiny_pipeline))
    log = [json.loads(line) for line in (run.folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    validations = [event for event in log if event["event"] == "validation"]
    assert all(0.9 <= event["reward"] <= 1.0 for event in validations)  # it knows the pairs by heart
    training = load_checkpoint(run.best).training
    assert training["reward"].startswith("sentence BLEU, sacrebleu nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp")
    assert "--reward.kind self-critical" in training["command"]
    assert training["options"]["reward"]["samples"] == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"samples": 0}, "reward.samples must be from 1 to 256, got 0"),
        ({"alpha": 0.0}, "reward.alpha must be above 0 and finite, got 0.0"),
        ({"temperature": math.inf}, "reward.temperature must be above 0 and finite, got inf"),
        ({"cross_entropy": -1.0}, "reward.cross_entropy must be 0 or more and finite, got -1.0"),
    ],
)
def test_numbers_out_of_their_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        RewardOptions(**settings)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reward": RewardOptions(samples=9)}, "settings of the reward need a reward.kind, got reward.kind 'none'"),
        ({"reward": RewardOptions(kind=RewardKind.MINIMUM_RISK), "start": StartOptions(language_weight=1.0)},
         "a reward goes without start.language_weight, got reward.kind 'minimum-risk' and 1.0"),
        ({"reward": RewardOptions(kind=RewardKind.MINIMUM_RISK),
          "model": RecurrentOptions(output=Output.POINTER_GENERATOR),
          "tokenizer": TokenizerOptions(shared=True, source_kind=TokenizerKind.WORD, target_kind=TokenizerKind.WORD)},
         "a reward needs outputs of the vocabulary"),
    ],
)  # fmt: skip
def test_rewards_that_do_not_go_with_the_rest_are_refused(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        tiny_options(tmp_path, **changes)
