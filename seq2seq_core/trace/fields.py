"""Reading JSON values strictly: the expected type or an error that names the place and the value."""

import math
import sys
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from seq2seq_core.errors import TraceError

from .columns import Column

MINUS_INFINITY: Final = "-inf"
Kind = TypeVar("Kind")
_LARGEST: Final = 2**63
_LARGEST_FLOAT: Final = sys.float_info.max


class Fields:
    """One JSON object whose fields are taken one by one; `finish` refuses those nobody asked for."""

    def __init__(self, value: object, place: str) -> None:
        self.place = place
        self._left = dict(_expect(value, dict, place))

    def take(self, name: str) -> object:
        if name not in self._left:
            raise TraceError(f"{self.place} must have a field {name!r}, has none")
        return self._left.pop(name)

    def finish(self) -> None:
        if self._left:
            raise TraceError(f"{self.place} has an unknown field {next(iter(self._left))!r}")

    def text(self, name: str) -> str:
        return _expect(self.take(name), str, self._at(name))

    def texts(self, name: str) -> list[str]:
        return [_expect(value, str, self._at(name)) for value in _expect(self.take(name), list, self._at(name))]

    def whole(self, name: str) -> int:
        return _whole(self.take(name), self._at(name))

    def wholes(self, name: str) -> list[int]:
        return [_whole(value, self._at(name)) for value in _expect(self.take(name), list, self._at(name))]

    def real(self, name: str) -> float:
        return _real(self.take(name), self._at(name))

    def mapping(self, name: str) -> Mapping[str, object]:
        return _expect(self.take(name), dict, self._at(name))

    def part(self, name: str) -> "Fields":
        return Fields(self.take(name), self._at(name))

    def __contains__(self, name: str) -> bool:
        """Whether the field is there and has not been taken yet."""
        return name in self._left

    def parts(self, name: str) -> list["Fields"]:
        values = _expect(self.take(name), list, self._at(name))
        return [Fields(value, f"{self._at(name)} {number}") for number, value in enumerate(values, 1)]

    def _at(self, name: str) -> str:
        return f"{self.place}, {name}"


def finite(value: int | float, place: str) -> int | float:
    """A number as it stands, where double precision and 64 bits can hold it.

    Raises:
        TraceError: they cannot.
    """
    return _whole(value, place) if isinstance(value, int) else _real(value, place)


def column_of(value: object, column: Column, dimensions: int, place: str) -> NDArray[Any] | None:
    """A column as an array of its type.

    Raises:
        TraceError: not a list of numbers (of lists of numbers of one length, for two dimensions, and so on).
    """
    if value is None and column.optional and not column.left_out:
        return None
    return _nested(value, column, dimensions, place)


def _nested(value: object, column: Column, dimensions: int, place: str) -> NDArray[Any]:
    if dimensions == 1:
        return _array(_numbers(value, column, place), column)
    rows = [_nested(row, column, dimensions - 1, place) for row in _expect(value, list, place)]
    shapes = sorted({row.shape for row in rows})
    if len(shapes) > 1:
        found = ", ".join(" x ".join(map(str, shape)) for shape in shapes)
        raise TraceError(f"{place} must have rows of one length, has {found}")
    return np.stack(rows) if rows else np.zeros((0,) * dimensions, dtype=column.dtype)


def _array(values: list[float], column: Column) -> NDArray[Any]:
    # What is too large for single precision becomes infinite, and the check of the columns refuses that.
    with np.errstate(over="ignore"):
        return np.array(values, dtype=column.dtype)


def _numbers(value: object, column: Column, place: str) -> list[float]:
    read = _whole if np.issubdtype(np.dtype(column.dtype), np.integer) else _real
    return [
        -math.inf if column.minus_infinity and item == MINUS_INFINITY else read(item, place)
        for item in _expect(value, list, place)
    ]


def _expect(value: object, kind: type[Kind], place: str) -> Kind:
    if not isinstance(value, kind):
        raise TraceError(f"{place} must be of type {kind.__name__}, is {value!r:.80}")
    return value


def _whole(value: object, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -_LARGEST <= value < _LARGEST:
        raise TraceError(f"{place} must hold whole numbers, holds {value!r:.80}")
    return value


def _real(value: object, place: str) -> float:
    # A number such as 1e999 reads as infinity without passing through the parser's hook for constants.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LARGEST_FLOAT:
        raise TraceError(f"{place} must hold finite numbers, holds {value!r:.80}")
    return float(value)
