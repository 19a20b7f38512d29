"""Scheduled sampling: its courses by hand, what the decoder reads step by step, and what it leaves alone."""

import math
from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from torch import Tensor

from seq2seq_core.errors import OptionError
from seq2seq_core.models import FAMILIES, Answer, Forced, Seq2Seq, Sources
from seq2seq_core.tokenizer import END_ID, PAD_ID, START_ID
from seq2seq_core.training.batches import Batch
from seq2seq_core.training.losses import predictions
from seq2seq_core.training.teaching import (
    OwnToken,
    TeachingForm,
    TeachingKind,
    TeachingOptions,
    epsilon,
    stepwise,
    teach,
    two_pass,
)
from tests.support.model_contract import case
from tests.support.recurrent_models import COMBINATIONS, Combination

LINEAR = TeachingOptions(kind=TeachingKind.LINEAR, linear_c=0.001, floor=0.1)
EXPONENTIAL = TeachingOptions(kind=TeachingKind.EXPONENTIAL, exponential_k=0.999)
SIGMOID = TeachingOptions(kind=TeachingKind.INVERSE_SIGMOID, sigmoid_k=100.0)
FREE = TeachingOptions(kind=TeachingKind.FREE)


@pytest.mark.parametrize(
    ("options", "i", "value"),
    [
        (TeachingOptions(), 10**9, 1.0),
        (FREE, 0, 0.0),
        (LINEAR, 0, 1.0),
        (LINEAR, 500, 0.5),
        (LINEAR, 900, 0.1),
        (LINEAR, 10**15, 0.1),
        (EXPONENTIAL, 0, 1.0),
        (EXPONENTIAL, 500, 0.606379),  # 0.999^500
        (EXPONENTIAL, 1000, 0.367695),
        (EXPONENTIAL, 10**15, 0.0),
        (SIGMOID, 0, 100 / 101),
        (SIGMOID, 500, 0.402555),  # 100 / (100 + e^5)
        (SIGMOID, 1000, 0.004519),  # 100 / (100 + e^10)
        (SIGMOID, 10**15, 0.0),  # e^(10^13) is no floating-point number
        (replace(SIGMOID, sigmoid_k=1.0), 0, 0.5),
        (replace(SIGMOID, sigmoid_k=1e300), 10**15, 1.0),
    ],
)
def test_epsilon_by_hand(options: TeachingOptions, i: int, value: float) -> None:
    assert epsilon(options, i) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"linear_k": 1.1}, "linear_k must be from 0 to 1, got 1.1"),
        ({"linear_c": -0.1}, "linear_c must be 0 or more and finite, got -0.1"),
        ({"linear_c": math.inf}, "linear_c must be 0 or more and finite, got inf"),
        ({"linear_k": 0.5, "floor": 0.6}, "floor must be from 0 to linear_k, which is 0.5, got 0.6"),
        ({"exponential_k": 1.0}, "exponential_k must be above 0 and below 1, got 1.0"),
        ({"exponential_k": 0.0}, "exponential_k must be above 0 and below 1, got 0.0"),
        ({"sigmoid_k": 0.99}, "sigmoid_k must be 1 or more and finite, got 0.99"),
        ({"sigmoid_k": math.nan}, "sigmoid_k must be 1 or more and finite, got nan"),
        (
            {"kind": TeachingKind.FREE, "form": TeachingForm.TWO_PASS},
            "form must not be 'two-pass' with kind 'free': .* got form 'two-pass' and kind 'free'",
        ),
    ],
)
def test_numbers_outside_their_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        TeachingOptions(**settings)


@dataclass(frozen=True, slots=True)
class Counting:
    """The sums of what was read."""

    sums_R: Tensor

    def select(self, rows_R: Tensor) -> "Counting":
        return Counting(self.sums_R[rows_R])


class Adder(Seq2Seq[Counting]):
    """Says, nearly surely, the sum of all that it has read, from 20 on: every wrong input is seen for ever after."""

    family = "recurrent"

    def __init__(self) -> None:
        super().__init__()
        self.read: list[list[int]] = []
        self.scale = torch.nn.Parameter(torch.tensor(30.0))

    def _say(self, sums: Tensor) -> Tensor:
        said: Tensor = self.scale * torch.nn.functional.one_hot(20 + sums % 20, 40)
        return said.log_softmax(-1)

    def force(self, sources: Sources, previous_BT: Tensor) -> Forced:
        self.read += previous_BT.tolist()
        return Forced(self._say(previous_BT.cumsum(1)), None)

    def begin(self, sources: Sources) -> Counting:
        return Counting(torch.zeros(len(sources.lengths_B), dtype=torch.int64))

    def advance(self, tokens_R: Tensor, state: Counting) -> Answer[Counting]:
        self.read.append(tokens_R.tolist())
        sums_R = state.sums_R + tokens_R
        return Answer(self._say(sums_R), None, Counting(sums_R))


# <s> is 2. A first token is predicted from 2: 22. The second sentence is one token shorter.
BATCH = Batch(
    Sources(torch.ones(2, 1, dtype=torch.int64), torch.ones(2, dtype=torch.int64)),
    torch.tensor([[START_ID, 5, 6, 7], [START_ID, 8, 9, PAD_ID]]),
    torch.tensor([[5, 6, 7, END_ID], [8, 9, END_ID, PAD_ID]]),
)
COINS = torch.tensor([[True, False, True, False], [True, True, False, True]])


@pytest.mark.parametrize("own", OwnToken)
def test_step_by_step_an_own_token_follows_from_what_was_read_before(own: OwnToken) -> None:
    model = Adder()
    stepwise(model, BATCH, COINS, own)
    # first sentence: 22 for 5 (from 2), true 6, then 2 + 22 + 6 = 30: 30; second: 8 true, 2 + 8 = 10: 30 for 9, padding
    assert torch.tensor(model.read).T.tolist() == [[2, 22, 6, 30], [2, 8, 30, 0]]


@pytest.mark.parametrize("own", OwnToken)
def test_in_two_passes_an_own_token_follows_from_the_true_prefix(own: OwnToken) -> None:
    model = Adder()
    two_pass(model, BATCH, COINS, own)
    first, second = model.read[:2], model.read[2:]
    assert first == BATCH.previous_BT.tolist()
    # first sentence: 22 (from 2), then from the true 2 + 5 + 6 = 13: 33; second: from the true 2 + 8 = 10: 30
    assert second == [[2, 22, 6, 33], [2, 8, 30, 0]]


def test_free_running_reads_nothing_true_but_the_start_and_goes_on_to_the_length_of_the_reference() -> None:
    model = Adder()
    teach(model, BATCH, 0.0, FREE)
    # 2: 22; 24: 24; 48: 28. The second sentence is padded where the first goes on.
    assert torch.tensor(model.read).T.tolist() == [[2, 22, 24, 28], [2, 22, 24, 0]]


def test_no_gradient_goes_through_the_choice() -> None:
    model = Adder()
    for own in OwnToken:
        assert predictions(stepwise(model, BATCH, COINS, own), BATCH).logits_NV.requires_grad
        # the own tokens are plain numbers: the loss of the second step moves `scale` only by what is said there
        forced = stepwise(model, BATCH, COINS, own).scores_BTV[:, 1]
        (grad,) = torch.autograd.grad(forced[0, 20], model.scale)
        read_BT = torch.tensor([[2, 22, 6, 30], [2, 8, 30, 0]])
        (alone,) = torch.autograd.grad(model.force(BATCH.sources, read_BT).scores_BTV[0, 1, 20], model.scale)
        assert grad == pytest.approx(float(alone))


def test_a_coin_is_tossed_for_every_token_of_every_sentence() -> None:
    torch.manual_seed(0)
    wide = torch.full((200, 51), 7)
    wide[:, 0], wide[:, 40:] = START_ID, PAD_ID
    sources = Sources(torch.ones(200, 1, dtype=torch.int64), torch.ones(200, dtype=torch.int64))
    model = Adder()
    teach(model, Batch(sources, wide, wide), 0.7, replace(LINEAR, form=TeachingForm.TWO_PASS))
    true_BT = torch.tensor(model.read[200:]) == wide
    assert bool(true_BT[:, 0].all())  # the start token
    assert bool(true_BT[:, 40:].all())  # padding
    assert float(true_BT[:, 1:40].float().mean()) == pytest.approx(0.7, abs=0.02)  # 7,800 coins: 4 deviations
    # within a sentence, and at one place, some are true and some are not
    assert not bool(true_BT[:, 1:40].all(1).any() | true_BT[:, 1:40].all(0).any())
    assert bool(true_BT[:, 1:40].any(1).all() & true_BT[:, 1:40].any(0).all())


def batch_of(combination: Combination) -> Batch:
    given = combination.case()
    sources = Sources.pad(given.sources, torch.device("cpu"))
    return Batch(sources, given.previous_BT, given.previous_BT.roll(-1, dims=1))


@pytest.mark.parametrize("combination", COMBINATIONS, ids=str)
def test_the_stepwise_form_with_true_tokens_is_teacher_forcing_and_with_own_ones_gives_gradients(
    combination: Combination,
) -> None:
    model, batch = combination.model(), batch_of(combination)
    everywhere = torch.ones_like(batch.previous_BT, dtype=torch.bool)
    forced, stepped = (
        model.force(batch.sources, batch.previous_BT),
        stepwise(model, batch, everywhere, OwnToken.ARGMAX),
    )
    torch.testing.assert_close(stepped.scores_BTV, forced.scores_BTV.log_softmax(-1), atol=1e-5, rtol=0)
    assert (stepped.attention_BTM is None) == (forced.attention_BTM is None)
    if stepped.attention_BTM is not None:
        torch.testing.assert_close(stepped.attention_BTM, forced.attention_BTM, atol=1e-5, rtol=0)
    model.train()
    for own in OwnToken:
        free = teach(model, batch, 0.0, replace(FREE, own=own))
        free.scores_BTV.masked_fill(free.scores_BTV.isinf(), 0.0).sum().backward()
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        assert gradients
        assert all(bool(gradient.isfinite().all()) for gradient in gradients)


SIZES: dict[str, dict[str, Any]] = {
    "recurrent": {"embedding_size": 8, "encoder_size": 8, "decoder_size": 8, "attention_size": 8},
    "transformer": {"size": 8, "heads": 2, "encoder_layers": 1, "decoder_layers": 2, "feed_forward_size": 8},
    "convolutional": {"embedding_size": 8, "size": 8, "encoder_layers": 1, "decoder_layers": 2},
}


def small(family: str) -> Seq2Seq[Any]:
    torch.manual_seed(3)
    kind = FAMILIES[family]
    return kind.model(kind.config(source_vocabulary=13, target_vocabulary=13, dropout=0.2, **SIZES[family]))


@pytest.fixture
def batch() -> Batch:
    given = case()
    return Batch(Sources.pad(given.sources, torch.device("cpu")), given.previous_BT, given.previous_BT.roll(-1, dims=1))


@pytest.mark.parametrize("family", FAMILIES)
def test_with_epsilon_one_nothing_is_drawn_and_every_bit_is_that_of_teacher_forcing(family: str, batch: Batch) -> None:
    model = small(family).train()
    torch.manual_seed(8)
    expected = model.force(batch.sources, batch.previous_BT).scores_BTV
    after = torch.get_rng_state()
    torch.manual_seed(8)
    assert torch.equal(teach(model, batch, 1.0, EXPONENTIAL).scores_BTV, expected)
    assert torch.equal(torch.get_rng_state(), after)


@pytest.mark.parametrize("family", ["transformer", "convolutional"])
def test_free_running_of_a_parallel_decoder_is_what_a_search_would_write(family: str, batch: Batch) -> None:
    model = small(family).eval()
    free = teach(model, batch, 0.0, FREE).scores_BTV.argmax(-1)
    stepper = model.open([[4, 5, 6, 7, 8], [9], [5, 4, 10]])
    state, tokens_R, written = stepper.start(), torch.full((3,), START_ID), []
    for _ in range(batch.previous_BT.size(1)):
        answer = stepper.step(tokens_R, state)
        state, tokens_R = answer.state, answer.log_probs_RV.argmax(-1)
        written.append(tokens_R)
    assert torch.equal(free, torch.stack(written, dim=1))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_forms_are_those_that_were_asked_for(family: str, batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    model, passes = small(family), 0
    force = model.force

    def counted(sources: Sources, previous_BT: Tensor) -> Forced:
        nonlocal passes
        passes += 1
        return force(sources, previous_BT)

    monkeypatch.setattr(model, "force", counted)
    automatic = 0 if family == "recurrent" else 2
    expected = {TeachingForm.AUTO: automatic, TeachingForm.STEPWISE: 0, TeachingForm.TWO_PASS: 2}
    for form, wanted in expected.items():
        passes = 0
        teach(model, batch, 0.5, replace(LINEAR, form=form))
        assert passes == wanted
    passes = 0
    teach(model, batch, 0.0, FREE)
    assert passes == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_the_second_pass_has_its_gradient_in_half_precision_too(family: str, batch: Batch) -> None:
    """Autocast keeps weights that it has cast; those of a pass without a gradient must not serve the other one."""
    model = small(family)
    with torch.autocast("cpu", torch.bfloat16):
        forced = teach(model, batch, 0.5, replace(LINEAR, form=TeachingForm.TWO_PASS))
        predictions(forced, batch).loss().backward()
    assert all(p.grad is not None for p in model.parameters())
