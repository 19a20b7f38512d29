"""Names to copy: sentences whose answer repeats names that no vocabulary can hold.

    My name is Zorbin Quale .                ->  Hello Zorbin Quale .                            difficulty 1
    Miray Thole met Zorbin Quale in Brula .  ->  Zorbin Quale met Miray Thole there , in Brula .  difficulty 2

Names are inventions of two or three syllables, hundreds of millions, drawn anew for every sentence: nearly all names of
a test sentence were never shown in training. Blanks separate words, full stops and commas too. So a model with a fixed
vocabulary can only say `<unk>`, while one that copies from the source (See, Liu and Manning 2017, "Get to the point")
can answer. Difficulty 1: one person. 2: also two persons, in an order that the template decides.
"""

import random
from dataclasses import dataclass
from typing import Final

from seq2seq_core.tasks.task import Pair, Task, Units, words

_ONSETS: Final = words("b bl br c ch d dr f fl g gl gr h j k kl kr l m n p pl r s sh st t th tr v vr w y z zh")
_VOWELS: Final = words("a e i o u a e i o u ai ou")  # simple ones more often
_CODAS: Final = ("", "", *words("b d k l ld m n nd p r rk s t th x"))


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence and its answer; {one} and {two} are persons of two names each, {place} is a name."""

    source: str
    target: str
    difficulty: int


TEMPLATES: Final = (
    Template("My name is {one} .", "Hello {one} .", 1),
    Template("I am {one} from {place} .", "Welcome , {one} of {place} .", 1),
    Template("Please call {one} .", "Now calling {one} .", 1),
    Template("Where is {one} ?", "{one} is not here .", 1),
    Template("{one} lives in {place} .", "The home of {one} is {place} .", 1),
    Template("In {place} they say that {one} is late .", "{one} of {place} is late .", 1),
    Template("I am {one} and this is {two} .", "Hello {one} and {two} .", 2),
    Template("{one} met {two} in {place} .", "{two} met {one} there , in {place} .", 2),
    Template("Tell {one} that {two} is here .", "{one} , {two} is here .", 2),
    Template("{one} is taller than {two} .", "{two} is shorter than {one} .", 2),
    Template("Who moved to {place} , {one} or {two} ?", "{one} and {two} both moved to {place} .", 2),
)


def example(rng: random.Random, difficulty: int) -> Pair:
    """A sentence with new names and its answer."""
    template = rng.choice([template for template in TEMPLATES if template.difficulty <= difficulty])
    one, two = (f"{name(rng)} {name(rng)}" for _ in range(2))
    fields = {"one": one, "two": two, "place": name(rng)}
    return template.source.format_map(fields), template.target.format_map(fields)


def name(rng: random.Random) -> str:
    """A pronounceable invention of two or three syllables."""
    syllables = (rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(rng.randint(2, 3)))
    return ("".join(syllables) + rng.choice(_CODAS)).capitalize()


TASK: Final = Task(
    name="names",
    summary="Sentences with invented names -> answers that repeat them",
    example=example,
    difficulties=2,
    source_units=Units.WORD,
    target_units=Units.WORD,
)
