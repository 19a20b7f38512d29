"""Examples are read from a file that may be absent, short or damaged; every model gets those that fit it."""

from pathlib import Path

import pytest

from demo.service import Example, ExampleBook, SourceKind, read_examples
from seq2seq_core.pictures import parse_picture
from tests.demo.service.made import made_entry


def test_an_entry_becomes_an_example(tmp_path: Path) -> None:
    path = tmp_path / "examples.json"
    path.write_text('[{"kind": "differ", "source": "Hi.", "reference": "Salut."}]', encoding="utf-8")
    assert read_examples(path) == (Example("differ", "Hi.", "Salut.", ""),)


@pytest.mark.parametrize(
    "content", ["", "{", "{}", "[]", "null", '[1, "x", {}]', '[{"source": " "}]', f'[{{"source": "{"x" * 401}"}}]']
)
def test_what_cannot_be_used_is_left_out(tmp_path: Path, content: str) -> None:
    path = tmp_path / "examples.json"
    path.write_text(content, encoding="utf-8")
    assert read_examples(path) == ()


def test_without_a_file_there_are_no_examples(tmp_path: Path) -> None:
    assert read_examples(tmp_path / "none.json") == ()


FOUND = (Example("beam_worse", "Go now.", "Va.", ""), Example("long", "It is long.", "C'est long.", ""))


def test_the_model_they_were_found_with_has_them_as_they_are() -> None:
    assert ExampleBook(FOUND).of(made_entry("tatoeba-en-fr")) == FOUND


def test_another_model_of_these_languages_gets_no_reason_that_speaks_of_outputs() -> None:
    examples = ExampleBook(FOUND).of(made_entry("other"))
    assert [(each.kind, each.source) for each in examples] == [("", "Go now."), ("long", "It is long.")]


def test_a_models_own_suggestions_serve_where_nothing_with_a_reference_fits() -> None:
    book, own = ExampleBook(FOUND), (Example("", "Hi.", "", ""),)
    assert book.of(made_entry("other", suggestions=("Hi.",), target_language="zh")) == own
    assert ExampleBook().of(made_entry("other", suggestions=("Hi.",))) == own
    assert book.of(made_entry("other", suggestions=("Hi.",)))[0].source == "Go now."
    assert book.of(made_entry(target_language="zh")) == ()


def test_a_reference_is_known_for_what_was_offered() -> None:
    book = ExampleBook(FOUND)
    assert book.reference(made_entry(), " Go now. ") == "Va."
    assert book.reference(made_entry(), "Go later.") == ""
    assert book.reference(made_entry(target_language="zh"), "Go now.") == ""


def test_pictures_differ_by_seed_and_have_their_captions() -> None:
    book, entry = ExampleBook(), made_entry(source=SourceKind.PICTURE, task="captions")
    one, other = book.of(entry, 1), book.of(entry, 2)
    assert one == book.of(entry, 1)
    assert {each.source for each in one}.isdisjoint(each.source for each in other)
    assert all(parse_picture(each.source).shape == (24, 24) for each in one)
    assert [book.reference(entry, each.source) for each in one] == [each.reference for each in one]
    assert all(each.reference.startswith("a ") for each in one)
