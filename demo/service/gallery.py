"""The models that the page offers, as their folders describe them: config.json, and the index of the weights' file.

No model is opened and nothing of torch is loaded for it. A folder that cannot be described is left out, with one line
in the log.
"""

import json
import logging
import math
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from seq2seq_core.architecture import Architecture, describe
from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.files import read_regular, regular_file

from .curve import Curve, read_curve
from .facts import Facts, Score, headline, read_facts, text_of
from .sources import MAXIMUM_CHARACTERS, SourceKind

CONFIG: Final = "config.json"
STRANGE: Final = (  # what a folder that is not one of ours may lead to
    Seq2SeqError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    struct.error,
)
LARGEST_INDEX: Final = 1 << 24  # bytes
MOST_DIMENSIONS: Final = 8
LARGEST_SIZE: Final = 1 << 40
SUGGESTIONS: Final = 40
TRANSLATION: Final = "translation"
SELF_ATTENTIVE: Final = "transformer"  # the key of the architecture
_PAIR_OF_LANGUAGES: Final = re.compile(r"(?<![a-z])(de|en|fr|zh)-(de|en|fr|zh)(?![a-z])")
_KINDS: Final = {"picture": SourceKind.PICTURE, "none": SourceKind.NONE}  # by the kind of the source's tokenizer
_TASKS: Final = {SourceKind.PICTURE: "captions", SourceKind.NONE: "language-model"}  # where the card names none
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A Hugging Face model that the page may open; see `named`."""

    place: str  # a folder, or a name on the hub
    source_language: str | None = None  # codes of a model of many languages
    target_language: str | None = None


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """One model, as a line of the gallery and as a card."""

    name: str  # of its folder; what a request calls it by
    folder: Path
    title: str
    task: str  # see `card` in the checkpoint's config.json; empty where nothing tells
    source: SourceKind
    source_language: str | None  # ISO code
    target_language: str | None
    architecture: Architecture
    parameters: int
    score: Score | None
    suggestions: tuple[str, ...]
    facts: Facts
    length_curve: Curve | None = None
    named: NamedModel | None = None  # where it is no checkpoint folder
    memory: int | None = None  # bytes that it takes when it is open; None: by its parameters

    @property
    def has_self_attention(self) -> bool:
        """Whether `Service.self_attention` has something to tell of it."""
        return self.architecture.key == SELF_ATTENTIVE

    def reads_like(self, other: "GalleryEntry") -> bool:
        """Whether a source for the other one is a source for this one: sentences of a language, or the same task."""
        same_kind = (self.source, self.task) == (other.source, other.task)
        return same_kind and (self.task != TRANSLATION or self.source_language == other.source_language)


def read_gallery(folders: Iterable[Path]) -> tuple[GalleryEntry, ...]:
    """The models of these checkpoint folders; the first stays first, the others are sorted by what they do.

    Of folders with the same name the first counts.
    """
    entries: dict[str, GalleryEntry] = {}
    for folder in folders:
        if folder.resolve() in {entry.folder.resolve() for entry in entries.values()}:
            continue
        try:
            entry = describe_folder(folder)
        except STRANGE as error:
            _log.error("%s is left out of the gallery: %s: %s", folder, type(error).__name__, error)
            continue
        if entry.name in entries:
            _log.error("%s is left out of the gallery: another model is called %s", folder, entry.name)
            continue
        entries[entry.name] = entry
    if not entries:
        return ()
    first, *others = entries.values()
    return (first, *sorted(others, key=lambda entry: _place(entry, first)))


def checkpoint_folders(shelf: Path) -> list[Path]:
    """The folders in a folder that hold a config.json, by name; none where there is no such folder."""
    return sorted(config.parent for config in shelf.glob(f"*/{CONFIG}"))


def describe_folder(folder: Path) -> GalleryEntry:
    """What a checkpoint folder says about itself.

    Raises:
        one of `STRANGE`: it cannot be read, or is not one of ours.
    """
    folder = folder.absolute()
    config: dict[str, Any] = json.loads(read_regular(folder, CONFIG).decode("utf-8"), parse_constant=_no_number)
    card, facts = config["card"], read_facts(config)
    source = _source_kind(config)
    languages = _languages(card, f"{folder.name} {_training_file(config)}")
    task = text_of(card, "task") or (TRANSLATION if all(languages) else _TASKS.get(source, ""))
    return GalleryEntry(
        name=folder.name,
        folder=folder,
        title=text_of(card, "title") or folder.name,
        task=task,
        source=source,
        source_language=languages[0],
        target_language=languages[1],
        architecture=describe(config["model"]),
        parameters=count_numbers(regular_file(folder, config["weights"]["file"])),
        score=headline(task, facts.scores),
        suggestions=tuple(_suggestions(card.get("suggestions"), source)),
        facts=facts,
        length_curve=read_curve(card, folder.name),
    )


def count_numbers(path: Path) -> int:
    """How many numbers a safetensors file holds, by its index: 8 bytes of length, then JSON with every shape.

    Raises:
        one of `STRANGE`: there is no such file, or no such index.
    """
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        if length > LARGEST_INDEX:
            raise ValueError(f"the index of {path.name} must have at most {LARGEST_INDEX} bytes, got {length}")
        index = json.loads(file.read(length))
    return sum(_numbers(tensor["shape"]) for name, tensor in index.items() if name != "__metadata__")


def _numbers(shape: object) -> int:
    sizes = [size for size in shape if type(size) is int and 0 <= size <= LARGEST_SIZE] if type(shape) is list else []
    if sizes != shape or len(sizes) > MOST_DIMENSIONS:
        raise ValueError(f"a shape must have a few sizes, got {shape!r:.40}")
    return math.prod(sizes)


def _place(entry: GalleryEntry, first: GalleryEntry) -> tuple[Any, ...]:
    """The first one's neighbours, then by task, languages, year."""
    languages = (entry.source_language or "", entry.target_language or "")
    same = (entry.task, *languages) == (first.task, first.source_language or "", first.target_language or "")
    return not same, entry.task != TRANSLATION, entry.task, languages, entry.architecture.year, entry.title


def _source_kind(config: Mapping[str, Any]) -> SourceKind:
    if config["model"].get("encoder") == "label":
        return SourceKind.LABEL
    return _KINDS.get(config["tokenizers"]["source"]["kind"], SourceKind.TEXT)


def _languages(card: Mapping[str, Any], names: str) -> tuple[str | None, str | None]:
    """Of source and target; those of the folder's or the file's name where the card is silent."""
    if "source_language" in card or "target_language" in card:
        return text_of(card, "source_language") or None, text_of(card, "target_language") or None
    return pair_of_languages(names)


def pair_of_languages(name: str) -> tuple[str | None, str | None]:
    """Of source and target, where a name tells them, as in opus-mt-en-fr."""
    found = _PAIR_OF_LANGUAGES.search(name)
    return (found[1], found[2]) if found else (None, None)


def _training_file(config: Mapping[str, Any]) -> str:
    return text_of(config["training"].get("options", {}), "train")


def _suggestions(values: object, source: SourceKind) -> Iterator[str]:
    for value in values[:SUGGESTIONS] if isinstance(values, Sequence) and not isinstance(values, str) else ():
        fits = isinstance(value, str) and value.strip()
        if fits and (source is SourceKind.PICTURE or len(value) <= MAXIMUM_CHARACTERS):
            yield value


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")
