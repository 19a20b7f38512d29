"""The card of a model: everything its config.json tells, in the page's language."""

from collections.abc import Sequence

from demo.service import Facts, GalleryEntry, Score, Units
from demo.tabs.parts.data import Data
from demo.tabs.parts.gallery import architecture_text, size_text
from demo.wording.gallery_words import CardWords
from demo.wording.page_words import PageWords

SEPARATOR = " · "


def idea_text(entry: GalleryEntry, words: PageWords) -> str:
    """Markdown: the idea of the architecture, and its equation in LaTeX; nothing of it comes from a file."""
    idea, equation = words.architectures.ideas.get(entry.architecture.key, ""), entry.architecture.equation
    return "\n\n".join(filter(None, (idea, f"$$\n{equation}\n$$" if equation else "")))


def card_data(entry: GalleryEntry, words: PageWords) -> Data:
    texts, facts = words.card, entry.facts
    rows = [
        (texts.model, architecture_text(entry, words)),
        (texts.paper, entry.architecture.paper),
        (texts.data, SEPARATOR.join(filter(None, (_pairs(facts, texts), facts.attribution)))),
        (texts.units, " → ".join(_units(units, texts) for units in _sides(facts))),
        (texts.parameters, f"{entry.parameters:,}" if entry.parameters else ""),
        (texts.trained, SEPARATOR.join(filter(None, _course(facts, words)))),
        (texts.machine, facts.machine),
    ]
    return {
        "facts": [[name, value] for name, value in (*rows, *_other_numbers(facts, texts)) if value],
        "scores": {"heading": texts.scores, **scores_table(facts.scores, texts), "none": texts.no_scores},
        "retrain": {"heading": texts.retrain, "command": facts.command} if facts.command else None,
    }


def scores_table(scores: Sequence[Score], words: CardWords) -> Data:
    """A row for each metric, a column for each search."""
    measured = [score for score in scores if score.search]
    searches = list(dict.fromkeys(score.search for score in measured))
    rows: dict[str, dict[str, str]] = {}
    for score in measured:
        conditions = (words.conditions.get(each, each) for each in score.references.split(", "))
        name = words.list_mark.join((_metric(score, words), *conditions))
        rows.setdefault(name, {})[score.search] = f"{score.value:g}"
    return {
        "columns": [words.metric, *(words.searches.get(search, search) for search in searches)],
        "rows": [[name, *(values.get(search, "") for search in searches)] for name, values in rows.items()],
    }


def _other_numbers(facts: Facts, words: CardWords) -> list[tuple[str, str]]:
    """What was measured without a search."""
    return [(_metric(score, words), f"{score.value:g}") for score in facts.scores if not score.search]


def _metric(score: Score, words: CardWords) -> str:
    return words.metrics.get(score.metric, score.metric)


def _pairs(facts: Facts, words: CardWords) -> str:
    return words.pairs.format(pairs=f"{facts.pairs:,}") if facts.pairs is not None else ""


def _sides(facts: Facts) -> list[Units]:
    """The units of source and target, where there are some."""
    return [units for units in (facts.source_units, facts.target_units) if units.size]


def _units(units: Units, words: CardWords) -> str:
    return words.units_of.format(kind=words.unit_kinds.get(units.kind, units.kind), size=f"{units.size:,}")


def _course(facts: Facts, words: PageWords) -> list[str]:
    tokens = "" if facts.tokens_seen is None else size_text(facts.tokens_seen, words)
    return [
        words.card.tokens_seen.format(tokens=tokens) if tokens else "",
        words.card.epochs.format(epochs=facts.epochs) if facts.epochs is not None else "",
        _time(facts.seconds, words.card) if facts.seconds is not None else "",
    ]


def _time(seconds: float, words: CardWords) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return words.minutes.format(minutes=minutes, seconds=rest)
    return words.hours.format(hours=minutes // 60, minutes=minutes % 60)
