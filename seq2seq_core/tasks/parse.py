"""Parsing as translation: a sentence of `grammar` -> its tree in brackets (Vinyals et al. 2015, "Grammar as a foreign
language").

    the cat sees a dog               ->  ( S ( NP the cat ) ( VP sees ( NP a dog ) ) )
    every brown dog that sings runs  ->  ( S ( NP every brown dog ( RC that ( VP sings ) ) ) ( VP runs ) )

Difficulty 1: no nested clauses and prepositional phrases. 2: one level. 3: up to three levels.
"""

import random
from typing import Final

from seq2seq_core.tasks.grammar import sentence
from seq2seq_core.tasks.task import Pair, Task, Units

DEPTHS: Final = {1: 0, 2: 1, 3: 3}  # by difficulty


def example(rng: random.Random, difficulty: int) -> Pair:
    """A sentence and its tree."""
    tree = sentence(rng, DEPTHS[difficulty])
    return " ".join(tree.words()), tree.brackets()


TASK: Final = Task(
    name="parse",
    summary="Sentences of a small grammar -> their trees in brackets",
    example=example,
    difficulties=len(DEPTHS),
    source_units=Units.WORD,
    target_units=Units.WORD,
)
