"""Sources to try: sentences and labels as chips, pictures as pictures, tables by what they show."""

from collections.abc import Mapping, Sequence

from demo.service import Example, GalleryEntry, SourceKind
from demo.tabs.parts.data import Data
from demo.wording.page_words import InputWords, PageWords
from seq2seq_core.pictures import PALETTE


def examples_data(
    examples: Sequence[Example],
    entry: GalleryEntry | None,
    words: PageWords,
    *,
    seed: int = 0,
    reasons: Mapping[str, str] | None = None,
) -> Data:
    """`seed` is that of the generated pictures: what a visitor chooses is named by it; `reasons` are a tab's own."""
    kind = entry.source if entry else SourceKind.TEXT
    is_picture = kind is SourceKind.PICTURE
    labels = {SourceKind.PICTURE: words.gallery.pictures, SourceKind.LABEL: words.gallery.labels}
    return {
        "label": labels.get(kind, words.input.examples),
        "lang": entry.source_language if entry else None,
        "pictures": is_picture,
        "palette": {character: colour.hex for character, colour in PALETTE.items()} if is_picture else None,
        "seed": seed,
        "another": words.gallery.another_picture if is_picture and examples else None,
        "examples": [_chip(each, kind, words, reasons or words.input.reasons) for each in examples],
    }


def _chip(example: Example, kind: SourceKind, words: PageWords, reasons: Mapping[str, str]) -> Data:
    if kind is SourceKind.TABLE:
        return {"source": words.gallery.tables.get(example.kind, example.kind), "reason": ""}
    return {"source": example.source, "reason": _reason(example, words.input, reasons)}


def _reason(example: Example, words: InputWords, reasons: Mapping[str, str]) -> str:
    """Why the sentence is here: its kind in words, and the note; for an unknown kind the note alone."""
    reason = reasons.get(example.kind)
    if reason is None or not example.note:
        return reason or example.note
    return words.reason_and_note.format(reason=reason, note=example.note)
