"""A language without a source: sentences of `grammar`, for a plain language model.

    (empty)  ->  the cat sees a dog
    (empty)  ->  every brown dog that sings runs

The source is the empty text; no target occurs twice, or in two splits. Difficulties as in `parse`.
"""

import random
from typing import Final

from seq2seq_core.tasks.grammar import sentence
from seq2seq_core.tasks.parse import DEPTHS
from seq2seq_core.tasks.task import Pair, Side, Task, Units


def example(rng: random.Random, difficulty: int) -> Pair:
    """The empty text and a sentence."""
    return "", " ".join(sentence(rng, DEPTHS[difficulty]).words())


TASK: Final = Task(
    name="language",
    summary="No source -> sentences of a small grammar",
    example=example,
    difficulties=len(DEPTHS),
    source_units=Units.NOTHING,
    target_units=Units.WORD,
    distinct=Side.TARGET,
)
