"""Parsing: a reader that knows the grammar from its statement alone finds each sentence's only tree."""

import ast
import re
from dataclasses import dataclass, field

import pytest

from seq2seq_core.tasks import generate

SPEECH = {
    "D": "the a every this",
    "A": "small brown happy green quiet clever tired",
    "N": "cat dog bird child farmer doctor robot garden house river teacher train",
    "P": "near behind under beside with",
    "I": "sleeps runs waits sings smiles",
    "T": "sees likes follows helps finds draws",
    "Y": "says thinks knows",
    "C": "that",
}
PART = {word: part for part, words in SPEECH.items() for word in words.split()}


@dataclass
class Reader:
    """Reads a sentence from left to right; the next word's part of speech alone decides what follows."""

    words: list[str]
    out: list[str] = field(default_factory=list)

    def next_is(self, part: str) -> bool:
        return bool(self.words) and PART[self.words[0]] == part

    def take(self, parts: str) -> str:
        part = PART[self.words[0]]
        assert part in parts
        self.out.append(self.words.pop(0))
        return part

    def phrase(self, label: str, *contents: str) -> None:
        self.out += ["(", label]
        for content in contents:
            {"NP": self.noun_phrase, "VP": self.verb_phrase, "S": self.sentence}.get(content, lambda: self.take("PC"))()
        self.out.append(")")

    def sentence(self) -> None:
        self.phrase("S", "NP", "VP")

    def noun_phrase(self) -> None:
        self.out += ["(", "NP"]
        self.take("D")
        if self.next_is("A"):
            self.take("A")
        self.take("N")
        if self.next_is("P"):
            self.phrase("PP", "preposition", "NP")
        elif self.next_is("C"):
            self.phrase("RC", "that", "VP")
        self.out.append(")")

    def verb_phrase(self) -> None:
        self.out += ["(", "VP"]
        match self.take("ITY"):
            case "T":
                self.noun_phrase()
            case "Y":
                self.phrase("CP", "that", "S")
        self.out.append(")")


def parsed(sentence: str) -> str:
    reader = Reader(sentence.split(" "))
    reader.sentence()
    assert not reader.words
    return " ".join(reader.out)


def depth(tree: object) -> int:
    """How many PP, RC and CP lie above one another in nested tuples."""
    if not isinstance(tree, tuple):
        return 0
    return (tree[0] in ("PP", "RC", "CP")) + max(map(depth, tree[1:]))


def nested(brackets: str) -> object:
    """The tree as nested tuples, by way of Python's own brackets."""
    code = re.sub(r"[A-Za-z]+", lambda word: f"{word[0]!r},", brackets).replace(")", "),")
    (tree,) = ast.literal_eval(code)
    return tree


def test_hand_made_trees() -> None:
    assert parsed("the cat sees a dog") == "( S ( NP the cat ) ( VP sees ( NP a dog ) ) )"
    assert depth(nested("( S ( NP every brown dog ( RC that ( VP sings ) ) ) ( VP runs ) )")) == 1


@pytest.mark.parametrize(("difficulty", "deepest"), [(1, 0), (2, 1), (3, 3)])
def test_targets_are_the_trees_of_their_sentences(difficulty: int, deepest: int) -> None:
    text = generate("parse", "test", 500, difficulty=difficulty, seed=1)
    assert [parsed(source) for source in text.sources] == list(text.targets)
    assert max(depth(nested(target)) for target in text.targets) == deepest


def test_the_leaves_of_a_tree_are_its_sentence() -> None:
    text = generate("parse", "test", 200, difficulty=3, seed=2)
    for source, target in zip(text.sources, text.targets, strict=True):
        assert re.sub(r"\( [A-Z]+ | \)", "", target) == source


def test_every_word_and_phrase_occurs() -> None:
    text = generate("parse", "train", 2000, difficulty=3, seed=1)
    tokens = {token for target in text.targets for token in target.split()}
    assert tokens == {*PART, "(", ")", "S", "NP", "VP", "PP", "RC", "CP"}


@pytest.mark.parametrize("difficulty", [1, 2, 3])
def test_the_language_is_that_of_the_grammar_and_has_no_source(difficulty: int) -> None:
    text = generate("language", "test", 200, difficulty=difficulty, seed=1)
    assert set(text.sources) == {""}
    for target in text.targets:
        assert parsed(target)
