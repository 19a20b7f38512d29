"""Which models can be asked the same: two to four that read one kind of source."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

from seq2seq_core.errors import Seq2SeqError

from .gallery import GalleryEntry
from .sources import SourceKind

FEWEST: Final = 2
MOST: Final = 4
OFFERED: Final = 3  # chosen before a visitor chooses

Group: TypeAlias = tuple[GalleryEntry, ...]


class LineupProblem(StrEnum):
    """What can be wrong with a choice of models; the page has a sentence for each."""

    HOW_MANY = "how many"
    TWICE = "twice"
    UNLIKE = "unlike"


class LineupError(Seq2SeqError):
    """Models that cannot be compared; `values` fill the braces of its sentence."""

    def __init__(self, problem: LineupProblem, values: Mapping[str, object]) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.values = dict(values)


def check_lineup(entries: Sequence[GalleryEntry]) -> None:
    """Whether these models can be compared.

    Raises:
        LineupError: there are too few or too many, one is named twice, or one reads something else than the first.
    """
    if not FEWEST <= len(entries) <= MOST:
        raise LineupError(LineupProblem.HOW_MANY, {"fewest": FEWEST, "most": MOST, "found": len(entries)})
    for place, entry in enumerate(entries):
        if entry in entries[:place]:
            raise LineupError(LineupProblem.TWICE, {"found": entry.name})
        if not entry.reads_like(entries[0]):
            raise LineupError(LineupProblem.UNLIKE, {"first": entries[0].name, "found": entry.name})


def groups(gallery: Sequence[GalleryEntry]) -> tuple[Group, ...]:
    """The models of texts that read each other's sources, oldest idea first; one that stands alone is left out."""
    found: list[list[GalleryEntry]] = []
    for entry in gallery:
        if entry.source is not SourceKind.TEXT:
            continue
        likes = next((group for group in found if entry.reads_like(group[0])), None)
        if likes is None:
            found.append([entry])
        else:
            likes.append(entry)
    return tuple(tuple(sorted(group, key=_age)) for group in found if len(group) >= FEWEST)


def offered(group: Group) -> Group:
    """The models of a group that are compared unless somebody chooses: if it can be, of different years.

    Of one year, one that was measured by length, so that there is a curve to see; of those the one that scores best.
    """
    years: dict[int, GalleryEntry] = {}
    for entry in group:
        known = years.get(entry.architecture.year)
        if known is None or _telling(entry) > _telling(known):
            years[entry.architecture.year] = entry
    return tuple(years.values())[:OFFERED] if len(years) >= FEWEST else group[:OFFERED]


def _telling(entry: GalleryEntry) -> tuple[bool, float]:
    return entry.length_curve is not None, entry.score.value if entry.score else 0.0


def _age(entry: GalleryEntry) -> tuple[bool, int]:
    """An unknown architecture has no year, and comes last."""
    return entry.architecture.year == 0, entry.architecture.year
