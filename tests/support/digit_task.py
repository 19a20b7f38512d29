"""A task that any sound model learns within seconds: say a string of digits again, forwards or backwards.

Sizes: B strings, T target positions, V vocabulary.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from seq2seq_core.models.base import END_ID, PAD_ID, START_ID, Seq2Seq, Sources

VOCABULARY: Final = 14  # four special tokens and ten digits
BATCH: Final = 64
WARMUP: Final = 40
Digits = Sequence[int]


def copy(digits: Digits) -> Digits:
    return digits


def reverse(digits: Digits) -> Digits:
    return digits[::-1]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be learnt, and with how much effort."""

    answer: Callable[[Digits], Digits]
    longest: int
    updates: int
    rate: float = 2e-3


def learn(model: Seq2Seq[Any], lesson: Lesson) -> float:
    """Train on random strings; the share of fresh ones that are then answered without a mistake.

    All tokens of a string are predicted first under teacher forcing exactly if greedy search says the string.
    """
    generator = torch.Generator().manual_seed(1)
    optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98))
    model.train()
    for update in range(lesson.updates):
        warm, left = (update + 1) / WARMUP, 2 * (1 - update / lesson.updates)
        optimiser.param_groups[0]["lr"] = lesson.rate * min(1.0, warm, left)
        scores_BTV, next_BT = _forced(model, _strings(lesson, BATCH, generator), lesson)
        loss = nn.functional.cross_entropy(scores_BTV.flatten(0, 1), next_BT.flatten(), ignore_index=PAD_ID)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    model.eval()
    with torch.inference_mode():
        scores_BTV, next_BT = _forced(model, _strings(lesson, 500, generator), lesson)
    right_BT = (scores_BTV.argmax(-1) == next_BT) | (next_BT == PAD_ID)
    return float(right_BT.all(dim=1).float().mean())


def _strings(lesson: Lesson, count: int, generator: torch.Generator) -> list[list[int]]:
    """Random strings of half the longest length to the longest."""
    lengths = torch.randint((lesson.longest + 1) // 2, lesson.longest + 1, (count,), generator=generator)
    return [torch.randint(4, VOCABULARY, (n,), generator=generator).tolist() for n in lengths.tolist()]


def _forced(model: Seq2Seq[Any], strings: list[list[int]], lesson: Lesson) -> tuple[Tensor, Tensor]:
    """Scores (B, T, V), and the true tokens (B, T)."""
    answers = [list(lesson.answer(digits)) for digits in strings]
    previous_BT = _pad([[START_ID, *answer] for answer in answers])
    scores_BTV = model.force(Sources.pad(strings, torch.device("cpu")), previous_BT).scores_BTV
    return scores_BTV, _pad([[*answer, END_ID] for answer in answers])


def _pad(rows: list[list[int]]) -> Tensor:
    return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
