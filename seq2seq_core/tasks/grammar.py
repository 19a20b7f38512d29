"""A small context-free grammar of English, for the tasks `parse` and `language`.

    S    -> NP VP
    NP   -> determiner [adjective] noun [PP | RC]
    PP   -> preposition NP
    RC   -> "that" VP
    VP   -> intransitive verb | transitive verb NP | saying verb CP
    CP   -> "that" S

Every sentence has one tree only: a prepositional phrase or relative clause belongs to the noun right before it, and the
kind of the verb says what follows. A word has one part of speech. (RC: relative clause; CP: complement clause.)

Nesting counts PP, RC and CP on the way down from the root; at most `depth` of them lie above one another.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from seq2seq_core.tasks.task import words

DETERMINERS: Final = words("the a every this")
ADJECTIVES: Final = words("small brown happy green quiet clever tired")
NOUNS: Final = words("cat dog bird child farmer doctor robot garden house river teacher train")
PREPOSITIONS: Final = words("near behind under beside with")
INTRANSITIVE: Final = words("sleeps runs waits sings smiles")
TRANSITIVE: Final = words("sees likes follows helps finds draws")
SAYING: Final = words("says thinks knows")


@dataclass(frozen=True, slots=True)
class Tree:
    """A phrase: its label, and its words and phrases in order."""

    label: str
    parts: tuple["Tree | str", ...]

    def words(self) -> Iterator[str]:
        """The words of the phrase, from left to right."""
        for part in self.parts:
            if isinstance(part, str):
                yield part
            else:
                yield from part.words()

    def brackets(self) -> str:
        """The phrase as in a treebank, blank-separated: `( NP the cat )`."""
        parts = " ".join(part if isinstance(part, str) else part.brackets() for part in self.parts)
        return f"( {self.label} {parts} )"


def sentence(rng: random.Random, depth: int) -> Tree:
    """A sentence with at most `depth` nested clauses and prepositional phrases."""
    return Tree("S", (_noun_phrase(rng, depth), _verb_phrase(rng, depth)))


def _noun_phrase(rng: random.Random, depth: int) -> Tree:
    adjective = [rng.choice(ADJECTIVES)] if rng.random() < 0.4 else []
    parts: list[Tree | str] = [rng.choice(DETERMINERS), *adjective, rng.choice(NOUNS)]
    kind = rng.random()
    if depth and kind < 0.3:
        parts.append(Tree("PP", (rng.choice(PREPOSITIONS), _noun_phrase(rng, depth - 1))))
    elif depth and kind < 0.6:
        parts.append(Tree("RC", ("that", _verb_phrase(rng, depth - 1))))
    return Tree("NP", tuple(parts))


def _verb_phrase(rng: random.Random, depth: int) -> Tree:
    kind = rng.random()
    if depth and kind < 0.25:
        return Tree("VP", (rng.choice(SAYING), Tree("CP", ("that", sentence(rng, depth - 1)))))
    if kind < 0.75:
        return Tree("VP", (rng.choice(TRANSITIVE), _noun_phrase(rng, depth)))
    return Tree("VP", (rng.choice(INTRANSITIVE),))
