"""The report on trainings has every text in both languages, with the same fields to fill."""

from demo.report.logs import RunState
from demo.report.page import FIRST
from demo.wording.report import CHINESE, ENGLISH
from tests.support.wording import expect_both_languages, without_chinese


def test_both_languages_say_the_same_with_the_same_fields() -> None:
    expect_both_languages(ENGLISH, CHINESE)


def test_the_chinese_texts_are_chinese_but_for_frames_of_others() -> None:
    assert list(without_chinese(CHINESE)) == [".language", ".missing"]


def test_every_name_has_its_words() -> None:
    for words in (ENGLISH, CHINESE):
        assert set(words.states) == set(RunState)
        assert set(words.series) == set(FIRST)
        assert set(words.notes) <= set(FIRST)
