"""Walks the tables of visible texts, and compares the two languages."""

import dataclasses
import re
import string
from collections.abc import Iterator, Mapping
from typing import Final

CHINESE_LETTER: Final = re.compile(r"[\u4e00-\u9fff]")


def texts(words: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a tree of wording, with its place in the tree."""
    match words:
        case str():
            yield place, words
        case Mapping():
            for key, value in words.items():
                yield from texts(value, f"{place}[{key}]")
        case _:
            assert dataclasses.is_dataclass(words)
            for field in dataclasses.fields(words):
                yield from texts(getattr(words, field.name), f"{place}.{field.name}")


def fields(text: str) -> set[str]:
    """The names that a text has filled in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def without_chinese(words: object) -> dict[str, str]:
    """The texts, by their places, that hold no Chinese character."""
    return {place: text for place, text in texts(words) if not CHINESE_LETTER.search(text)}


def expect_both_languages(english: object, chinese: object) -> None:
    """The same texts in both, none of them empty, with the same fields to fill; no Chinese in the English ones."""
    tables = dict(texts(english)), dict(texts(chinese))
    assert not [place for table in tables for place, text in table.items() if not text.strip()]
    in_english, in_chinese = ({place: fields(text) for place, text in table.items()} for table in tables)
    assert in_english == in_chinese  # the places too
    assert without_chinese(english) == tables[0]
