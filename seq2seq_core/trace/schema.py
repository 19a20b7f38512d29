"""The format of a trace as a JSON Schema (draft 2020-12): `python -m seq2seq_core.trace schema` prints it.

Fields and their types come from the dataclasses and the table of columns, choices from the enumerations, meanings from
`descriptions`; `assets/trace.schema.json` holds the result. A schema cannot say everything: NaN is no JSON, whole
numbers must be written without a decimal point, rows of a column must be equally long, and nothing may contradict
itself. `from_json` and `check` see to that.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from types import UnionType
from typing import Any, Final, get_args, get_type_hints

import numpy as np

from seq2seq_core import options as option_module
from seq2seq_core.options import (
    MAXIMUM_ALPHA,
    MAXIMUM_BETA,
    MAXIMUM_LENGTH_CAP,
    MAXIMUM_REWARD,
    Constraints,
    SearchOptions,
    StopRule,
)

from . import descriptions
from .columns import COLUMNS, Column, sizes_of
from .data import NODE_BUDGET, TIME_BUDGET, TRACE_FORMAT, Fate, Hypothesis, Stop, Trace
from .demands import TOLERANCE
from .evidence import _ROW_SUM_SLACK
from .fields import MINUS_INFINITY
from .outcome import MAXIMUM_LENGTH, NO_LIVE_PREFIX
from .settings import _BEAMS, _STOP_RULES, HIGHEST

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_LARGEST_WHOLE: Final = 2**63 - 1
_LARGEST_REAL: Final = sys.float_info.max
_LARGEST_SINGLE: Final = float(np.finfo(np.float32).max)
_REMARKS: Final = ("log_prob", "origin")  # options that are no settings

# What `check` demands of single numbers, by field.
_AT_LEAST_0: Final = {"minimum": 0}
_AT_LEAST_1: Final = {"minimum": 1}
_AT_MOST_0: Final = {"maximum": TOLERANCE}
_SHARE: Final = {"minimum": 0, "maximum": 1}
_PLACE: Final = {"minimum": -1}
STEP_RANGES: Final[Mapping[str, Mapping[str, float]]] = {
    "expanded": _PLACE,
    "attention": _SHARE,
    "next_token": _PLACE,
    "parent": _PLACE,
    "token": _AT_LEAST_0,
    "log_prob": _AT_MOST_0,
    "log_prob_sum": {},
    "length": _AT_LEAST_0,
    "penalty": {"exclusiveMinimum": 0},
    "rank": _AT_LEAST_1,
    "heads": {"minimum": 0, "maximum": 1 + _ROW_SUM_SLACK},
    "centre": _PLACE,
    "generate": _SHARE,
    "draws": _AT_LEAST_0,
    "group": _AT_LEAST_0,
    "diversity": _AT_LEAST_0,
}
HYPOTHESIS_RANGES: Final[Mapping[str, Mapping[str, float]]] = {
    "step": _AT_LEAST_1,
    "index": _AT_LEAST_0,
    "tokens": _AT_LEAST_0,
    "length": _AT_LEAST_0,
    "penalty": {"exclusiveMinimum": 0},
}
OPTION_RANGES: Final[Mapping[str, Mapping[str, float]]] = {
    **{name: {"minimum": 1, "maximum": HIGHEST[name]} for name in ("max_length", "beam_size", "groups", "samples")},
    **{name: {"minimum": 0, "maximum": HIGHEST[name]} for name in ("top_k", "strength", "discount")},
    "alpha": {"minimum": 0, "maximum": MAXIMUM_ALPHA},
    "reward": {"minimum": 0, "maximum": MAXIMUM_REWARD},
    "reward_length": {"minimum": 0, "maximum": MAXIMUM_LENGTH_CAP},
    "beta": {"minimum": 0, "maximum": MAXIMUM_BETA},
}
STOP_RANGES: Final[Mapping[str, Mapping[str, float]]] = {"winner_step": _AT_LEAST_0, "last_step": _AT_LEAST_1}


def schema() -> dict[str, Any]:
    """The schema of one document; every field has a description.

    Raises:
        KeyError: a field has none.
    """
    return {
        "$schema": DRAFT,
        "title": TRACE_FORMAT,
        "description": descriptions.DOCUMENT,
        **_object(_trace_fields(), _required_of(Trace, "format")),
        "$defs": {"whole": _whole(), "real": _real(), "step": _step(), "hypothesis": _hypothesis()},
    }


def schema_text() -> str:
    """The schema as the file in `assets` has it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _object(properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _required_of(kind: type[Any], *first: str) -> list[str]:
    """The fields that a document must have: those without a default."""
    return [*first, *(each.name for each in fields(kind) if each.default is MISSING)]


def _trace_fields() -> dict[str, Any]:
    texts = {"type": "array", "items": {"type": "string"}}
    size = {"$ref": "#/$defs/whole", **_AT_LEAST_1}
    types: dict[str, dict[str, Any]] = {
        "format": {"const": TRACE_FORMAT},
        "algorithm": {"enum": [*_BEAMS, *_STOP_RULES]},
        "options": _options(),
        "formula": {"type": "string"},
        "source": {"type": "string"},
        "source_tokens": texts,
        "labels": {
            "type": "object",
            "patternProperties": {"^[0-9]{1,19}$": {"type": "string"}},
            "additionalProperties": False,
        },
        "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 1},
        "hypotheses": {"type": "array", "items": {"$ref": "#/$defs/hypothesis"}},
        "stop": _stop(),
        "window": size,
        "grid": {"type": "array", "items": size, "minItems": 2, "maxItems": 2},
    }
    names = ["format", *(each.name for each in fields(Trace))]
    return {name: {"description": descriptions.TRACE[name], **types[name]} for name in names}


def _step() -> dict[str, Any]:
    columns = {_plain(name): (name, column) for name, column in COLUMNS.items()}
    properties = {plain: _column(name, column) for plain, (name, column) in columns.items()}
    fate = {"type": "array", "items": {"enum": [str(each) for each in Fate], "description": descriptions.FATES}}
    properties["fate"] = {"description": descriptions.STEP["fate"], **fate}
    required = [plain for plain, (_, column) in columns.items() if not column.left_out]
    return _object(properties, [*required, "fate"])


def _column(name: str, column: Column) -> dict[str, Any]:
    """Nested arrays, one for each size; innermost the number."""
    plain, found = _plain(name), _number(column, STEP_RANGES.get(_plain(name), {}))
    for letter in reversed(sizes_of(name)):
        found = {"type": "array", "items": found, **({"minItems": 1} if letter in "LH" else {})}
    if column.optional and not column.left_out:
        found["type"] = ["array", "null"]
    return {"description": descriptions.STEP[plain], **found}


def _number(column: Column, limits: Mapping[str, float]) -> dict[str, Any]:
    if np.issubdtype(np.dtype(column.dtype), np.integer):
        return {"$ref": "#/$defs/whole", **limits}
    real: dict[str, Any] = {"$ref": "#/$defs/real", **limits}
    if column.dtype == np.float32 and not limits:
        real |= {"minimum": -_LARGEST_SINGLE, "maximum": _LARGEST_SINGLE}
    return {"anyOf": [real, {"const": MINUS_INFINITY}]} if column.minus_infinity else real


def _hypothesis() -> dict[str, Any]:
    hints = get_type_hints(Hypothesis)
    properties = {
        each.name: {
            "description": descriptions.HYPOTHESIS[each.name],
            **_type(hints[each.name], HYPOTHESIS_RANGES.get(each.name, {})),
        }
        for each in fields(Hypothesis)
    }
    properties["fate"] = {**properties["fate"], "enum": [str(Fate.FINISHED), str(Fate.CUT_AT_MAXIMUM)]}
    return _object(properties, _required_of(Hypothesis))


def _stop() -> dict[str, Any]:
    hints = get_type_hints(Stop)
    properties = {
        each.name: {
            "description": descriptions.STOP[each.name],
            **_type(hints[each.name], STOP_RANGES.get(each.name, {})),
        }
        for each in fields(Stop)
    }
    rules = [*map(str, StopRule), *_STOP_RULES.values()]
    properties["rule"] = {"description": descriptions.STOP["rule"], "enum": rules}
    reasons = [*rules, MAXIMUM_LENGTH, NO_LIVE_PREFIX, NODE_BUDGET, TIME_BUDGET]
    properties["reason"] = {"description": descriptions.STOP["reason"], "enum": reasons}
    return _object(properties, _required_of(Stop))


def _options() -> dict[str, Any]:
    """Every setting of every search that can stand in a trace; others are numbers or texts."""
    hints: dict[str, Any] = {name: str for name in _REMARKS}
    for kind in _option_classes():
        hints |= get_type_hints(kind)
    del hints["room"], hints["constraints"]  # the one is part of max_length, the other stands in its parts
    hints["pins"] = str
    hints |= {name: str if kind is not int else int for name, kind in get_type_hints(Constraints).items()}
    properties = {
        name: {"description": descriptions.OPTIONS[name], **_type(hint, OPTION_RANGES.get(name, {}))}
        for name, hint in sorted(hints.items())
    }
    return {
        "type": "object",
        "properties": properties,
        "required": ["alpha", "max_length"],
        "additionalProperties": {"anyOf": [{"$ref": "#/$defs/real"}, {"type": "string"}]},
    }


def _option_classes() -> list[type[Any]]:
    known = [each for each in vars(option_module).values() if isinstance(each, type)]
    return [each for each in known if issubclass(each, SearchOptions)]


def _type(hint: Any, limits: Mapping[str, float]) -> dict[str, Any]:
    """The schema of a Python type, as the codec writes it."""
    if isinstance(hint, UnionType):  # a field that is None is not written
        (hint,) = (each for each in get_args(hint) if each is not type(None))
    if get_args(hint):
        return {"type": "array", "items": _type(get_args(hint)[0], limits)}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [str(each) for each in hint]}
    simple: Mapping[Any, dict[str, Any]] = {
        str: {"type": "string"},
        bool: {"enum": [0, 1]},
        int: {"$ref": "#/$defs/whole", **limits},
        float: {"$ref": "#/$defs/real", **limits},
    }
    return dict(simple[hint])


def _whole() -> dict[str, Any]:
    return {
        "description": "A whole number of 64 bits, written without a decimal point.",
        "type": "integer",
        "minimum": -_LARGEST_WHOLE - 1,
        "maximum": _LARGEST_WHOLE,
    }


def _real() -> dict[str, Any]:
    return {
        "description": "A finite number of double precision.",
        "type": "number",
        "minimum": -_LARGEST_REAL,
        "maximum": _LARGEST_REAL,
    }


def _plain(name: str) -> str:
    return name.rsplit("_", 1)[0]
