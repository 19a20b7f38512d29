"""Options of ancestral sampling."""

from dataclasses import dataclass

from .checks import check_positive, check_whole
from .limits import MAXIMUM_SAMPLES, MAXIMUM_SEED, MAXIMUM_TEMPERATURE, MAXIMUM_TOP_K
from .search import SearchOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class SamplingOptions(SearchOptions):
    """Settings of ancestral sampling: the model's distribution at a temperature, then cut by top_k, then by top_p.

    They shape what is drawn and nothing else: every log-probability reported is the model's own, at temperature 1 and
    before the cuts. alpha only scales the score that is reported.

    Raises:
        OptionError: a value is out of its range.
    """

    temperature: float = 1.0  # the log-probabilities are divided by it
    top_k: int = 0  # only so many of the most probable tokens can be drawn; 0: all
    top_p: float = 1.0  # only the fewest most probable tokens whose mass reaches it can be drawn; 1: all
    seed: int = 0
    samples: int = 1  # outputs drawn for each source

    def __post_init__(self) -> None:
        SearchOptions.__post_init__(self)
        check_positive("temperature", self.temperature, MAXIMUM_TEMPERATURE)
        check_whole("top_k", self.top_k, 0, MAXIMUM_TOP_K)
        check_positive("top_p", self.top_p, 1.0)
        check_whole("seed", self.seed, 0, MAXIMUM_SEED)
        check_whole("samples", self.samples, 1, MAXIMUM_SAMPLES)
