"""Sources to try: sentences found by a script over the shipped model, or what a model's card suggests.

`assets/examples.json` was made with one model. Other models that translate the same languages get its sentences too,
which have references, rather than what their cards suggest; but not its reasons that speak of outputs.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from .example import Example
from .gallery import TRANSLATION, GalleryEntry
from .pictures import pictures
from .sources import MAXIMUM_CHARACTERS, SourceKind

FOUND_WITH: Final = "tatoeba-en-fr"
LANGUAGES: Final = ("en", "fr")
ABOUT_OUTPUTS: Final = ("differ", "beam_worse")
MOST_CAPTIONS: Final = 3_000
MOST_SHOWN: Final = 6  # beside the decoders


class ExampleBook:
    """What to try with each model, and the references of all that was offered."""

    def __init__(
        self,
        found: tuple[Example, ...] = (),
        tables: tuple[Example, ...] = (),
        decoders: Mapping[str, tuple[Example, ...]] | None = None,
    ) -> None:
        self._found = found  # the examples of the file
        self._tables = tables
        self._decoders = decoders or {}  # by the model that they were found with
        self._captions: dict[str, str] = {}  # of the pictures that were offered

    def of(self, entry: GalleryEntry, seed: int = 0) -> tuple[Example, ...]:
        """The examples of a model; pictures are drawn by `seed`."""
        if entry.source is SourceKind.PICTURE:
            return self._drawn(seed)
        if entry.source is SourceKind.TABLE:
            return self._tables
        if entry.name == FOUND_WITH:
            return self._found
        if self._found and entry.task == TRANSLATION and (entry.source_language, entry.target_language) == LANGUAGES:
            return tuple(replace(each, kind="") if each.kind in ABOUT_OUTPUTS else each for each in self._found)
        return tuple(Example("", suggestion, "", "") for suggestion in entry.suggestions)

    def for_decoders(self, entry: GalleryEntry) -> tuple[Example, ...]:
        """What shows a difference between searches, and then what else there is."""
        shown = self._decoders.get(entry.name, ())
        known = {each.source for each in shown}
        others = [replace(each, kind="") for each in self.of(entry) if each.source not in known]
        if entry.source is SourceKind.TABLE:
            return self._tables
        return (*shown, *others[: max(0, MOST_SHOWN - len(shown))])

    def reference(self, entry: GalleryEntry, source: str) -> str:
        """What should come out for a source that was offered; empty for any other."""
        if entry.source is SourceKind.PICTURE:
            return self._captions.get(source.strip(), "")
        return next((each.reference for each in self.of(entry) if each.source.strip() == source.strip()), "")

    def _drawn(self, seed: int) -> tuple[Example, ...]:
        examples = pictures(seed)
        if len(self._captions) > MOST_CAPTIONS:
            self._captions = {}
        self._captions |= {each.source: each.reference for each in examples}
        return examples


def read_examples(path: Path) -> tuple[Example, ...]:
    """The examples of a file; none where it is absent or damaged, since the page works without."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    return tuple(_usable(entries)) if isinstance(entries, list) else ()


def read_decoder_examples(path: Path) -> dict[str, tuple[Example, ...]]:
    """The examples of a file that names models, each with its list; none where it is absent or damaged."""
    try:
        models = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(models, dict):
        return {}
    return {name: tuple(_usable(entries)) for name, entries in models.items() if isinstance(entries, list)}


def _usable(entries: list[object]) -> Iterator[Example]:
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        kind, source, reference, note = (str(entry.get(name) or "") for name in ("kind", "source", "reference", "note"))
        if source.strip() and len(source) <= MAXIMUM_CHARACTERS:
            yield Example(kind, source, reference, note)
