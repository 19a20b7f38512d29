"""The tab 'Compare models' has every text in both languages, with the same fields to fill."""

import re

import pytest

from demo.service import LineupProblem
from demo.tabs.compare_search import ALGORITHMS
from demo.wording import WORDS, Language
from tests.support.wording import fields, texts

CHINESE_LETTER = re.compile(r"[\u4e00-\u9fff]")
ENGLISH, CHINESE = (dict(texts(WORDS[language].compare)) for language in Language)


def test_both_languages_have_the_same_texts_and_none_is_empty() -> None:
    assert ENGLISH.keys() == CHINESE.keys()
    assert all(text.strip() for table in (ENGLISH, CHINESE) for text in table.values())


def test_both_languages_fill_in_the_same_fields() -> None:
    assert {place: fields(text) for place, text in ENGLISH.items()} == {
        place: fields(text) for place, text in CHINESE.items()
    }


def test_the_chinese_texts_are_chinese_but_for_the_formula() -> None:
    assert [place for place, text in CHINESE.items() if not CHINESE_LETTER.search(text)] == [".table.score_is"]
    assert not [place for place, text in ENGLISH.items() if CHINESE_LETTER.search(text)]


@pytest.mark.parametrize("language", Language)
def test_every_name_has_its_words(language: Language) -> None:
    lineup = WORDS[language].compare.lineup
    assert set(lineup.problems) == set(LineupProblem)
    assert set(lineup.searches) == set(ALGORITHMS)
    assert set(lineup.reasons) == {"short", "long", "joined"}
