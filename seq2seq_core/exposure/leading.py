"""A model led along its references: it reads given tokens as far as there are some, then its own.

Sizes: B references, T positions of the longest of them, end tokens included, V vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from seq2seq_core.decoding import Stepper
from seq2seq_core.decoding.stepper import State
from seq2seq_core.trace import Doubles, Integers

NOTHING: Final = -1  # where a reference has no token


@dataclass(frozen=True, slots=True)
class Led:
    """What a model said at the positions of the references."""

    gold_BT: Integers  # the references' tokens, `NOTHING` behind their ends
    said_BT: Integers  # the most probable token; equal ones: the lower id
    log_probs_BT: Doubles  # of the reference's token, nats; 0 behind its end
    ended_BT: NDArray[np.bool_]  # an own token before this position was the end token

    @property
    def real_BT(self) -> NDArray[np.bool_]:  # noqa: N802 - a shape suffix
        """Where the references have a token."""
        return np.not_equal(self.gold_BT, NOTHING)

    @property
    def right_BT(self) -> NDArray[np.bool_]:  # noqa: N802 - a shape suffix
        """Where the reference's token was said, by an output that had not ended."""
        return self.real_BT & np.equal(self.said_BT, self.gold_BT) & ~self.ended_BT


def lead(stepper: Stepper[State], references: Sequence[Sequence[int]], given: Sequence[Sequence[int]]) -> Led:
    """Lead a model along one reference for each of its sources.

    Own tokens are the most probable ones. An own end token before the end of the reference is read like any other.

    Args:
        references: target tokens with their end token.
        given: the first tokens to read, as many as wanted: those of the reference (teacher forcing), none (free
            running), or others.
    """
    gold_BT = _padded(references)
    said_BT = np.full_like(gold_BT, NOTHING)
    log_probs_BT = np.zeros(gold_BT.shape)
    ended_BT = np.zeros(gold_BT.shape, dtype=bool)
    read, state = [stepper.start_id] * len(references), stepper.start()
    for t in range(gold_BT.shape[1]):
        answer = stepper.step(torch.tensor(read, device=stepper.device), state)
        state = answer.state
        log_probs_BV = answer.log_probs_RV.double().cpu().numpy()
        said_BT[:, t] = log_probs_BV.argmax(axis=1)
        real_B = gold_BT[:, t] != NOTHING
        log_probs_BT[real_B, t] = log_probs_BV[real_B, gold_BT[real_B, t]]
        own_B = np.array([t >= len(tokens) for tokens in given])
        if t + 1 < gold_BT.shape[1]:
            ended_BT[:, t + 1] = ended_BT[:, t] | (own_B & (said_BT[:, t] == stepper.end_id))
        said_B = said_BT[:, t].tolist()
        read = [said if own else tokens[t] for said, own, tokens in zip(said_B, own_B, given, strict=True)]
    return Led(gold_BT, said_BT, log_probs_BT, ended_BT)


def _padded(rows: Sequence[Sequence[int]]) -> Integers:
    padded = np.full((len(rows), max(map(len, rows))), NOTHING, dtype=np.int64)
    for row, tokens in zip(padded, rows, strict=True):
        row[: len(tokens)] = tokens
    return padded
