"""Optimising BLEU directly, from a trained model on: what the model itself says is rewarded, not each token of the
reference.

    self-critical   loss = -(r(y) - r(greedy)) log p(y), y drawn from the model: Rennie et al. 2017, section 3.3; the
                    mean over the draws of a source. What greedy search would say anyway earns nothing.
    minimum-risk    loss = sum over y of S of Q(y) (1 - r(y)), Q(y) = p(y)^alpha / sum over S: Shen et al. 2016,
                    equations 9 and 10; S holds the draws of a source, each once, and the reference.

r is smoothed sentence BLEU (sacrebleu, exponential smoothing, effective order; its signature is in the record) of the
text, from 0 to 1. log p(y) is the sum over the tokens of y, not the mean. Losses are summed over the sentences of a
batch; the loop divides them by the batch's reference tokens, as it does the cross entropy's sum over tokens, so that
`cross_entropy` weighs the two sums as they are (Wu et al. 2016, equation 9, where it is the alpha).

Outputs are drawn without dropout and without a gradient; then their log-probabilities are computed once more, with a
gradient and with dropout. With dropout 0 both are the same distribution, as the policy gradient supposes.

Sizes: B sources, K draws of each, R rows (B times K, or the distinct outputs of all sources), N those of a source.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import torch
from torch import Tensor

from seq2seq_core.errors import OptionError
from seq2seq_core.models import Seq2Seq
from seq2seq_core.models.config import EncoderKind, Output
from seq2seq_core.readers import Reader
from seq2seq_core.tokenizer import END_ID, PAD_ID
from seq2seq_core.training.batches import Batch
from seq2seq_core.training.drawing import draw, log_probs_of, rows_of
from seq2seq_core.training.teaching import TeachingKind

if TYPE_CHECKING:
    from seq2seq_core.training.config import TrainingOptions

SPARE: Final = 10  # tokens that an output may have beyond twice the longest reference of the batch
MOST_SAMPLES: Final = 256


class RewardKind(StrEnum):
    """What is made of the reward."""

    NONE = "none"  # no reward: cross entropy
    SELF_CRITICAL = "self-critical"
    MINIMUM_RISK = "minimum-risk"


@dataclass(frozen=True, kw_only=True, slots=True)
class RewardOptions:
    """How BLEU is optimised, if it is.

    Raises:
        OptionError: a number is out of its range.
    """

    kind: RewardKind = RewardKind.NONE
    """none (cross entropy), self-critical (Rennie 2017), minimum-risk (Shen 2016); from a trained model: start.model"""
    samples: int = 5
    """outputs drawn for each source, 1 to 256"""
    alpha: float = 0.005
    """minimum-risk: sharpness of Q, above 0; 1 is the model's own distribution over the outputs drawn"""
    temperature: float = 1.0
    """the log-probabilities are divided by it to draw from, above 0; off 1 the gradient is no longer that of the mean
    reward"""
    cross_entropy: float = 0.0
    """weight of the cross entropy that is added, 0 or more; both are sums over the batch"""

    def __post_init__(self) -> None:
        if not 1 <= self.samples <= MOST_SAMPLES:
            raise OptionError(f"reward.samples must be from 1 to {MOST_SAMPLES}, got {self.samples}")
        for name in ("alpha", "temperature"):
            if not 0.0 < (value := getattr(self, name)) < math.inf:
                raise OptionError(f"reward.{name} must be above 0 and finite, got {value}")
        if not 0.0 <= self.cross_entropy < math.inf:
            raise OptionError(f"reward.cross_entropy must be 0 or more and finite, got {self.cross_entropy}")


def reward_exclusions(o: "TrainingOptions") -> Iterator[tuple[bool, str]]:
    """Whether a setting of the reward excludes another one, and the message that names both."""
    kind, recurrent = o.reward.kind, o.family == "recurrent"
    on = kind is not RewardKind.NONE
    given = f"got reward.kind {kind.value!r}"
    sourceless = recurrent and o.model.encoder is EncoderKind.NONE
    yield on and sourceless, f"a reward needs a source, {given} and model.encoder {o.model.encoder.value!r}"
    copies = recurrent and o.model.output is Output.POINTER_GENERATOR
    yield on and copies, f"a reward needs outputs of the vocabulary, {given} and model.output {o.model.output.value!r}"
    language = o.start.language_weight
    yield on and language > 0, f"a reward goes without start.language_weight, {given} and {language}"
    taught = o.teaching.kind is not TeachingKind.TRUTH or o.losses.any
    kinds = f"{given} and teaching.kind {o.teaching.kind.value!r}"
    yield on and taught, f"a reward goes with teaching.kind 'truth' and without losses of attention, {kinds}"
    changed = not on and o.reward != RewardOptions()
    yield changed, f"settings of the reward need a reward.kind, {given}"


@dataclass(frozen=True, slots=True)
class Rewarded:
    """What a batch gives."""

    loss: Tensor  # summed over its sentences
    sampled: Tensor  # mean reward of what was drawn, summed over the sentences
    greedy: Tensor | None = None  # self-critical only


class SentenceBleu:
    """Smoothed BLEU of single outputs against single references, 0 to 1."""

    def __init__(self, tokenize: str = "13a") -> None:
        # optional packages are imported where they are used
        from sacrebleu.metrics.bleu import BLEU  # noqa: PLC0415

        self._bleu = BLEU(effective_order=True, tokenize=tokenize)

    def __call__(self, output: str, reference: str) -> float:
        # a right output scores a hair above 100
        return min(1.0, float(self._bleu.sentence_score(output, [reference]).score) / 100)

    def signature(self) -> str:
        """As sacrebleu writes it, once something was scored."""
        return str(self._bleu.get_signature())


class Rewards:
    """Rewards of outputs, and what is minimised for their sake."""

    def __init__(self, options: RewardOptions, reader: Reader, tokenize: str = "13a") -> None:
        self.options, self._reader, self._bleu = options, reader, SentenceBleu(tokenize)

    def __call__(self, model: Seq2Seq[Any], batch: Batch) -> Rewarded:
        """The loss of a batch."""
        if self.options.kind is RewardKind.SELF_CRITICAL:
            return self._self_critical(model, batch)
        return self._minimum_risk(model, batch)

    def of_greedy(self, model: Seq2Seq[Any], batch: Batch) -> list[float]:
        """The reward of what greedy search says to each source."""
        outputs = self._texts(draw(model, batch.sources, longest=_longest(batch), temperature=None))
        return [self._bleu(output, wanted) for output, wanted in zip(outputs, self._texts(batch.next_BT), strict=True)]

    def signature(self) -> str:
        """Of sentence BLEU."""
        self._bleu("a", "a")
        return self._bleu.signature()

    def _self_critical(self, model: Seq2Seq[Any], batch: Batch) -> Rewarded:
        drawn_RT, rewards_BK = self._drawn(model, batch)
        greedy_B = torch.tensor(self.of_greedy(model, batch), device=rewards_BK.device)
        row_R = torch.arange(len(greedy_B), device=rewards_BK.device).repeat_interleave(self.options.samples)
        log_probs_R = log_probs_of(model, rows_of(batch.sources, row_R), drawn_RT)
        loss = self_critical_loss(log_probs_R.view_as(rewards_BK), rewards_BK, greedy_B)
        return Rewarded(loss, rewards_BK.mean(dim=1).sum(), greedy_B.sum())

    def _minimum_risk(self, model: Seq2Seq[Any], batch: Batch) -> Rewarded:
        drawn_RT, rewards_BK = self._drawn(model, batch)
        references = _ids(batch.next_BT)
        chosen: list[tuple[int, ...]] = []
        counts: list[int] = []
        for at, reference in enumerate(references):
            begin = at * self.options.samples
            distinct = dict.fromkeys((*_ids(drawn_RT[begin : begin + self.options.samples]), reference))
            chosen += distinct
            counts.append(len(distinct))
        row_R = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts)).to(drawn_RT.device)
        outputs_RT = _padded(chosen, drawn_RT.device)
        log_probs_R = log_probs_of(model, rows_of(batch.sources, row_R), outputs_RT)
        texts, wanted = self._texts(outputs_RT), self._texts(batch.next_BT)
        rewards_R = [self._bleu(text, wanted[at]) for text, at in zip(texts, row_R.tolist(), strict=True)]
        cost_R = 1.0 - torch.tensor(rewards_R, device=log_probs_R.device)
        parts = zip(torch.split(log_probs_R, counts), torch.split(cost_R, counts), strict=True)
        loss = torch.stack([risk(log_probs_N, cost_N, self.options.alpha) for log_probs_N, cost_N in parts]).sum()
        return Rewarded(loss, rewards_BK.mean(dim=1).sum())

    def _drawn(self, model: Seq2Seq[Any], batch: Batch) -> tuple[Tensor, Tensor]:
        """Draws of all sources (R, T), those of one together, and their rewards (B, K)."""
        each = self.options.samples
        row_R = torch.arange(len(batch.next_BT), device=batch.next_BT.device).repeat_interleave(each)
        drawn_RT = draw(
            model,
            batch.sources,
            row_R,
            longest=_longest(batch),
            temperature=self.options.temperature,
        )
        wanted = [text for text in self._texts(batch.next_BT) for _ in range(each)]
        rewards = [self._bleu(text, right) for text, right in zip(self._texts(drawn_RT), wanted, strict=True)]
        return drawn_RT, torch.tensor(rewards, device=drawn_RT.device).view(-1, each)

    def _texts(self, ids_RT: Tensor) -> list[str]:
        return [self._reader.decode([i for i in row if i != END_ID]) for row in _ids(ids_RT)]


def self_critical_loss(log_probs_BK: Tensor, rewards_BK: Tensor, greedy_B: Tensor) -> Tensor:
    """Rennie 2017, section 3.3; the mean over the draws, summed over the sources."""
    return (-(rewards_BK - greedy_B.unsqueeze(1)) * log_probs_BK).mean(dim=1).sum()


def risk(log_probs_N: Tensor, cost_N: Tensor, alpha: float) -> Tensor:
    """The mean cost of a source's distinct outputs under Q, a scalar: Shen 2016, equation 9."""
    return ((alpha * log_probs_N).softmax(dim=0) * cost_N).sum()


def parts_of(rewarded: Rewarded, batch: Batch) -> Mapping[str, Tensor]:
    """For the log, where sums are divided by the target tokens: mean rewards of a sentence."""
    scale = batch.target_tokens / len(batch.next_BT)
    parts = {"reward": rewarded.sampled, "greedy_reward": rewarded.greedy}
    return {name: part.detach() * scale for name, part in parts.items() if part is not None}


def _longest(batch: Batch) -> int:
    """Most tokens of an output, the end token included."""
    return 2 * batch.next_BT.size(1) + SPARE


def _ids(ids_RT: Tensor) -> list[tuple[int, ...]]:
    """Rows without their padding."""
    return [tuple(i for i in row if i != PAD_ID) for row in ids_RT.tolist()]


def _padded(rows: Sequence[Sequence[int]], device: torch.device) -> Tensor:
    tensors = [torch.tensor(row, dtype=torch.int64) for row in rows]
    return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=PAD_ID).to(device)
