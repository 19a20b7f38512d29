"""The section 'Exposure bias' has every text in both languages, with the same fields to fill."""

import re

from demo.wording import WORDS, Language
from tests.support.wording import fields, texts

CHINESE_LETTER = re.compile(r"[\u4e00-\u9fff]")
ENGLISH, CHINESE = (dict(texts(WORDS[language].exposure)) for language in Language)


def test_both_languages_have_the_same_texts_and_none_is_empty() -> None:
    assert ENGLISH.keys() == CHINESE.keys()
    assert all(text.strip() for table in (ENGLISH, CHINESE) for text in table.values())


def test_both_languages_fill_in_the_same_fields() -> None:
    assert {place: fields(text) for place, text in ENGLISH.items()} == {
        place: fields(text) for place, text in CHINESE.items()
    }


def test_the_chinese_texts_are_chinese_but_for_frames_of_others() -> None:
    frames = [place for place, text in CHINESE.items() if not CHINESE_LETTER.search(text)]
    assert frames == [".figures.account", ".figures.account_line"]
    assert not [place for place, text in ENGLISH.items() if CHINESE_LETTER.search(text)]


def test_the_convention_of_epsilon_is_said() -> None:
    assert "probability that the decoder reads the true token" in ENGLISH[".convention"]
    assert "both directions" in ENGLISH[".convention"]
    assert "两种方向" in CHINESE[".convention"]
