"""Options of decoding as frozen dataclasses; standard library only, so that pages can read them.

Lengths: T counts the tokens of a hypothesis with its end token, n its content tokens; so T = n + 1.
"""

from .beam import BeamOptions, DiverseOptions
from .constraints import FREE, Constraints
from .exact import ExactOptions
from .limits import (
    DEFAULT_ROOM,
    MAXIMUM_ALPHA,
    MAXIMUM_BEAM_SIZE,
    MAXIMUM_BETA,
    MAXIMUM_LENGTH_CAP,
    MAXIMUM_NGRAM,
    MAXIMUM_NODES,
    MAXIMUM_POSITION,
    MAXIMUM_REQUIRED,
    MAXIMUM_REWARD,
    MAXIMUM_SAMPLES,
    MAXIMUM_SECONDS,
    MAXIMUM_SEED,
    MAXIMUM_STRENGTH,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_TOP_K,
)
from .pins import Pin
from .rules import CoverageRule, LengthCount, LengthRule, StopRule
from .sampling import SamplingOptions
from .search import GreedyOptions, SearchOptions

__all__ = [
    "DEFAULT_ROOM",
    "FREE",
    "MAXIMUM_ALPHA",
    "MAXIMUM_BEAM_SIZE",
    "MAXIMUM_BETA",
    "MAXIMUM_LENGTH_CAP",
    "MAXIMUM_NGRAM",
    "MAXIMUM_NODES",
    "MAXIMUM_POSITION",
    "MAXIMUM_REQUIRED",
    "MAXIMUM_REWARD",
    "MAXIMUM_SAMPLES",
    "MAXIMUM_SECONDS",
    "MAXIMUM_SEED",
    "MAXIMUM_STRENGTH",
    "MAXIMUM_TEMPERATURE",
    "MAXIMUM_TOP_K",
    "BeamOptions",
    "Constraints",
    "CoverageRule",
    "DiverseOptions",
    "ExactOptions",
    "GreedyOptions",
    "LengthCount",
    "LengthRule",
    "Pin",
    "SamplingOptions",
    "SearchOptions",
    "StopRule",
]
