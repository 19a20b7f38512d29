"""Several labels for one text, as a sequence: a short text -> the topics it mentions.

    she forgot the violin , we looked for the snow .  ->  music weather
    they spoke about the table .                      ->  none
    i dreamt of the soup , i dreamt of the bread .    ->  food

The target names each topic once, in the order of the alphabet, or is `none`. A topic is mentioned by a word of its list
in `TOPICS`; the words of `NEUTRAL` mention none. A text has 1 to 2 clauses at difficulty 1, up to 4 at 2, up to 6 at 3.
"""

import random
from collections.abc import Iterable, Mapping
from typing import Final

from seq2seq_core.tasks.task import Pair, Task, Units, words

TOPICS: Final[Mapping[str, tuple[str, ...]]] = {
    "animals": words("cat horse rabbit goose whale spider"),
    "food": words("bread soup cheese apple rice cake"),
    "money": words("bank coin salary tax loan price"),
    "music": words("violin song choir drum opera flute"),
    "school": words("exam teacher pupil lesson homework classroom"),
    "sport": words("goal referee race match trophy marathon"),
    "travel": words("passport airport hotel luggage ferry journey"),
    "weather": words("snow rain storm fog sunshine wind"),
}
NEUTRAL: Final = words("table idea letter corner button secret")
NOTHING: Final = "none"
_OPENINGS: Final = (
    "we looked for the",
    "she forgot the",
    "they spoke about the",
    "i dreamt of the",
    "nobody mentioned the",
    "he drew the",
    "you asked about the",
)
_LARGEST_CLAUSES: Final = {1: 2, 2: 4, 3: 6}  # by difficulty
_TOPIC_OF: Final = {word: topic for topic, members in TOPICS.items() for word in members}


def example(rng: random.Random, difficulty: int) -> Pair:
    """A text and the topics it mentions."""
    mentions = [_mention(rng) for _ in range(rng.randint(1, _LARGEST_CLAUSES[difficulty]))]
    clauses = [f"{rng.choice(_OPENINGS)} {word}" for word in mentions]
    return f"{' , '.join(clauses)} .", labels(mentions)


def labels(mentions: Iterable[str]) -> str:
    """The topics of some words, each once, in alphabetical order; `none` if they have none."""
    topics = {_TOPIC_OF[word] for word in mentions if word in _TOPIC_OF}
    return " ".join(sorted(topics)) or NOTHING


def _mention(rng: random.Random) -> str:
    """A neutral word (one time in four) or a word of some topic."""
    return rng.choice(NEUTRAL if rng.random() < 0.25 else TOPICS[rng.choice(tuple(TOPICS))])


TASK: Final = Task(
    name="labels",
    summary="Short texts -> the topics they mention, as a sequence",
    example=example,
    difficulties=len(_LARGEST_CLAUSES),
    source_units=Units.WORD,
    target_units=Units.WORD,
)
