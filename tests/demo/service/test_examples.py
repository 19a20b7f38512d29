"""Examples are read from a file that may be absent, short or damaged."""

from pathlib import Path

import pytest

from demo.service import Example, read_examples


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
