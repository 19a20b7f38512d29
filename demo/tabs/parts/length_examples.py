"""Sources of different lengths to try with several models: a short one, a long one, several sentences joined."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from demo.service import Example, ExampleBook, GalleryEntry
from demo.service.lineup import Group
from demo.service.sources import MAXIMUM_CHARACTERS
from demo.tabs.parts.data import Data
from demo.wording import Words

JOINED: Final = 4  # sentences, as many as length curves are measured with
NEVER_SEEN: Final = "unseen"  # an example of a strange word would show two things at once


@dataclass(frozen=True, slots=True)
class LengthExamples:
    """Examples of the first model of a group that has any; their kinds are short, long and joined."""

    owner: GalleryEntry
    examples: tuple[Example, ...]

    def reference(self, source: str) -> str:
        """What should come out in the owner's language; empty where nobody knows."""
        return next((each.reference for each in self.examples if each.source == source.strip()), "")


def length_examples(group: Group, book: ExampleBook) -> LengthExamples:
    """The examples of a group; none where no model of it has any."""
    for entry in group:
        if found := book.of(entry):
            return LengthExamples(entry, tuple(_by_length(found, may_join=entry.task == "translation")))
    return LengthExamples(group[0], ())


def length_examples_data(shown: LengthExamples, words: Words) -> Data:
    reasons = words.compare.lineup.reasons
    return {
        "label": words.page.input.examples,
        "lang": shown.owner.source_language,
        "pictures": False,
        "palette": None,
        "seed": 0,
        "another": None,
        "examples": [{"source": each.source, "reason": reasons[each.kind]} for each in shown.examples],
    }


def _by_length(found: Sequence[Example], *, may_join: bool) -> Iterator[Example]:
    ordered = sorted(found, key=lambda each: len(each.source))
    yield replace(ordered[0], kind="short")
    if len(ordered) > 1:
        yield replace(ordered[-1], kind="long")
    if may_join and (joined := _joined([each for each in ordered if each.kind != NEVER_SEEN][:JOINED])):
        yield joined


def _joined(parts: Sequence[Example]) -> Example | None:
    """The sources one behind the other, and their references where all are known; None where that is no longer one."""
    source = " ".join(each.source.strip() for each in parts)
    if len(parts) < 2 or len(source) > MAXIMUM_CHARACTERS:
        return None
    references = [each.reference.strip() for each in parts]
    return Example("joined", source, " ".join(references) if all(references) else "", "")
