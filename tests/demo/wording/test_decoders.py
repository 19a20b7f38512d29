"""The tab 'Decoders' has every text in both languages, with the same fields to fill; every name has its words."""

import re

import pytest

from demo.service.file_sweep import FileProblem
from demo.service.standing import Model, Search
from demo.service.trial import WaysProblem
from demo.service.ways import OWN, RULES
from demo.wording import WORDS, Language
from tests.support.wording import fields, texts

CHINESE_LETTER = re.compile(r"[\u4e00-\u9fff]")
ALIKE = re.compile(r"[A-Za-z0-9^{}–. ]{1,14}")  # T, BLEU, chrF {value}
ENGLISH, CHINESE = (dict(texts(WORDS[language].decoders)) for language in Language)


def test_both_languages_have_the_same_texts_and_none_is_empty() -> None:
    assert ENGLISH.keys() == CHINESE.keys()
    assert all(text.strip() for table in (ENGLISH, CHINESE) for text in table.values())


def test_both_languages_fill_in_the_same_fields() -> None:
    assert {place: fields(text) for place, text in ENGLISH.items()} == {
        place: fields(text) for place, text in CHINESE.items()
    }


def test_the_chinese_texts_are_chinese() -> None:
    assert not [
        text for text in CHINESE.values() if not CHINESE_LETTER.search(text) and not ALIKE.fullmatch(text)
    ]
    assert not [text for text in ENGLISH.values() if CHINESE_LETTER.search(text)]


@pytest.mark.parametrize("language", Language)
def test_every_name_has_its_words(language: Language) -> None:
    words = WORDS[language].decoders
    assert set(words.ways) == set(OWN)
    assert set(words.ask.length_rules) == set(RULES)
    assert set(words.ask.problems) == set(WaysProblem)
    assert set(words.answers.searches) == set(Search)
    assert set(words.answers.models) == set(Model)
    assert set(words.file.problems) == set(FileProblem)
