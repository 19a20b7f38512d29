"""Options of the searches that keep a beam."""

from dataclasses import dataclass

from seq2seq_core.errors import OptionError

from .checks import check_member, check_number, check_switch, check_whole
from .limits import MAXIMUM_BEAM_SIZE, MAXIMUM_STRENGTH
from .rules import CoverageRule, LengthCount, LengthRule, StopRule
from .search import SearchOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class BeamOptions(SearchOptions):
    """Settings of the beam search; lengths count tokens.

    Raises:
        OptionError: a value is out of its range.
    """

    beam_size: int = 5
    n_best: int | None = None  # hypotheses returned; None means beam_size
    stop_rule: StopRule = StopRule.K_FINISHED
    refill: bool = True  # an end costs no prefix its place: 2K candidates; else the best K are all there is
    force_end: bool = False  # at the maximum length only the end token can follow, and its log-probability counts
    cut_competes: bool = False  # a prefix cut at the maximum length may win even where others finished
    coverage_steers: bool = False  # the coverage rule ranks prefixes while searching, not finished outputs alone
    finished_compete: bool = False  # a finished output stays in the beam, and all of it is ranked by score in each step

    def __post_init__(self) -> None:
        SearchOptions.__post_init__(self)
        check_whole("beam_size", self.beam_size, 1, MAXIMUM_BEAM_SIZE)
        if self.n_best is not None:
            check_whole("n_best", self.n_best, 1, MAXIMUM_BEAM_SIZE)
            if self.n_best > self.beam_size:
                raise OptionError(
                    f"n_best must not exceed beam_size, got n_best {self.n_best} and beam_size {self.beam_size}"
                )
        check_member("stop_rule", self.stop_rule, StopRule)
        for name in ("refill", "force_end", "cut_competes", "coverage_steers", "finished_compete"):
            check_switch(name, getattr(self, name))
        if self.coverage_steers and self.coverage is CoverageRule.NONE:
            raise OptionError("coverage_steers needs a coverage rule, got True and 'none'")
        if self.finished_compete:
            self._check_competition()
        self._check_banks(self.beam_size)
        if self.constraints.required and self.stop_rule in (StopRule.SHRINKING, StopRule.EVERY_PLACE_FINISHED):
            raise OptionError(f"required goes with stop rules that count outputs and not places, got {self.stop_rule}")

    def _looks_ahead(self) -> bool:
        return True

    def _check_competition(self) -> None:
        """Where finished outputs stay in the beam, nothing else is there to stop by or to be searched for."""
        if self.constraints.required:
            raise OptionError("finished_compete goes without required tokens, got both")
        for name, wanted in (("refill", False), ("stop_rule", StopRule.K_FINISHED), ("coverage", CoverageRule.NONE)):
            if (found := getattr(self, name)) != wanted:
                raise OptionError(f"finished_compete goes with {name} {wanted!s}, got True and {found!s}")

    def _check_late_end(self) -> None:
        if self.counts is not LengthCount.LATE_END:
            return
        if not self.finished_compete:
            SearchOptions._check_late_end(self)
        if self.length_rule is not LengthRule.GNMT:  # an empty output has T = 0, which a power cannot divide by
            raise OptionError(f"counts 'late_end' goes with the length_rule 'gnmt', got '{self.length_rule}'")

    @property
    def refills(self) -> bool:
        """Whether another prefix takes the place of an end; a shrinking beam loses it."""
        return self.refill and self.stop_rule is not StopRule.SHRINKING


@dataclass(frozen=True, kw_only=True, slots=True)
class DiverseOptions(BeamOptions):
    """Settings of diverse beam search: the beam is parted into groups, each of which avoids what those before it say.

    Raises:
        OptionError: a value is out of its range, or the beam cannot be parted evenly.
    """

    beam_size: int = 6
    groups: int = 3
    strength: float = 0.5  # nats off for each earlier choice of the same token in the same step
    discount: float = 0.0  # share of what is off for agreeing before; 0 is Hamming diversity, 1 the cumulative one

    def __post_init__(self) -> None:
        BeamOptions.__post_init__(self)
        if self.finished_compete:
            raise OptionError("finished_compete goes with the plain beam search, got True and DiverseOptions")
        check_whole("groups", self.groups, 1, MAXIMUM_BEAM_SIZE)
        check_number("strength", self.strength, 0.0, MAXIMUM_STRENGTH)
        check_number("discount", self.discount, 0.0, 1.0)
        if self.beam_size % self.groups:
            raise OptionError(
                f"beam_size must be a multiple of groups, got beam_size {self.beam_size} and groups {self.groups}"
            )

    def _looks_ahead(self) -> bool:
        return False

    @property
    def group_size(self) -> int:
        """Live prefixes of each group."""
        return self.beam_size // self.groups
