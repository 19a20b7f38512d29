"""What an output must or must not hold: forbidden continuations get minus infinity, the others keep their probability.

Sizes: R rows, T tokens of a prefix, V vocabulary.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from seq2seq_core.options import FREE, Constraints, SearchOptions
from seq2seq_core.trace import Integers

from .scoring import Flags


def allowed(
    log_probs_RV: Tensor, prefix_RT: Integers, options: SearchOptions, end_id: int, last_R: Flags | None = None
) -> Tensor:
    """The log-probabilities of a step, with minus infinity for what may not follow.

    Args:
        prefix_RT: the tokens of every row so far, without the start token.
        last_R: rows at their maximum length, where only the end may follow; None where anything may.
    """
    number, free = prefix_RT.shape[1] + 1, log_probs_RV.detach()
    too_short = number <= options.min_length
    row_R = np.nonzero(last_R)[0] if last_R is not None else np.zeros(0, dtype=np.int64)
    if not too_short and not len(row_R) and options.constraints == FREE:
        return free
    allowed_RV = free.clone()
    if too_short:
        allowed_RV[:, end_id] = -torch.inf
    _constrain(allowed_RV, prefix_RT, options.constraints)
    if len(row_R):
        rows_R = torch.from_numpy(row_R).to(free.device)
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
