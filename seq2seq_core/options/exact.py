"""Options of exact search."""

from dataclasses import dataclass

from seq2seq_core.errors import OptionError

from .checks import check_positive, check_whole
from .limits import MAXIMUM_BEAM_SIZE, MAXIMUM_NODES, MAXIMUM_SECONDS
from .rules import LengthCount
from .search import SearchOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class ExactOptions(SearchOptions):
    """Settings of exact search: it proves that no output scores higher, as far as its budget goes.

    Raises:
        OptionError: a value is out of its range.
    """

    beam_size: int = 5  # of the beam search whose result has to be beaten
    max_nodes: int = 5_000  # prefixes that are continued at most
    max_seconds: float = 20.0

    def __post_init__(self) -> None:
        SearchOptions.__post_init__(self)
        check_whole("beam_size", self.beam_size, 1, MAXIMUM_BEAM_SIZE)
        check_whole("max_nodes", self.max_nodes, 1, MAXIMUM_NODES)
        check_positive("max_seconds", self.max_seconds, MAXIMUM_SECONDS)
        self._check_banks(self.beam_size)

    def _looks_ahead(self) -> bool:
        return True

    def _check_late_end(self) -> None:
        if self.counts is LengthCount.LATE_END:
            raise OptionError(
                "exact search has no bound for counts 'late_end': a score still grows after its end token, by as much "
                "as the beam happens to hold the output; counts must be content, end or start_and_end"
            )
