"""A trace as strict JSON and back, without loss.

No NaN, minus infinity as the string "-inf", and the format's name first. Float32 attention is written as the shortest
decimal that reads back to the same float32. Column names lose their size suffix. Evidence beside the attention, and
window and grid, have a field only where there are some: a trace without them is written as it was before they existed.
"""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from seq2seq_core.errors import TraceError

from .columns import COLUMNS, check_columns, sizes_of
from .data import TRACE_FORMAT, Fate, Hypothesis, Stop, Trace, TraceStep
from .fields import MINUS_INFINITY, Fields, column_of, finite

_HYPOTHESIS_NUMBERS: Final = ("log_prob_sum", "penalty", "score")
_HYPOTHESIS_EXTRAS: Final = ("reward", "coverage_penalty")  # 0 where a document has no field for them
_LONGEST_ID: Final = 19  # digits of a token id in 64 bits


def to_json(trace: Trace) -> str:
    """The trace as one line of JSON.

    Raises:
        TraceError: a number is NaN or infinite where the format has no place for it.
    """
    document = {
        "format": TRACE_FORMAT,
        "algorithm": trace.algorithm,
        "options": dict(trace.options),
        "formula": trace.formula,
        "source": trace.source,
        "source_tokens": list(trace.source_tokens),
        "labels": {str(token): label for token, label in trace.labels.items()},
        "steps": [_step_out(step) for step in trace.steps],
        "hypotheses": [_hypothesis_out(each) for each in trace.hypotheses],
        "stop": {name: getattr(trace.stop, name) for name in Stop.__slots__},
        **_source_out(trace),
    }
    try:
        return json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except ValueError as error:
        raise TraceError(f"a trace must hold finite numbers: {error}") from error


def from_json(text: str) -> Trace:
    """Read what `to_json` wrote; consistency is for `check` to judge.

    Raises:
        TraceError: not JSON, another format, an unknown or missing field, a wrong type or a wrong length.
    """
    fields = Fields(_parse(text), "trace")
    if (found := fields.text("format")) != TRACE_FORMAT:
        raise TraceError(f"format must be {TRACE_FORMAT!r}, is {found!r}")
    trace = Trace(
        algorithm=fields.text("algorithm"),
        options=_options_in(fields.mapping("options")),
        formula=fields.text("formula"),
        source=fields.text("source"),
        source_tokens=tuple(fields.texts("source_tokens")),
        labels=_labels_in(fields.mapping("labels")),
        steps=tuple(_step_in(each) for each in fields.parts("steps")),
        hypotheses=tuple(_hypothesis_in(each) for each in fields.parts("hypotheses")),
        stop=_stop_in(fields.part("stop")),
        window=fields.whole("window") if "window" in fields else None,
        grid=_grid_in(fields) if "grid" in fields else None,
    )
    fields.finish()
    for number, step in enumerate(trace.steps, 1):
        check_columns(step, number, len(trace.source_tokens))
    return trace


def _parse(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_repeats)
    except TraceError:
        raise
    except (ValueError, RecursionError) as error:
        raise TraceError(f"a trace must be JSON: {error}") from error


def _refuse_constant(name: str) -> object:
    raise TraceError(f"a trace must hold finite numbers, holds {name}")


def _without_repeats(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise TraceError(f"a field must occur once, {name!r} occurs twice")
        found[name] = value
    return found


def _source_out(trace: Trace) -> dict[str, object]:
    grid = None if trace.grid is None else list(trace.grid)
    return {name: value for name, value in (("window", trace.window), ("grid", grid)) if value is not None}


def _step_out(step: TraceStep) -> dict[str, object]:
    columns = {
        _plain(name): _column_out(getattr(step, name))
        for name, column in COLUMNS.items()
        if getattr(step, name) is not None or not column.left_out
    }
    return {**columns, "fate": list(step.fate_N)}


def _column_out(column: NDArray[Any] | None) -> object:
    if column is None:
        return None
    if column.ndim > 1:
        return [_column_out(row) for row in column]
    if column.dtype == np.float32:
        return [_shortest(value) for value in column]
    return [MINUS_INFINITY if value == -math.inf else value for value in column.tolist()]


def _shortest(value: np.float32) -> float:
    # Rounding twice, to double and then to single, could miss by one unit; the exact double never does.
    short = float(str(value))
    return short if np.float32(short) == value else float(value)


def _hypothesis_out(hypothesis: Hypothesis) -> dict[str, object]:
    values = {
        name: getattr(hypothesis, name)
        for name in Hypothesis.__slots__
        if name not in _HYPOTHESIS_EXTRAS or getattr(hypothesis, name)
    }
    return {**values, "tokens": list(hypothesis.tokens)}


def _step_in(fields: Fields) -> TraceStep:
    columns = {
        name: column_of(fields.take(_plain(name)), column, len(sizes_of(name)), f"{fields.place}, {_plain(name)}")
        for name, column in COLUMNS.items()
        if _plain(name) in fields or not column.left_out
    }
    fates = tuple(_fate(name, fields.place) for name in fields.texts("fate"))
    fields.finish()
    return TraceStep(**columns, fate_N=fates)  # type: ignore[arg-type]  # the table of columns names every field


def _hypothesis_in(fields: Fields) -> Hypothesis:
    hypothesis = Hypothesis(
        step=fields.whole("step"),
        index=fields.whole("index"),
        tokens=tuple(fields.wholes("tokens")),
        text=fields.text("text"),
        fate=_fate(fields.text("fate"), fields.place),
        length=fields.whole("length"),
        **{name: fields.real(name) for name in _HYPOTHESIS_NUMBERS},
        **{name: fields.real(name) for name in _HYPOTHESIS_EXTRAS if name in fields},
    )
    fields.finish()
    return hypothesis


def _grid_in(fields: Fields) -> tuple[int, int]:
    found = fields.wholes("grid")
    if len(found) != 2:
        raise TraceError(f"{fields.place}, grid must hold rows and columns, holds {found}")
    return found[0], found[1]


def _stop_in(fields: Fields) -> Stop:
    stop = Stop(fields.text("rule"), fields.text("reason"), fields.whole("winner_step"), fields.whole("last_step"))
    fields.finish()
    return stop


def _options_in(options: Mapping[str, object]) -> dict[str, int | float | str]:
    found: dict[str, int | float | str] = {}
    for name, value in options.items():
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise TraceError(f"option {name} must be a number or a text, is {value!r:.80}")
        found[name] = value if isinstance(value, str) else finite(value, f"option {name}")
    return found


def _labels_in(labels: Mapping[str, object]) -> dict[int, str]:
    found: dict[int, str] = {}
    for name, label in labels.items():
        is_id = name.isascii() and name.isdigit() and len(name) <= _LONGEST_ID
        if not is_id or not isinstance(label, str):
            raise TraceError(f"labels must map token numbers to texts, hold {name!r:.80}: {label!r:.80}")
        found[int(name)] = label
    return found


def _fate(name: str, place: str) -> Fate:
    try:
        return Fate(name)
    except ValueError:
        raise TraceError(f"{place}: fate must be one of {', '.join(Fate)}, is {name!r}") from None


def _plain(name: str) -> str:
    return name.rsplit("_", 1)[0]
