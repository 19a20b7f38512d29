"""What a checkpoint's config.json tells about its training: scores, data, cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

Record = Mapping[str, Any]

LARGEST_NUMBER: Final = 1e18
_HEADLINE_METRICS: Final[Mapping[str, Sequence[str]]] = {"translation": ("BLEU",)}
_OTHER_METRICS: Final = ("word error rate %", "exact match %", "BLEU")
_TRANSLATION_SEARCHES: Final = ("beam 5", "greedy")
_OTHER_SEARCHES: Final = ("greedy", "beam 5")


@dataclass(frozen=True, slots=True)
class Score:
    """One number measured on the test set; `search` and `references` are empty where a metric has none."""

    metric: str
    value: float
    search: str = ""  # greedy, beam 5
    references: str = ""  # single reference, all references; further conditions behind a comma


@dataclass(frozen=True, slots=True)
class Units:
    """How one side is cut, and into how many token types."""

    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Facts:
    """The record behind a model; empty or None where config.json says nothing."""

    attribution: str
    scores: tuple[Score, ...]
    source_units: Units
    target_units: Units
    pairs: int | None
    tokens_seen: int | None
    epochs: int | None
    seconds: float | None
    machine: str
    command: str


NO_FACTS: Final = Facts(
    attribution="",
    scores=(),
    source_units=Units("", 0),
    target_units=Units("", 0),
    pairs=None,
    tokens_seen=None,
    epochs=None,
    seconds=None,
    machine="",
    command="",
)


def read_facts(config: Record) -> Facts:
    """The facts of a config.json.

    Raises:
        KeyError, TypeError, AttributeError: it is not one of ours.
    """
    training, model, tokenizers = config["training"], config["model"], config["tokenizers"]
    data = training.get("data", {}).get("train", {})
    return Facts(
        attribution=text_of(config["card"], "attribution"),
        scores=tuple(_scores(config["metrics"])),
        source_units=_units(tokenizers["source"]["kind"], model["source_vocabulary"]),
        target_units=_units(tokenizers["target"]["kind"], model["target_vocabulary"]),
        pairs=_whole(data, "pairs"),
        tokens_seen=_whole(training, "target_tokens_seen"),
        epochs=_whole(training, "epochs"),
        seconds=_whole(training, "seconds"),
        machine=text_of(training, "machine"),
        command=text_of(training, "command"),
    )


def headline(task: str, scores: Sequence[Score]) -> Score | None:
    """The one score for a line about the model: BLEU with beam 5 of a translation, greedy's exactness elsewhere."""
    searches = _TRANSLATION_SEARCHES if task in _HEADLINE_METRICS else _OTHER_SEARCHES
    for metric in _HEADLINE_METRICS.get(task, _OTHER_METRICS):
        for search in searches:
            for score in scores:
                if (score.metric, score.search) == (metric, search):
                    return score
    return None


def text_of(record: Record, name: str) -> str:
    """A text of a record; empty where there is none."""
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _scores(metrics: Record) -> Iterable[Score]:
    """Names are `metric, search, references, ...`, or a metric alone; signatures and the like are no scores."""
    for name, value in metrics.items():
        if not _is_number(value):
            continue
        parts = name.split(", ", 2)
        yield Score(parts[0], float(value), *parts[1:]) if len(parts) == 3 else Score(name, float(value))


def _whole(record: Record, name: str) -> int | None:
    value = record.get(name)
    return int(value) if _is_number(value) else None


def _units(kind: object, size: object) -> Units:
    """
    Raises:
        TypeError: a name or a number is something else.
    """
    if not isinstance(kind, str) or not isinstance(size, int) or isinstance(size, bool):
        raise TypeError(f"a reader must have a kind and a size, got {kind!r:.40} and {size!r:.40}")
    return Units(kind, size)


def _is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is one that can be written and compared: JSON also has numbers of a thousand digits."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER
