"""The tab 'Decoders' has every text in both languages, with the same fields to fill; every name has its words."""

import re

import pytest

from demo.service.file_sweep import FileProblem
from demo.service.standing import Model, Search
from demo.service.trial import WaysProblem
from demo.service.ways import OWN, RULES
from demo.wording import WORDS, Language
from tests.support.wording import expect_both_languages, without_chinese

ALIKE = re.compile(r"[A-Za-z0-9^{}–. ]{1,14}")  # T, BLEU, chrF {value}
ENGLISH, CHINESE = (WORDS[language].decoders for language in Language)


def test_both_languages_say_the_same_with_the_same_fields() -> None:
    expect_both_languages(ENGLISH, CHINESE)


def test_the_chinese_texts_are_chinese() -> None:
    assert not [text for text in without_chinese(CHINESE).values() if not ALIKE.fullmatch(text)]


@pytest.mark.parametrize("language", Language)
def test_every_name_has_its_words(language: Language) -> None:
    words = WORDS[language].decoders
    assert set(words.ways) == set(OWN)
    assert set(words.ask.length_rules) == set(RULES)
    assert set(words.ask.problems) == set(WaysProblem)
    assert set(words.answers.searches) == set(Search)
    assert set(words.answers.models) == set(Model)
    assert set(words.file.problems) == set(FileProblem)
