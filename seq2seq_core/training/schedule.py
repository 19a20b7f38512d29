"""The learning rate as a pure function of progress."""

import math

from seq2seq_core.training.config import Schedule


def rate_factor(schedule: Schedule, *, update: int, warmup: int, progress: float) -> float:
    """The share of the peak rate for the coming update.

    Args:
        update: number of the coming update, from 1.
        warmup: updates of the linear rise; 0 for none.
        progress: spent share of the token budget, 0 to 1.
    """
    if update < warmup:
        return update / warmup
    match schedule:
        case Schedule.CONSTANT:
            return 1.0
        case Schedule.COSINE:
            return 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress)))
        case Schedule.INVERSE_SQRT:
            return math.sqrt(max(1, warmup) / update)
