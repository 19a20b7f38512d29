"""Class to sequence (one to many): a class word -> some sentence of that class.

    weather  ->  it will be foggy in lisbon on monday .
    order    ->  clara would like two soups and three cakes , please .

Any sentence of the class is right, so that a model is judged by whether its sentence belongs to the class. Sources are
as few as classes; it is targets that never occur twice, or in two splits. Difficulty 1: one sentence. 2: two of them.
"""

import random
from collections.abc import Mapping
from typing import Final

from seq2seq_core.tasks.task import Pair, Side, Task, Units, words

TEMPLATES: Final[Mapping[str, tuple[str, ...]]] = {
    "game": ("{team} beat {other_team} by {count} points on {day} .", "{person} scored {count} goals for {team} ."),
    "greeting": ("good {time} {person} , how was {city} ?", "hello {person} , welcome to {city} this {time} !"),
    "order": ("{person} would like {count} {dish} and {other_count} {other_dish} , please .",),
    "reminder": ("{person} , do not forget the {thing} on {day} .", "remember to bring the {thing} on {day} {time} ."),
    "train": ("the train from {city} to {other_city} leaves on {day} {time} .",),
    "weather": ("it will be {sky} in {city} on {day} .", "{city} expects a {sky} {time} on {day} ."),
}
_SLOTS: Final[Mapping[str, tuple[str, ...]]] = {
    "city": words("lisbon paris cairo lima oslo delhi tokyo quito dublin athens"),
    "count": words("two three four five six seven eight nine"),
    "day": words("monday tuesday wednesday thursday friday saturday sunday"),
    "dish": words("soups salads pizzas coffees cakes sandwiches"),
    "person": words("clara omar yuki ivan rosa amina peter lucia noah ingrid"),
    "sky": words("foggy sunny rainy windy cloudy snowy stormy warm cold"),
    "team": words("lions tigers eagles sharks wolves bears hawks foxes"),
    "thing": words("keys tickets books umbrella passport flowers camera letters"),
    "time": words("morning afternoon evening"),
}


def example(rng: random.Random, difficulty: int) -> Pair:
    """A class word and one sentence (difficulty 1) or two (difficulty 2) of the class."""
    label = rng.choice(tuple(TEMPLATES))
    return label, " ".join(_sentence(rng, label) for _ in range(difficulty))


def _sentence(rng: random.Random, label: str) -> str:
    template = rng.choice(TEMPLATES[label])
    fields = {}
    for slot, choices in _SLOTS.items():
        if f"{slot}}}" in template:
            fields[slot], fields[f"other_{slot}"] = rng.sample(choices, 2)
    return template.format_map(fields)


TASK: Final = Task(
    name="class-to-sequence",
    summary="A class word -> a sentence of that class",
    example=example,
    difficulties=2,
    source_units=Units.WORD,
    target_units=Units.WORD,
    distinct=Side.TARGET,
)
