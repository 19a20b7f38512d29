"""The tab 'Training lab' has every text in both languages, with the same fields to fill; every name has its words."""

import re

import pytest

from demo.service.lab import DIFFICULTIES, Comparison, Course, Cut, Looks, Network, OwnToken, Size, Stage, UploadProblem
from demo.wording import WORDS, Language
from tests.support.wording import expect_both_languages, without_chinese

ALIKE = re.compile(r"[A-Za-z0-9^{}–. ε“”]{1,14}")  # ε, “{output}”
ENGLISH, CHINESE = (WORDS[language].lab for language in Language)


def test_both_languages_say_the_same_with_the_same_fields() -> None:
    expect_both_languages(ENGLISH, CHINESE)


def test_the_chinese_texts_are_chinese() -> None:
    assert not [text for text in without_chinese(CHINESE).values() if not ALIKE.fullmatch(text)]


@pytest.mark.parametrize("language", Language)
def test_every_name_has_its_words(language: Language) -> None:
    words = WORDS[language].lab
    assert set(words.ask.tasks) == {*DIFFICULTIES, ""}
    assert set(words.ask.comparisons) == set(Comparison)
    assert set(words.ask.courses) == set(Course)
    assert set(words.ask.networks) == set(Network)
    assert set(words.ask.looks_names) == set(Looks)
    assert set(words.ask.sizes) == set(Size)
    assert set(words.ask.owns) == set(OwnToken)
    assert set(words.ask.cuts) == set(Cut)
    assert set(words.ask.problems) == set(UploadProblem)
    assert set(words.run.stages) == set(Stage)
    assert "own-pairs" in WORDS[language].page.gallery.tasks


@pytest.mark.parametrize("language", Language)
def test_the_page_says_which_way_epsilon_counts(language: Language) -> None:
    said = WORDS[language].lab.ask.course_info
    assert {Language.ENGLISH: "probability of the true token", Language.CHINESE: "读真实词元的概率"}[language] in said
