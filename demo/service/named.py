"""Hugging Face models in the gallery: those that whoever serves the page has named, and no others.

The variable lists folders or names on the hub, parted by commas; of a model of many languages with the codes of both,
as its tokenizer spells them: `facebook/m2m100_418M@en>fr`. A visitor chooses among them and names nothing, so that
nothing is fetched that was not listed. Nothing is fetched when the page starts, either: a folder is described by its
files, a name on the hub by itself; the model is opened when it is first used.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from seq2seq_core.architecture import Architecture, describe

from .facts import NO_FACTS
from .gallery import CONFIG, TRANSLATION, GalleryEntry, NamedModel, count_numbers, pair_of_languages
from .shelf import BYTES_OF_A_NUMBER, MEMORY_BUDGET
from .sources import SourceKind

LIBRARY: Final = "transformers"
KEY: Final = "hugging-face"
PREFIX: Final = "hf:"  # as on the command line; no folder of the gallery is called so
WEIGHTS: Final = "model.safetensors"
LONGEST_CONFIG: Final = 1 << 20  # bytes
_log = logging.getLogger(__name__)


def read_named(listed: str, installed: Callable[[str], object] = find_spec) -> tuple[GalleryEntry, ...]:
    """The entries of a list, in its order; none where the library is not installed, which the log says."""
    if not listed.strip():
        return ()
    if installed(LIBRARY) is None:
        _log.error("no Hugging Face model is in the gallery: %s is not installed (the extra hf)", LIBRARY)
        return ()
    entries: dict[str, GalleryEntry] = {}
    for model in _models(listed):
        try:
            entry = _entry(model)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.error("%s is left out of the gallery: %s: %s", model.place, type(error).__name__, error)
            continue
        entries.setdefault(entry.name, entry)
    return tuple(entries.values())


def _models(listed: str) -> Iterator[NamedModel]:
    for part in filter(None, map(str.strip, listed.split(","))):
        place, at, languages = part.rpartition("@")
        source, arrow, target = languages.partition(">")
        if at and arrow and source.strip() and target.strip():
            yield NamedModel(place.strip(), source.strip(), target.strip())
        else:
            yield NamedModel(part)


def _entry(model: NamedModel) -> GalleryEntry:
    """What is known of a model without opening it.

    Raises:
        OSError, ValueError, KeyError, TypeError, AttributeError: it is a folder whose files cannot be read.
    """
    folder = Path(model.place).expanduser()
    local = folder.is_dir()
    title = folder.absolute().name if local else model.place
    kind = _config(folder / CONFIG)["model_type"] if local else ""
    weights = folder / WEIGHTS
    parameters = count_numbers(weights) if local and weights.is_file() else 0
    languages = pair_of_languages(title)
    if model.source_language and model.target_language:
        languages = (model.source_language, model.target_language)
        title = f"{title} ({model.source_language} → {model.target_language})"
    return GalleryEntry(
        name=PREFIX + title,
        folder=folder,
        title=title,
        task=TRANSLATION if all(languages) else "",
        source=SourceKind.TEXT,
        source_language=languages[0],
        target_language=languages[1],
        architecture=_architecture(str(kind)),
        parameters=parameters,
        score=None,
        suggestions=(),
        facts=NO_FACTS,
        named=model,
        # Of unknown size: loaded alone, so that the bounded memory holds whatever it turns out to be.
        memory=parameters * BYTES_OF_A_NUMBER or MEMORY_BUDGET,
    )


def _config(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as file:
        found: Mapping[str, Any] = json.loads(file.read(LONGEST_CONFIG))
    return found


def _architecture(kind: str) -> Architecture:
    """All families that can be opened are Transformers; their self-attention is not shown."""
    known = describe({"family": "transformer"})
    parts = f"Hugging Face, {kind}" if kind else "Hugging Face"
    return Architecture(KEY, f"{known.name} ({parts})", known.year, known.paper, known.equation)
