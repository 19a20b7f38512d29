"""The JSON Schema of a trace: it describes every field, stands in assets, and refuses what the reader refuses."""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any, Final

import jsonschema
import pytest
from hypothesis import given, settings

from seq2seq_core.decoding import Table
from seq2seq_core.errors import TraceError
from seq2seq_core.options import (
    BeamOptions,
    Constraints,
    CoverageRule,
    DiverseOptions,
    ExactOptions,
    GreedyOptions,
    LengthRule,
    SamplingOptions,
    SearchOptions,
)
from seq2seq_core.presets import preset
from seq2seq_core.trace import Trace, TraceStep, check, from_json, to_json
from seq2seq_core.trace.schema import schema, schema_text
from tests.support.evident import evident_trace
from tests.support.project import ROOT
from tests.support.tables import beam_options, golden_table, tables, trace_of

VALIDATOR: Final = jsonschema.Draft202012Validator(schema())
Change = Callable[[dict[str, Any]], object]

SEARCHES: Final[dict[str, SearchOptions]] = {
    "greedy": GreedyOptions(),
    "beam": BeamOptions(beam_size=2),
    "reward and steering coverage": BeamOptions(
        beam_size=2,
        length_rule=LengthRule.BOUNDED_REWARD,
        reward=0.5,
        reward_length=2,
        coverage=CoverageRule.GNMT,
        beta=0.3,
        coverage_steers=True,
        refill=False,
        cut_competes=True,
    ),
    "constraints": BeamOptions(beam_size=2, constraints=Constraints(banned=(5,), no_repeat_ngram=2), max_length=3),
    "one sample": SamplingOptions(seed=1, max_length=8),
    "several samples": SamplingOptions(seed=1, samples=8, max_length=8),
    "exact": ExactOptions(max_length=6),
    "exact without the time": ExactOptions(max_length=6, max_nodes=2),
    "finished outputs compete": preset("tf-nmt", beam_size=2, max_length=6, alpha=1.0),
    "diverse": DiverseOptions(beam_size=4, groups=2, strength=0.5, max_length=6),
}


def attending() -> Table:
    return replace(golden_table("M3"), source=("x", "y"), attention=((0.75, 0.25), (0.5, 0.25)))


def example(options: SearchOptions = SEARCHES["beam"]) -> Trace:
    return trace_of(attending(), options)


def complaints(document: object) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(document)]


def described(part: object, place: str = "") -> Iterator[tuple[str, bool]]:
    """Every property of a schema with its place, and whether it has a description."""
    if isinstance(part, dict):
        for name, value in part.get("properties", {}).items():
            yield f"{place}.{name}", bool(value.get("description", "").strip())
        for name, value in part.items():
            yield from described(value, f"{place}.{name}")
    elif isinstance(part, list):
        for value in part:
            yield from described(value, place)


def test_the_file_in_assets_is_what_the_module_gives() -> None:
    file = ROOT / "assets" / "trace.schema.json"
    assert file.read_text(encoding="utf-8") == schema_text(), "python -m seq2seq_core.trace schema > the file"
    assert json.loads(schema_text()) == schema()


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_field_has_a_description() -> None:
    found = list(described(schema()))
    assert [place for place, good in found if not good] == []
    names = {place.rpartition(".")[2] for place, _ in found}
    assert {each.name.rpartition("_")[0] for each in fields(TraceStep)} <= names
    assert {each.name for each in fields(Trace)} <= names


def test_no_object_takes_unknown_fields_but_the_options() -> None:
    objects = [schema(), *schema()["$defs"].values(), *schema()["properties"].values()]
    closed = [part["additionalProperties"] for part in objects if part.get("type") == "object"]
    assert closed.count(False) == len(closed) - 1


@pytest.mark.parametrize("search", SEARCHES)
def test_a_recorded_trace_is_valid(search: str) -> None:
    trace = example(SEARCHES[search])
    check(trace)
    assert complaints(json.loads(to_json(trace))) == []


@pytest.mark.parametrize("trace", [evident_trace(), trace_of(golden_table("M1"), BeamOptions())])
def test_a_trace_with_evidence_and_one_without_attention_are_valid(trace: Trace) -> None:
    assert complaints(json.loads(to_json(trace))) == []


@settings(max_examples=60, deadline=None)
@given(table=tables(), options=beam_options())
def test_any_recorded_beam_search_is_valid(table: Table, options: BeamOptions) -> None:
    assert complaints(json.loads(to_json(trace_of(table, options)))) == []


def put(*path: Any, to: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to

    return change


def without(*path: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for name in path[:-1]:
            place = place[name]
        del place[path[-1]]

    return change


# What breaks the format: the schema and the reader refuse it.
BROKEN: Final[dict[str, Change]] = {
    "another format": put("format", to="seq2seq-trace/2"),
    "an unknown field": put("colour", to="red"),
    "an unknown field of a step": put("steps", 0, "colour", to=[]),
    "an unknown field of a hypothesis": put("hypotheses", 0, "rank", to=1),
    "an unknown field of the stop": put("stop", "why", to=""),
    "no labels": without("labels"),
    "no margin": without("steps", 0, "margin"),
    "no fate": without("steps", 1, "fate"),
    "a hypothesis without a score": without("hypotheses", 0, "score"),
    "a source that is a number": put("source", to=3),
    "a label that is a number": put("labels", "2", to=2),
    "a label of a word": put("labels", "two", to="b"),
    "a label of too long a number": put("labels", "9" * 5000, to="b"),
    "an option that is a truth value": put("options", "later", to=True),
    "an option that is a list": put("options", "later", to=[1]),
    "an option that is too large": put("options", "later", to=10**400),
    "a token in quotes": put("steps", 0, "token", 0, to="2"),
    "a token with a fraction": put("steps", 0, "token", 0, to=2.5),
    "a token that is true": put("steps", 0, "token", 0, to=True),
    "a token of more than 64 bits": put("steps", 0, "token", 0, to=2**63),
    "a score of minus infinity": put("steps", 0, "score", 0, to="-inf"),
    "a score beyond double precision": put("steps", 0, "score", 0, to=10**400),
    "a column that is no list": put("steps", 0, "parent", to=None),
    "a row that is no list": put("steps", 0, "attention", to=[0.5, 0.5]),
    "attention beyond single precision": put("steps", 0, "attention", to=[[1e300, 0.0]]),
    "a fate of luck": put("steps", 0, "fate", 0, to="lucky"),
    "a hypothesis of luck": put("hypotheses", 0, "fate", to="lucky"),
    "tokens that are texts": put("hypotheses", 0, "tokens", to=["a"]),
    "a stop that is a list": put("stop", to=[]),
    "a grid of three sides": put("grid", to=[1, 2, 1]),
    "a window in words": put("window", to="wide"),
}
# What is read, because its type is right, and cannot be: the schema and the check refuse it.
IMPOSSIBLE: Final[dict[str, Change]] = {
    "an unknown algorithm": put("algorithm", to="magic"),
    "an unknown stop rule": put("options", "stop_rule", to="magic"),
    "no alpha": without("options", "alpha"),
    "an alpha that is a text": put("options", "alpha", to="nan"),
    "a reward's length with a fraction": put("options", "reward_length", to=1.5),
    "no steps": put("steps", to=[]),
    "attention above 1": put("steps", 0, "attention", to=[[1.5, 0.0]]),
    "a parent before the start": put("steps", 0, "parent", 0, to=-2),
    "a rank of nought": put("steps", 0, "rank", 0, to=0),
    "a log-probability above 0": put("steps", 0, "log_prob", 0, to=0.5),
    "a length below nought": put("steps", 0, "length", 0, to=-1),
    "a hypothesis that is still live": put("hypotheses", 0, "fate", to="live"),
    "a window of nought": put("window", to=0),
    "a stop for no reason": put("stop", "reason", to="boredom"),
}
# What a schema cannot say: the reader or the check refuses it alone.
BEYOND_A_SCHEMA: Final[dict[str, Change]] = {
    "a token with a decimal point": put("steps", 0, "token", 0, to=2.0),
    "NaN, which is no JSON": put("steps", 0, "score", 0, to=float("nan")),
    "rows of two lengths": put("steps", 1, "next_token", to=[[1, 2], [3]]),
    "columns of two lengths": put("steps", 0, "rank", to=[1]),
    "a sum that is off": put("steps", 0, "log_prob_sum", 0, to=-1.0),
}


def broken(change: Change) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_json(example()))
    change(document)
    return document


@pytest.mark.parametrize("fault", BROKEN)
def test_what_breaks_the_format_is_refused_by_the_schema_and_by_the_reader(fault: str) -> None:
    document = broken(BROKEN[fault])
    assert complaints(document)
    with pytest.raises(TraceError):
        from_json(json.dumps(document))


@pytest.mark.parametrize("fault", IMPOSSIBLE)
def test_what_cannot_be_is_refused_by_the_schema_and_by_the_check(fault: str) -> None:
    document = broken(IMPOSSIBLE[fault])
    assert complaints(document)
    trace = from_json(json.dumps(document))
    with pytest.raises(TraceError):
        check(trace)


@pytest.mark.parametrize("fault", BEYOND_A_SCHEMA)
def test_what_a_schema_cannot_say_is_refused_by_the_reader_or_the_check(fault: str) -> None:
    document = broken(BEYOND_A_SCHEMA[fault])
    assert not complaints(document)
    with pytest.raises(TraceError):
        check(from_json(json.dumps(document)))
