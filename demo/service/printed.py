"""The printed table in the gallery: a model whose source is the table itself, with tables to begin from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from seq2seq_core.architecture import Architecture

from .example import Example
from .facts import NO_FACTS
from .gallery import GalleryEntry
from .sources import LONGEST_TABLE, SourceKind

NAME: Final = "table"


def printed_entry(folder: Path) -> GalleryEntry:
    """The one line of the gallery; `folder` holds the tables that are offered."""
    return GalleryEntry(
        name=NAME,
        folder=folder,
        title=NAME,
        task="table",
        source=SourceKind.TABLE,
        source_language=None,
        target_language=None,
        architecture=Architecture("table", "Probability table", 0, "", ""),
        parameters=0,
        score=None,
        suggestions=(),
        facts=NO_FACTS,
    )


def read_tables(folder: Path) -> tuple[Example, ...]:
    """The tables of a folder by name, `2-jane.txt` as the kind `jane`; one that cannot be read is left out."""
    return tuple(_readable(sorted(folder.glob("*.txt"))))


def _readable(paths: list[Path]) -> Iterator[Example]:
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
        if text.strip() and len(text) <= LONGEST_TABLE:
            yield Example(path.stem.partition("-")[2] or path.stem, text.strip(), "", "")
