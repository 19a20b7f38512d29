"""Walks the tables of visible texts."""

import dataclasses
import string
from collections.abc import Iterator, Mapping


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
