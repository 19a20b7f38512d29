"""Names, labels and class to sequence: rules restated by hand."""

import re
from collections import Counter

import pytest

from seq2seq_core.tasks import generate
from seq2seq_core.tasks.labels import NEUTRAL, TOPICS, labels
from seq2seq_core.tasks.task import words

# Source and target of every template of `names`; a name is one capitalised invention, a person two of them.
NAME = r"([A-Z][a-z]+)"
PERSON = rf"({NAME[1:-1]} {NAME[1:-1]})"
ANSWERS = {
    rf"My name is {PERSON} \.": r"Hello \1 .",
    rf"I am {PERSON} from {NAME} \.": r"Welcome , \1 of \2 .",
    rf"Please call {PERSON} \.": r"Now calling \1 .",
    rf"Where is {PERSON} \?": r"\1 is not here .",
    rf"{PERSON} lives in {NAME} \.": r"The home of \1 is \2 .",
    rf"In {NAME} they say that {PERSON} is late \.": r"\2 of \1 is late .",
    rf"I am {PERSON} and this is {PERSON} \.": r"Hello \1 and \2 .",
    rf"{PERSON} met {PERSON} in {NAME} \.": r"\2 met \1 there , in \3 .",
    rf"Tell {PERSON} that {PERSON} is here \.": r"\1 , \2 is here .",
    rf"{PERSON} is taller than {PERSON} \.": r"\2 is shorter than \1 .",
    rf"Who moved to {NAME} , {PERSON} or {PERSON} \?": r"\2 and \3 both moved to \1 .",
}
# What only sentences of the class say.
SIGNS = {
    "game": "points on|goals for",
    "greeting": "how was|welcome to",
    "order": "would like",
    "reminder": "do not forget|remember to",
    "train": "train from",
    "weather": "it will be|expects a",
}
OPENINGS = set(words("My I Please Where In Tell Who Hello Welcome Now The"))


def answer(source: str) -> str:
    (target,) = (re.sub(rf"^{rule}$", reply, source) for rule, reply in ANSWERS.items() if re.fullmatch(rule, source))
    return target


def names_in(text: str) -> set[str]:
    """Capitalised words that are no words of a template."""
    return set(re.findall(r"[A-Z][a-z]+", text)) - OPENINGS


@pytest.mark.parametrize("difficulty", [1, 2])
def test_answers_repeat_the_names_where_the_template_says(difficulty: int) -> None:
    text = generate("names", "train", 500, difficulty=difficulty, seed=1)
    assert [answer(source) for source in text.sources] == list(text.targets)


def test_names_of_the_test_split_are_new() -> None:
    trained, tested = (
        generate("names", split, count, difficulty=2, seed=1) for split, count in (("train", 5000), ("test", 300))
    )
    known = set().union(*map(names_in, trained.sources))
    asked = set().union(*map(names_in, tested.sources))
    assert len(asked) > 300
    assert len(asked & known) < 0.05 * len(asked)


def test_names_can_be_spoken() -> None:
    text = generate("names", "test", 300, difficulty=2, seed=1)
    for name in set().union(*map(names_in, text.sources)):
        assert 2 <= len(re.findall("[aeiou]+", name.lower())) <= 3
        assert not re.search("[^aeiou]{6}", name.lower())


def test_labels_are_a_set_in_alphabetical_order() -> None:
    assert labels(["rain", "violin", "drum"]) == "music weather"
    assert labels(["table"]) == "none"
    assert labels([]) == "none"


def test_a_word_has_one_topic_at_most() -> None:
    counts = Counter([*NEUTRAL, *(word for members in TOPICS.values() for word in members)])
    assert set(counts.values()) == {1}


@pytest.mark.parametrize(("difficulty", "most"), [(1, 2), (2, 4), (3, 6)])
def test_a_text_has_the_topics_of_its_words_and_no_others(difficulty: int, most: int) -> None:
    text = generate("labels", "test", 300, difficulty=difficulty, seed=1)
    for source, target in zip(text.sources, text.targets, strict=True):
        mentioned = [topic for topic in sorted(TOPICS) if set(TOPICS[topic]) & set(source.split())]
        assert (target.split() if target != "none" else []) == mentioned
    assert {source.count(",") + 1 for source in text.sources} == set(range(1, most + 1))
    assert "none" in text.targets


@pytest.mark.parametrize("difficulty", [1, 2])
def test_sentences_show_their_class_and_no_other(difficulty: int) -> None:
    text = generate("class-to-sequence", "train", 500, difficulty=difficulty, seed=1)
    for source, target in zip(text.sources, text.targets, strict=True):
        assert {label for label, sign in SIGNS.items() if re.search(sign, target)} == {source}
        assert len(re.findall(r"[.?!]", target)) == difficulty
    assert set(text.sources) == set(SIGNS)
