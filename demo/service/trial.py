"""Several ways to decode one source with one model, and the exact search that shows the optimum."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from seq2seq_core.trace import ScoreRule

from .gallery import GalleryEntry
from .model import Service
from .problems import RequestError
from .searched import Searched, SearchRequest
from .standing import ModelStanding, Standing, model_standing, rule_of, standings
from .ways import MOST, Settings, options_of

FEWEST: Final = 1


class WaysProblem(StrEnum):
    """What can be wrong with a choice of ways."""

    HOW_MANY = "how many"
    TWICE = "twice"


class WaysError(ValueError):
    """These ways cannot stand side by side; `values` fill the braces of its sentence."""

    def __init__(self, problem: WaysProblem, values: dict[str, object]) -> None:
        super().__init__(problem.value)
        self.problem, self.values = problem, values


@dataclass(frozen=True, slots=True)
class Tried:
    """What one way wrote, or why it did not."""

    way: str
    searched: Searched | None
    refusal: RequestError | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """All of it; without an exact search, where it was refused, nothing is judged."""

    text: str
    entry: GalleryEntry
    settings: Settings
    tried: tuple[Tried, ...]
    exact: Searched | None
    reference: str = ""

    @property
    def searched(self) -> tuple[Searched, ...]:
        """The ways that were not refused."""
        return tuple(each.searched for each in self.tried if each.searched)

    @property
    def rule(self) -> ScoreRule | None:
        """The common score."""
        return rule_of(self.exact.trace) if self.exact else None

    def standings(self) -> dict[str, Standing]:
        """By the way's name."""
        if self.exact is None:
            return {}
        names = [each.way for each in self.tried if each.searched]
        found = standings([each.trace for each in self.searched], self.exact.trace)
        return dict(zip(names, found, strict=True))

    def model(self) -> ModelStanding | None:
        """What the optimum says about the model."""
        traces = [each.trace for each in self.searched]
        return model_standing(traces, self.exact.trace, self.reference) if self.exact else None


@dataclass(frozen=True, slots=True)
class Progress:
    """Which way is at work; the exact search has none."""

    place: int
    count: int
    way: str | None


def check_ways(ways: Sequence[str]) -> None:
    """Refuse what cannot stand side by side.

    Raises:
        WaysError: too few ways, too many, or one of them twice.
    """
    if not FEWEST <= len(ways) <= MOST:
        raise WaysError(WaysProblem.HOW_MANY, {"fewest": FEWEST, "most": MOST, "found": len(ways)})
    if twice := next((way for place, way in enumerate(ways) if way in ways[:place]), None):
        raise WaysError(WaysProblem.TWICE, {"found": twice})


def tried(
    service: Service, text: str, ways: Sequence[str], model: object, settings: Settings
) -> Iterator[Progress | Trial]:
    """What is being done, and at last the trial; one search after the other, so that times are honest.

    Raises:
        WaysError: see `check_ways`.
        RequestError: no way has an answer; it is the first one's problem.
    """
    check_ways(ways)
    entry = service.entry(model)
    requests = [SearchRequest(text, options_of(way, settings), entry.name) for way in ways]
    found: list[Tried] = []
    for place, (way, request) in enumerate(zip(ways, requests, strict=True), start=1):
        yield Progress(place, len(ways), way)
        found.append(_try(service, way, request))
    if found[0].refusal and not any(each.searched for each in found):
        raise found[0].refusal
    yield Progress(len(ways), len(ways), None)
    exact = _try(service, "exact", SearchRequest(text, settings.exact, entry.name)).searched
    yield Trial(text, entry, settings, tuple(found), exact)


def _try(service: Service, way: str, request: SearchRequest) -> Tried:
    """One way's refusal does not hide what the others write."""
    try:
        return Tried(way, service.search(request))
    except RequestError as error:
        return Tried(way, None, error)
