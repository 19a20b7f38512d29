"""One source with beams of every size: where more prefixes stop helping, and where they begin to hurt."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from seq2seq_core.trace import Hypothesis, ScoreRule

from .gallery import GalleryEntry
from .model import Service
from .problems import RequestError
from .quality import chrf
from .requests import MAXIMUM_BEAM_SIZE
from .searched import Searched, SearchRequest
from .standing import TOLERANCE, common_score
from .ways import Settings, options_of


@dataclass(frozen=True, slots=True)
class SweptSize:
    """The winner with one beam size, under the common score."""

    beam_size: int
    searched: Searched
    best: Hypothesis
    score: float
    length: int


@dataclass(frozen=True, slots=True)
class Sweep:
    """All sizes that have an output, the smallest first; `optimum` where an exact search was made."""

    text: str
    entry: GalleryEntry
    settings: Settings
    sizes: tuple[SweptSize, ...]
    optimum: Searched | None
    reference: str = ""

    @property
    def runs(self) -> list[list[SweptSize]]:
        """Neighbouring sizes that write the same."""
        runs: list[list[SweptSize]] = []
        for size in self.sizes:
            if runs and runs[-1][0].best.tokens == size.best.tokens:
                runs[-1].append(size)
            else:
                runs.append([size])
        return runs

    @property
    def best_from(self) -> SweptSize:
        """The smallest beam that reaches the best score."""
        highest = max(size.score for size in self.sizes)
        return next(size for size in self.sizes if size.score >= highest - TOLERANCE)

    @property
    def lower_than_before(self) -> tuple[SweptSize, SweptSize] | None:
        """The first beam that scores below a smaller one, and that one."""
        for place, size in enumerate(self.sizes[1:], start=1):
            best = max(self.sizes[:place], key=lambda each: each.score)
            if size.score < best.score - TOLERANCE and size.best.tokens != best.best.tokens:
                return size, best
        return None

    def quality(self, size: SweptSize) -> float | None:
        """chrF of its output; None without a reference."""
        return chrf(size.best.text, self.reference) if self.reference else None

    @property
    def worse_though_higher(self) -> tuple[SweptSize, float, float] | None:
        """The first beam whose output scores higher and is worse than the smaller beam's; chrF before and after."""
        runs = self.runs if self.reference else []
        for before, after in pairwise(runs):
            earlier, later = self.quality(before[0]) or 0.0, self.quality(after[0]) or 0.0
            if after[0].score > before[0].score + TOLERANCE and later < earlier:
                return after[0], earlier, later
        return None


@dataclass(frozen=True, slots=True)
class SweepProgress:
    """The beam size at work."""

    beam_size: int
    most: int


def swept(
    service: Service, text: str, model: object, settings: Settings, most: int = MAXIMUM_BEAM_SIZE
) -> Iterator[SweepProgress | Sweep]:
    """What is being done, and at last the sweep; our own beam search under the common score.

    Raises:
        RequestError: as `Service.search`.
    """
    entry = service.entry(model)
    rule = ScoreRule(settings.length_rule, settings.alpha)
    sizes: list[SweptSize] = []
    for beam_size in range(1, most + 1):
        yield SweepProgress(beam_size, most)
        options = options_of("beam", replace(settings, beam_size=beam_size))
        searched = service.search(SearchRequest(text, options, entry.name))
        if searched.best is not None:
            sizes.append(SweptSize(beam_size, searched, searched.best, *common_score(rule, searched.best)))
    yield Sweep(text, entry, settings, tuple(sizes), _optimum(service, text, entry, settings))


def _optimum(service: Service, text: str, entry: GalleryEntry, settings: Settings) -> Searched | None:
    """The same question as in the trial beside it, so that the answer is there already as a rule."""
    try:
        return service.search(SearchRequest(text, settings.exact, entry.name))
    except RequestError:
        return None
