"""Sentences that show something; found by a script over the shipped model, kept in assets/examples.json."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .requests import MAXIMUM_CHARACTERS


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence; the page has a short reason for the kinds it knows and shows the note for others."""

    kind: str
    source: str
    reference: str
    note: str


def read_examples(path: Path) -> tuple[Example, ...]:
    """The examples of a file; none where it is absent or damaged, since the page works without."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    return tuple(_usable(entries)) if isinstance(entries, list) else ()


def _usable(entries: list[object]) -> Iterator[Example]:
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        kind, source, reference, note = (str(entry.get(name) or "") for name in ("kind", "source", "reference", "note"))
        if source.strip() and len(source) <= MAXIMUM_CHARACTERS:
            yield Example(kind, source, reference, note)
