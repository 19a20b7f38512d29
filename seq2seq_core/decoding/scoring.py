"""Length penalties: what the sum of log-probabilities is divided by, and what its T counts.

The search uses `length_penalty`. The GNMT penalty (Wu et al. 2016, https://arxiv.org/abs/1609.08144, equation 14) and
the other ways of counting are pure functions for re-ranking: toolkits differ in them, and the winner with them.
"""

from enum import Enum

from seq2seq_core.trace import length_formula, length_penalty

__all__ = ["LengthCount", "gnmt_penalty", "length_formula", "length_penalty"]


class LengthCount(Enum):
    """What T counts, as tokens beyond the n content tokens."""

    CONTENT = 0
    END = 1
    START_AND_END = 2

    def length(self, content_tokens: int) -> int:
        """T of a hypothesis with `content_tokens` tokens between start and end."""
        return content_tokens + self.value


def gnmt_penalty(length: int, alpha: float) -> float:
    """((5 + T) / 6) ^ alpha."""
    return float(((5.0 + length) / 6.0) ** alpha)
