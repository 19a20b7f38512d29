"""The tab 'Compare models' has every text in both languages, with the same fields to fill."""


import pytest

from demo.service import LineupProblem
from demo.tabs.compare_search import ALGORITHMS
from demo.wording import WORDS, Language
from tests.support.wording import expect_both_languages, without_chinese

ENGLISH, CHINESE = (WORDS[language].compare for language in Language)


def test_both_languages_say_the_same_with_the_same_fields() -> None:
    expect_both_languages(ENGLISH, CHINESE)


def test_the_chinese_texts_are_chinese_but_for_the_formula() -> None:
    assert list(without_chinese(CHINESE)) == [".table.score_is"]


@pytest.mark.parametrize("language", Language)
def test_every_name_has_its_words(language: Language) -> None:
    lineup = WORDS[language].compare.lineup
    assert set(lineup.problems) == set(LineupProblem)
    assert set(lineup.searches) == set(ALGORITHMS)
    assert set(lineup.reasons) == {"short", "long", "joined"}
