"""Options of decoding and training as frozen dataclasses; standard library only, so that pages can read them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from seq2seq_core.errors import OptionError

MAXIMUM_BEAM_SIZE: Final = 64
MAXIMUM_LENGTH_CAP: Final = 512


class StopRule(StrEnum):
    """When a beam search ends."""

    K_FINISHED = "k_finished"
    NOTHING_LIVE_CAN_WIN = "nothing_live_can_win"


@dataclass(frozen=True, kw_only=True, slots=True)
class BeamOptions:
    """Settings of the beam search; lengths count tokens.

    Raises:
        OptionError: a value is out of its range.
    """

    beam_size: int = 5
    alpha: float = 0.7
    max_length: int | None = None  # bounds T; None means min(cap, 2 * source tokens + 10)
    min_length: int = 0  # bounds n, the content tokens
    n_best: int | None = None  # hypotheses returned; None means beam_size
    stop_rule: StopRule = StopRule.K_FINISHED
