"""The core's readers and searches with generated nonsense: an answer, or an error of the project's own."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from demo.service.file_sweep import FileError, read_pairs
from seq2seq_core.decoding import Table
from seq2seq_core.errors import InputError, OptionError, Seq2SeqError
from seq2seq_core.options import (
    BeamOptions,
    Constraints,
    CoverageRule,
    DiverseOptions,
    ExactOptions,
    GreedyOptions,
    LengthCount,
    LengthRule,
    Pin,
    SamplingOptions,
    SearchOptions,
    StopRule,
)
from seq2seq_core.pictures import parse_picture
from seq2seq_core.printed import PrintedModel, parse_table, print_table
from seq2seq_core.readers import NoReader, PictureReader, PositionReader, Reader
from seq2seq_core.tasks.parallel import read_parallel, read_references
from seq2seq_core.tokenizer import LEARNT_KINDS, Tokenizer
from seq2seq_core.trace import check
from tests.support.hostile import generated, texts, values
from tests.support.tables import tables, trace_of

LINES = ("the cat sat on the mat", "a cat and a dog", "où est la bibliothèque ?", "the dog sat") * 20
READERS: tuple[Reader, ...] = (
    *(Tokenizer.train(LINES, kind=kind, vocabulary_size=330) for kind in LEARNT_KINDS),
    PictureReader(),
    PositionReader(9),
    NoReader(),
)
SEARCHES: tuple[type[SearchOptions], ...] = (
    GreedyOptions,
    BeamOptions,
    DiverseOptions,
    SamplingOptions,
    ExactOptions,
)
CHAIN = Table(following={"": {"a": 0.6, "</s>": 0.4}, "a": {"a": 0.5, "b": 0.3, "</s>": 0.2}}, order=1)
PRINTED = PrintedModel()


def answered(ask: Callable[[], Any]) -> Any:
    """The answer, or None where it was refused by name."""
    try:
        return ask()
    except (Seq2SeqError, FileError) as error:
        assert str(error)
        return None


@given(text=texts())
@generated(200)
def test_every_tokenizer_cuts_or_refuses_any_text(text: str) -> None:
    for reader in READERS:
        found = answered(lambda reader=reader: reader.encode(text))  # type: ignore[misc]
        if found is None:
            assert answered(lambda reader=reader: reader.encode_ids([text])) is None  # type: ignore[misc]
            continue
        assert len(found.ids) == len(found.pieces) == len(found.spans)
        assert all(0 <= begin <= end <= len(text) for begin, end in found.spans)
        assert reader.encode_ids([text]) == [list(found.ids)]
        reader.decode(found.ids).encode("utf-8")


def _odd_value() -> st.SearchStrategy[Any]:
    rules = st.sampled_from([*StopRule, *LengthRule, *LengthCount, *CoverageRule])
    tokens = st.lists(st.integers(-1, 5), max_size=3).map(tuple)
    several = st.lists(tokens, max_size=2).map(tuple)
    constraints = st.builds(Constraints, forced_prefix=st.sampled_from([(), (2,), (99,), (1,)]))
    pins = st.builds(Pin, step=st.integers(1, 9), position=st.integers(0, 9)).map(lambda pin: (pin,))
    return st.one_of(values(), rules, tokens, several, constraints, pins)


@given(data=st.data(), kind=st.sampled_from([*SEARCHES, Constraints]))
@generated(150)
def test_options_are_good_or_refused_by_name_and_good_ones_give_a_search_that_holds(
    data: st.DataObject, kind: type[Any]
) -> None:
    names = st.sampled_from([field.name for field in fields(kind)])
    chosen = data.draw(st.dictionaries(names, _odd_value(), max_size=3))
    try:
        options = kind(**chosen)
    except OptionError as error:
        assert str(error)
        return
    assume(isinstance(options, SearchOptions))
    trace = answered(lambda: trace_of(CHAIN, _short(options)))
    if trace is not None:
        check(trace)


def _short(options: SearchOptions) -> SearchOptions:
    """The same with a bounded length and budget, where that is still possible."""
    longest = min(options.max_length or 12, 12)
    bounded: dict[str, Any] = {"max_length": longest, "min_length": min(options.min_length, longest - 1)}
    if isinstance(options, ExactOptions):
        bounded |= {"max_nodes": min(options.max_nodes, 50), "max_seconds": 0.5}
    return replace(options, **bounded)


@given(table=tables(depth=2), data=st.data())
@generated(60)
def test_pins_and_prefixes_that_no_table_has_are_refused_by_name(table: Table, data: st.DataObject) -> None:
    tokens = st.lists(st.integers(0, 8), max_size=4).map(tuple)
    forced = Constraints(forced_prefix=data.draw(tokens), banned=data.draw(tokens))
    answered(lambda: trace_of(table, BeamOptions(beam_size=2, max_length=4, constraints=forced)))


_NUMBERS = (".5", "1", "0", "0.4", ".6", "nan", "inf", "1e400", "-1", "٣", "1e-400", "½", "0x1", "1_0", "")
_PREFIXES = ("^", "a", "a b", "$", "<s>", "</s>", "@last", "@longest", "", "b c")
_LINES = (
    "^: a .5 b .4 $ .1",
    "a: a .4 b .35 $ .25",
    "a b: $ 1",
    "@last 1",
    "@longest 5",
    "@longest 99999999999999999999999",
    "@last 0",
    "^: a 1",
    "a: a 1",
    "^: $ 1",
)


def printed() -> st.SearchStrategy[str]:
    """Nonsense, lines that look like a table's, and good lines in any order."""
    pair = st.tuples(st.one_of(st.sampled_from(_PREFIXES), texts(4)), st.sampled_from(_NUMBERS)).map(" ".join)
    line = st.builds("{}: {}".format, st.sampled_from(_PREFIXES), st.lists(pair, max_size=3).map(" ".join))
    written = st.lists(st.one_of(line, st.sampled_from(_LINES)), max_size=6)
    return st.one_of(texts(), st.builds(str.join, st.sampled_from(["\n", "|", "\r"]), written))


@given(text=printed(), kind=st.sampled_from(SEARCHES))
@generated(200)
def test_a_printed_table_is_searched_or_refused(text: str, kind: type[SearchOptions]) -> None:
    table = answered(lambda: parse_table(text))
    if table is None:
        return
    assert parse_table(print_table(table)).following == table.following
    trace = answered(lambda: PRINTED.trace(text, kind(max_length=20) if kind is ExactOptions else kind()))
    if trace is not None:
        check(trace)


def contents() -> st.SearchStrategy[bytes]:
    """Files: bytes, texts that are no UTF-8, lines of which some are good."""
    lines = st.lists(st.one_of(st.sampled_from(["a\tb", "\t", "a\tb\tc", "", "\ufeffa\tb", "a\tb\r"]), texts(10)))
    return st.one_of(
        st.binary(max_size=80),
        texts().map(lambda text: text.encode("utf-8", "surrogatepass")),
        lines.map(lambda each: "\n".join(each).encode("utf-8", "surrogatepass")),
    )


@given(content=contents(), packed=st.booleans())
@generated(150)
def test_a_corpus_is_read_or_refused(tmp_path: Path, content: bytes, packed: bool) -> None:
    path = tmp_path / ("corpus.tsv.gz" if packed else "corpus.tsv")
    path.write_bytes(content)
    answered(lambda: read_parallel(str(path)))
    answered(lambda: read_parallel(f"{path},{path}"))
    answered(lambda: read_references(path, ["a", "b"]))
    pairs = answered(lambda: read_pairs(content))
    assert pairs is None or all(pair.source.strip() and pair.reference.strip() for pair in pairs)


@given(name=texts())
@generated(100)
def test_a_name_that_no_file_can_have_is_refused(name: str) -> None:
    answered(lambda: read_parallel(name))


@given(text=st.one_of(texts(), st.text(".rgbw/ \n", max_size=80)))
@generated(100)
def test_a_picture_is_read_or_refused(text: str) -> None:
    answered(lambda: parse_picture(text))


def test_numbers_too_long_to_be_written_are_refused_by_name() -> None:
    for setting in ("beam_size", "max_length", "alpha"):
        changes: dict[str, Any] = {setting: 10**5_000}
        with pytest.raises(OptionError, match=f"{setting} must be .*got <int>"):
            BeamOptions(**changes)


@pytest.mark.parametrize("name", ["refill", "force_end", "cut_competes", "coverage_steers", "finished_compete"])
def test_a_switch_is_on_or_off(name: str) -> None:
    changes: dict[str, Any] = {name: "no"}
    with pytest.raises(OptionError, match=f"{name} must be True or False, got 'no'"):
        BeamOptions(**changes)


@pytest.mark.parametrize("name", ["required", "banned_after", "banned", "forced_prefix"])
@pytest.mark.parametrize("value", [5, None, 2.5, [[2]], "a"])
def test_constraints_of_another_kind_are_refused(name: str, value: Any) -> None:
    with pytest.raises(OptionError, match=f"{name} must be a tuple"):
        Constraints(**{name: value})


def test_a_surrogate_is_never_written_by_a_tokenizer() -> None:
    with pytest.raises(InputError, match="lone surrogate"):
        READERS[0].encode_ids(["a", "\udfff"])
