"""The largest values that options may have."""

from typing import Final

MAXIMUM_BEAM_SIZE: Final = 64
MAXIMUM_LENGTH_CAP: Final = 512
DEFAULT_ROOM: Final = 10  # of a model that states none
MAXIMUM_ALPHA: Final = 2.0
MAXIMUM_TEMPERATURE: Final = 100.0
MAXIMUM_TOP_K: Final = 1_000_000
MAXIMUM_SEED: Final = 2**32 - 1
MAXIMUM_SAMPLES: Final = 256
MAXIMUM_REWARD: Final = 20.0
MAXIMUM_BETA: Final = 10.0
MAXIMUM_STRENGTH: Final = 100.0
MAXIMUM_NGRAM: Final = 16
MAXIMUM_REQUIRED: Final = 8
MAXIMUM_NODES: Final = 100_000
MAXIMUM_SECONDS: Final = 3_600.0
MAXIMUM_POSITION: Final = 1_000_000
