"""The rules that options choose by name: when a search ends, and how a score is formed."""

from enum import StrEnum


class StopRule(StrEnum):
    """When a beam search ends; `decoding.stopping` has them as predicates."""

    K_FINISHED = "k_finished"
    NOTHING_LIVE_CAN_WIN = "nothing_live_can_win"
    FIRST_FINISHED = "first_finished"
    TOP_FINISHED = "top_finished"  # the best candidate of a step is an end
    LIVE_SCORES_LOWER = "live_scores_lower"  # K finished, and no live prefix scores above the worst of them now
    NOTHING_LIVE_CAN_ENTER = "nothing_live_can_enter"  # K finished, and no live prefix can still beat the worst
    SHRINKING = "shrinking"  # every finished output takes a place of the beam for good
    EVERY_PLACE_FINISHED = "every_place_finished"  # an end stood at every rank from 1 to K at some time
    MAXIMUM_LENGTH = "maximum_length"


class LengthRule(StrEnum):
    """How a score accounts for length."""

    NONE = "none"
    POWER = "power"  # log_prob_sum / T^alpha
    GNMT = "gnmt"  # log_prob_sum / ((5 + T) / 6)^alpha
    REWARD = "reward"  # log_prob_sum + reward * n
    BOUNDED_REWARD = "bounded_reward"  # log_prob_sum + reward * min(n, reward_length)


class LengthCount(StrEnum):
    """What the T of a length rule counts."""

    CONTENT = "content"  # n, but 1 for an empty output
    END = "end"  # n + 1
    START_AND_END = "start_and_end"  # n + 2
    LATE_END = "late_end"  # n in the step that writes the end token, n + 1 in every later step


class CoverageRule(StrEnum):
    """What a score takes off for source pieces that got too little or too much attention; never positive."""

    NONE = "none"
    GNMT = "gnmt"  # beta * sum over pieces of log(min(coverage, 1)): too little
    SUMMARY = "summary"  # -beta * sum over pieces of (max(coverage, 1) - 1): too much
