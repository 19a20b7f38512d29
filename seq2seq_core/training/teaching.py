"""What the decoder reads in training: the true prefix, its own, or a mixture (scheduled sampling, Bengio 2015).

Epsilon is the probability that an input slot holds the TRUE token; a coin is tossed for every token of every sentence,
and 1 - epsilon is the probability of the model's own token. (Some course notes call the own token's share epsilon.)
The start token is never replaced, padding stays padding, and no gradient goes through the choice of a token.

    stepwise   slot t holds the truth or what the model says one step earlier, having read what the slots before hold:
               Bengio 2015. With epsilon 0 this is free running. The length is the reference's: an own end token is read
               like any other, and the loss goes on to the reference's end.
    two-pass   all positions at once: a first pass under teacher forcing, without a gradient, gives the own token of
               each slot (predicted one position earlier, from the TRUE prefix), a second one reads the mixture and
               gives the loss: Mihaylova and Martins 2019. The first pass is in training mode: its dropout is the one
               under which a step of the stepwise form chooses, too.

Sizes: B pairs, T target positions, V vocabulary (extended where the model copies: an own token may be a source word
that the vocabulary lacks, which is read as `<unk>`).
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor

from seq2seq_core.errors import OptionError
from seq2seq_core.models import Forced, Seq2Seq
from seq2seq_core.tokenizer import PAD_ID
from seq2seq_core.training.batches import Batch


class TeachingKind(StrEnum):
    """How epsilon goes with i, the updates made so far: 0 at the first one."""

    TRUTH = "truth"  # teacher forcing: 1
    FREE = "free"  # free running: 0
    LINEAR = "linear"  # max(floor, k - c i)
    EXPONENTIAL = "exponential"  # k^i, k below 1
    INVERSE_SIGMOID = "inverse-sigmoid"  # k / (k + e^(i/k)), k from 1: it begins with k / (k + 1), not with 1


class OwnToken(StrEnum):
    """Which token of the model's distribution is its own."""

    ARGMAX = "argmax"
    SAMPLE = "sample"


class TeachingForm(StrEnum):
    """How own tokens are come by."""

    AUTO = "auto"  # two-pass where all positions are computed at once, unless running free; else stepwise
    STEPWISE = "stepwise"
    TWO_PASS = "two-pass"


@dataclass(frozen=True, kw_only=True, slots=True)
class TeachingOptions:
    """What the decoder reads in training. Epsilon is the probability of the TRUE token (Bengio 2015).

    Raises:
        OptionError: a number is outside its range, or the form cannot do what the kind asks.
    """

    kind: TeachingKind = TeachingKind.TRUTH
    """course of epsilon, the probability that the decoder reads the TRUE token and not its own: truth (teacher forcing,
    always 1), free (free running, always 0), linear max(floor, k - c i), exponential k^i, inverse-sigmoid
    k / (k + e^(i/k)); i counts updates from 0"""
    linear_k: float = 1.0
    """linear: epsilon at the first update, 0 to 1"""
    linear_c: float = 2e-4
    """linear: what epsilon loses with every update, 0 or more"""
    floor: float = 0.0
    """linear: epsilon falls no lower, 0 to linear_k"""
    exponential_k: float = 0.9995
    """exponential: factor of every update, above 0 and below 1"""
    sigmoid_k: float = 500.0
    """inverse-sigmoid: updates over which epsilon falls, 1 or more; it is one half after k ln k of them"""
    own: OwnToken = OwnToken.ARGMAX
    """the model's own token: argmax, or a sample of its distribution"""
    form: TeachingForm = TeachingForm.AUTO
    """stepwise (own tokens follow from own tokens), two-pass (predicted from the true prefix; fast for transformer and
    convolutional), or auto"""

    def __post_init__(self) -> None:
        ranges = (
            ("linear_k", 0.0 <= self.linear_k <= 1.0, "from 0 to 1"),
            ("linear_c", 0.0 <= self.linear_c < math.inf, "0 or more and finite"),
            ("floor", 0.0 <= self.floor <= self.linear_k, f"from 0 to linear_k, which is {self.linear_k}"),
            ("exponential_k", 0.0 < self.exponential_k < 1.0, "above 0 and below 1"),
            ("sigmoid_k", 1.0 <= self.sigmoid_k < math.inf, "1 or more and finite"),
        )
        for name, holds, rule in ranges:
            if not holds:
                raise OptionError(f"{name} must be {rule}, got {getattr(self, name)}")
        if self.kind is TeachingKind.FREE and self.form is TeachingForm.TWO_PASS:
            raise OptionError(
                "form must not be 'two-pass' with kind 'free': its second pass reads what follows the true prefix, "
                f"got form {self.form.value!r} and kind {self.kind.value!r}"
            )


def epsilon(options: TeachingOptions, i: int) -> float:
    """Probability of the TRUE token in the update before which there were `i`; no `i` is too large."""
    match options.kind:
        case TeachingKind.TRUTH:
            return 1.0
        case TeachingKind.FREE:
            return 0.0
        case TeachingKind.LINEAR:
            return max(options.floor, options.linear_k - options.linear_c * i)
        case TeachingKind.EXPONENTIAL:
            return options.exponential_k**i
        case TeachingKind.INVERSE_SIGMOID:  # 1 / (1 + e^x), where e^x may be beyond all floating-point numbers
            x = i / options.sigmoid_k - math.log(options.sigmoid_k)
            return math.exp(-x) / (1.0 + math.exp(-x)) if x > 0 else 1.0 / (1.0 + math.exp(x))


def teach(model: Seq2Seq[Any], batch: Batch, truth: float, options: TeachingOptions) -> Forced:
    """All positions of a batch with a share of own tokens in the input.

    Args:
        truth: epsilon. At 1 or above this is teacher forcing, and nothing is drawn.
    """
    if truth >= 1.0:
        return model.force(batch.sources, batch.previous_BT)
    true_BT = _true_slots(batch.previous_BT, truth)
    if _is_stepwise(model, options):
        return stepwise(model, batch, true_BT, options.own)
    return two_pass(model, batch, true_BT, options.own)


def stepwise(model: Seq2Seq[Any], batch: Batch, true_BT: Tensor, own: OwnToken) -> Forced:
    """Step by step; a slot of `true_BT` that is False holds what the model said one step earlier."""
    state, tokens_B = model.begin(batch.sources), batch.previous_BT[:, 0]
    log_probs: list[Tensor] = []
    attention: list[Tensor] = []
    for t in range(batch.previous_BT.size(1)):
        if t:
            tokens_B = torch.where(true_BT[:, t], batch.previous_BT[:, t], _own(log_probs[-1], own))
        answer = model.advance(tokens_B, state)
        state = answer.state
        log_probs.append(answer.log_probs_RV)
        if answer.attention_RS is not None:
            attention.append(answer.attention_RS)
    return Forced(torch.stack(log_probs, dim=1), torch.stack(attention, dim=1) if attention else None)


def two_pass(model: Seq2Seq[Any], batch: Batch, true_BT: Tensor, own: OwnToken) -> Forced:
    """All positions at once; a slot of `true_BT` that is False holds what follows the true prefix."""
    with torch.no_grad():
        scores_BTV = model.force(batch.sources, batch.previous_BT).scores_BTV
        own_BT = _own(scores_BTV.float(), own)
    # what is said at position t - 1 belongs into the slot of t; nothing is said before the first
    shifted_BT = torch.cat((batch.previous_BT[:, :1], own_BT[:, :-1]), dim=1)
    return model.force(batch.sources, torch.where(true_BT, batch.previous_BT, shifted_BT))


def always_true(previous_BT: Tensor) -> Tensor:
    """The slots that never hold an own token: the start token's and padding."""
    fixed_BT = previous_BT == PAD_ID
    fixed_BT[:, 0] = True
    return fixed_BT


def _true_slots(previous_BT: Tensor, truth: float) -> Tensor:
    """A coin for every slot; none is needed where epsilon is 0."""
    fixed_BT = always_true(previous_BT)
    return fixed_BT if truth <= 0.0 else fixed_BT | (torch.rand(previous_BT.shape, device=fixed_BT.device) < truth)


def _is_stepwise(model: Seq2Seq[Any], options: TeachingOptions) -> bool:
    if options.form is TeachingForm.AUTO:
        return model.family == "recurrent" or options.kind is TeachingKind.FREE
    return options.form is TeachingForm.STEPWISE


def _own(scores: Tensor, own: OwnToken) -> Tensor:
    """The model's own tokens, (..., V) -> (...)."""
    scores = scores.detach()
    if own is OwnToken.ARGMAX:
        return scores.argmax(dim=-1)
    drawn_N1 = scores.flatten(0, -2).softmax(dim=-1).multinomial(1)
    return drawn_N1.view(scores.shape[:-1])
