"""The section 'Exposure bias' has every text in both languages, with the same fields to fill."""

from demo.wording import WORDS, Language
from tests.support.wording import expect_both_languages, without_chinese

ENGLISH, CHINESE = (WORDS[language].exposure for language in Language)


def test_both_languages_say_the_same_with_the_same_fields() -> None:
    expect_both_languages(ENGLISH, CHINESE)


def test_the_chinese_texts_are_chinese_but_for_frames_of_others() -> None:
    assert list(without_chinese(CHINESE)) == [".figures.account", ".figures.account_line"]


def test_the_convention_of_epsilon_is_said() -> None:
    assert "probability that the decoder reads the true token" in ENGLISH.convention
    assert "both directions" in ENGLISH.convention
    assert "两种方向" in CHINESE.convention
