"""The models that can be compared, and those that are."""

from collections.abc import Sequence

from demo.service import GalleryEntry
from demo.service.lineup import MOST, Group
from demo.tabs.parts.answers import LETTERS
from demo.tabs.parts.data import Data
from demo.tabs.parts.gallery import SEPARATOR, architecture_text, numbers_text, task_text
from demo.wording import Words
from demo.wording.page_words import PageWords


def lineup_data(groups: Sequence[Group], group: Group, chosen: Sequence[GalleryEntry], words: Words) -> Data:
    """`chosen` are of the group; places count in the group."""
    texts = words.compare.lineup
    return {
        "kinds": texts.kinds,
        "groups": [kind_text(each[0], words) for each in groups],
        "group": groups.index(group),
        "models": texts.models,
        "counted": texts.chosen,
        "change": texts.change,
        "most": MOST,
        "letters": LETTERS,
        "rows": [_row(entry, words.page) for entry in group],
        "chosen": [place for place, entry in enumerate(group) if entry in chosen],
    }


def kind_text(entry: GalleryEntry, words: Words) -> str:
    """What the models of a group read."""
    language = words.page.gallery.languages.get(entry.source_language or "")
    if entry.task == "translation" and language:
        return words.compare.lineup.from_language.format(language=language)
    return task_text(entry, words.page)


def _row(entry: GalleryEntry, words: PageWords) -> Data:
    task = task_text(entry, words) if entry.task == "translation" else ""
    return {
        "name": entry.name,
        "title": entry.title,
        "architecture": architecture_text(entry, words),
        "numbers": SEPARATOR.join(filter(None, (task, numbers_text(entry, words)))),
    }
