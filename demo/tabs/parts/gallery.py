"""The models as lines: what each does, its architecture, year, size and score."""

from collections.abc import Sequence

from demo.service import GalleryEntry, Score
from demo.tabs.parts.data import Data
from demo.wording.page_words import PageWords

SEPARATOR = " · "


def gallery_data(entries: Sequence[GalleryEntry], chosen: GalleryEntry, words: PageWords) -> Data:
    return {
        "label": words.gallery.label,
        "change": words.gallery.change,
        "chosen": entries.index(chosen),
        "rows": [_row(entry, words) for entry in entries],
    }


def _row(entry: GalleryEntry, words: PageWords) -> Data:
    return {
        "name": entry.name,
        "task": task_text(entry, words),
        "title": entry.title,
        "architecture": architecture_text(entry, words),
        "numbers": numbers_text(entry, words),
    }


def line_text(entry: GalleryEntry, words: PageWords) -> str:
    """A model in a few words: where its output is shown."""
    return SEPARATOR.join((task_text(entry, words), architecture_text(entry, words)))


def architecture_text(entry: GalleryEntry, words: PageWords) -> str:
    """Its name, what it is made of, and its year; an unknown one has none."""
    known, year = entry.architecture, entry.architecture.year
    named = words.architectures.names.get(known.key)
    _, bracket, parts = known.name.partition(" (")
    name = f"{named}{bracket}{parts}" if named else known.name
    return SEPARATOR.join((name, str(year))) if year else name


def task_text(entry: GalleryEntry, words: PageWords) -> str:
    """A translation by its languages, everything else by its task."""
    languages = words.gallery.languages
    if entry.task == "translation" and entry.source_language and entry.target_language:
        pair = (entry.source_language, entry.target_language)
        return " → ".join(languages.get(language, language) for language in pair)
    return words.gallery.tasks.get(entry.task) or entry.task.partition(":")[2] or words.gallery.tasks[""]


def source_text(entry: GalleryEntry | None, words: PageWords) -> str:
    """What one types for a model: a sentence of a language, or what its task reads."""
    language = words.gallery.languages.get(entry.source_language or "") if entry else None
    sentence = words.gallery.sentence_in.format(language=language) if language else words.gallery.inputs[""]
    return words.gallery.inputs.get(entry.task if entry else "", sentence)


def numbers_text(entry: GalleryEntry, words: PageWords) -> str:
    """Size, training and score; the training tells models of one architecture apart."""
    sizes = ((words.gallery.parameters, entry.parameters), (words.gallery.trained_on, entry.facts.tokens_seen))
    known = [text.format(number=size_text(number, words)) for text, number in sizes if number]
    return SEPARATOR.join([*known, *([score_text(entry.score, words)] if entry.score else [])])


def size_text(number: int, words: PageWords) -> str:
    """A number of parameters or tokens, short: 6.2 M, 151 k."""
    if number >= 999_500:
        return words.gallery.millions.format(number=f"{number / 1e6:.1f}")
    return words.gallery.thousands.format(number=f"{number / 1e3:.0f}")


def score_text(score: Score, words: PageWords) -> str:
    """A score in short; the card says which search got it."""
    named, value = words.gallery.metrics.get(score.metric), f"{score.value:.1f}"
    return named.format(value=value) if named else f"{score.metric} {value}"
