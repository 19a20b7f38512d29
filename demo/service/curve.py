"""Quality by source length, as a model's card keeps it: written by `python -m seq2seq_core.length_curve`."""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MOST_POINTS: Final = 50
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The quality on `n` sources of one range of lengths, both ends included; `low` and `high` bound its interval."""

    length_from: int
    length_to: int
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """What was measured, in the words of the scores (`BLEU, beam 5, single reference`), and where."""

    measure: str
    points: tuple[CurvePoint, ...]


def read_curve(card: Mapping[str, Any], name: str) -> Curve | None:
    """The curve of a card; None where there is none, or, with a line in the log, where it is not one."""
    record = card.get("length_curve")
    if record is None:
        return None
    try:
        return curve_of(record)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        _log.warning("%s: its length curve is not shown: %s: %s", name, type(error).__name__, error)
        return None


def curve_of(record: Mapping[str, Any]) -> Curve:
    """The curve of a record.

    Raises:
        KeyError, TypeError, ValueError, OverflowError: it is none.
    """
    points = tuple(_point(point) for point in record["points"])
    if not isinstance(record["measure"], str) or not 1 <= len(points) <= MOST_POINTS:
        raise ValueError(f"a curve must have a measure and 1 to {MOST_POINTS} points, got {len(points)} points")
    return Curve(record["measure"], points)


def _point(record: Mapping[str, Any]) -> CurvePoint:
    first, last, n = (_count(record[name]) for name in ("length_from", "length_to", "n"))
    value, low, high = (_finite(record[name]) for name in ("value", "low", "high"))
    if first > last or low > high:
        raise ValueError(f"ranges must be in order, got {first} to {last} and {low} to {high}")
    return CurvePoint(first, last, n, value, low, high)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"a length or a number of sources must be a whole number, got {value!r:.40}")
    return value


def _finite(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"a quality must be a number, got {value!r:.40}")
    return float(value)
