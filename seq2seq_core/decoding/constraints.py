"""What an output must or must not hold: forbidden continuations get minus infinity, the others keep their probability.

Sizes: R rows, T tokens of a prefix, V vocabulary.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.errors import OptionError
from seq2seq_core.options import FREE, Constraints, SearchOptions
from seq2seq_core.trace import Integers, Required

from .scoring import Flags


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What the maximum lengths of the rows forbid."""

    limit_R: Integers | None = None  # needed where there are required sequences, which must fit
    last_R: Flags | None = None  # rows that have reached it, where only the end may follow; None: anything may


FREELY: Final = Limits()


def check_required(options: SearchOptions, end_id: int, vocabulary_size: int) -> None:
    """Refuse sequences that no output can hold.

    Raises:
        OptionError: a token of them is the end token, or not in the vocabulary.
    """
    for number, sequence in enumerate(options.constraints.required, 1):
        for token in sequence:
            if token == end_id or token >= vocabulary_size:
                raise OptionError(
                    f"required {number} must hold tokens below {vocabulary_size} and not the end token {end_id}, "
                    f"got {token}"
                )


def allowed(
    log_probs_RV: Tensor, prefix_RT: Integers, options: SearchOptions, end_id: int, limits: Limits = FREELY
) -> Tensor:
    """The log-probabilities of a step, with minus infinity for what may not follow; the same tensor where all may.

    Args:
        prefix_RT: the tokens of every row so far, without the start token.
    """
    last_R = limits.last_R
    number = prefix_RT.shape[1] + 1
    too_short = number <= options.min_length
    row_R = np.nonzero(last_R)[0] if last_R is not None else np.zeros(0, dtype=np.int64)
    if not too_short and not len(row_R) and options.constraints == FREE:
        return log_probs_RV.detach() if log_probs_RV.requires_grad else log_probs_RV
    allowed_RV = log_probs_RV.detach().clone()
    if too_short:
        allowed_RV[:, end_id] = -torch.inf
    _constrain(allowed_RV, prefix_RT, options.constraints)
    if options.constraints.required:
        assert limits.limit_R is not None
        _forbid_unmet(allowed_RV, prefix_RT, Required.of(options.constraints.required), limits.limit_R, end_id)
    if len(row_R):
        rows_R = torch.from_numpy(row_R).to(allowed_RV.device)
        end_R = allowed_RV[rows_R, end_id]
        allowed_RV[rows_R] = -torch.inf
        allowed_RV[rows_R, end_id] = end_R
    return allowed_RV


def _constrain(allowed_RV: Tensor, prefix_RT: Integers, constraints: Constraints) -> None:
    """Change the tensor in place; token ids beyond the vocabulary forbid nothing."""
    size, at = allowed_RV.shape[1], prefix_RT.shape[1]
    banned = [token for token in constraints.banned if token < size]
    allowed_RV[:, banned] = -torch.inf
    for row, prefix in enumerate(map(tuple, prefix_RT.tolist())):
        for token in _banned_after(prefix, constraints):
            if token < size:
                allowed_RV[row, token] = -torch.inf
    if at < len(constraints.forced_prefix):
        token = constraints.forced_prefix[at]
        others_V = torch.arange(size, device=allowed_RV.device) != token
        allowed_RV[:, others_V] = -torch.inf


def _forbid_unmet(
    allowed_RV: Tensor, prefix_RT: Integers, required: Required, limit_R: Integers, end_id: int
) -> None:
    """No end before all is met, and no token after which the rest no longer fits; changes the tensor in place."""
    number, size = prefix_RT.shape[1] + 1, allowed_RV.shape[1]
    others_V = torch.ones(size, dtype=torch.bool)
    others_V[[end_id, *required.tokens]] = False
    others_V = others_V.to(allowed_RV.device)
    for row, (prefix, limit) in enumerate(zip(prefix_RT.tolist(), limit_R.tolist(), strict=True)):
        progress = required.of_prefix(prefix)
        late = [
            token
            for token in required.tokens
            if required.is_late(required.after(progress, token), number, limit)
        ]
        allowed_RV[row, [*late, *([end_id] if required.lacks(progress) else [])]] = -torch.inf
        if required.is_late(required.after(progress, None), number, limit):
            allowed_RV[row, others_V] = -torch.inf


def _banned_after(prefix: tuple[int, ...], constraints: Constraints) -> Iterator[int]:
    """What the prefix itself rules out."""
    for path in constraints.banned_after:
        if path[:-1] == prefix:
            yield path[-1]
    n = constraints.no_repeat_ngram
    if 0 < n <= len(prefix):
        last = prefix[len(prefix) - n + 1 :]
        for begin in range(len(prefix) - n + 1):
            if prefix[begin : begin + n - 1] == last:
                yield prefix[begin + n - 1]
