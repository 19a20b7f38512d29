"""Both languages have every text, with the same fields to fill."""

import dataclasses
import string
from collections.abc import Iterator, Mapping

from demo.wording.figures import CHINESE, ENGLISH


def texts(words: object, place: str = "") -> Iterator[tuple[str, str]]:
    match words:
        case str():
            yield place, words
        case Mapping():
            for key, value in words.items():
                yield from texts(value, f"{place}.{key}")
        case _:
            assert dataclasses.is_dataclass(words)
            for field in dataclasses.fields(words):
                yield from texts(getattr(words, field.name), f"{place}.{field.name}")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_languages_fill_in_the_same_fields() -> None:
    english, chinese = dict(texts(ENGLISH)), dict(texts(CHINESE))
    assert {place: fields(text) for place, text in english.items()} == {
        place: fields(text) for place, text in chinese.items()
    }


def test_no_text_is_empty() -> None:
    assert all(text for words in (ENGLISH, CHINESE) for _, text in texts(words))
