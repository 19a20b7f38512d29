"""The report on trainings has every text in both languages, with the same fields to fill."""

import re

from demo.report.logs import RunState
from demo.report.page import FIRST
from demo.wording.report import CHINESE, ENGLISH
from tests.support.wording import fields, texts

CHINESE_LETTER = re.compile(r"[\u4e00-\u9fff]")
ENGLISH_TEXTS, CHINESE_TEXTS = dict(texts(ENGLISH)), dict(texts(CHINESE))


def test_both_languages_have_the_same_texts_and_fill_in_the_same_fields() -> None:
    assert all(text.strip() for table in (ENGLISH_TEXTS, CHINESE_TEXTS) for text in table.values())
    assert {place: fields(text) for place, text in ENGLISH_TEXTS.items()} == {
        place: fields(text) for place, text in CHINESE_TEXTS.items()
    }


def test_the_chinese_texts_are_chinese() -> None:
    frames = [place for place, text in CHINESE_TEXTS.items() if not CHINESE_LETTER.search(text)]
    assert frames == [".language", ".missing"]
    assert not [place for place, text in ENGLISH_TEXTS.items() if CHINESE_LETTER.search(text)]


def test_every_name_has_its_words() -> None:
    for words in (ENGLISH, CHINESE):
        assert set(words.states) == set(RunState)
        assert set(words.series) == set(FIRST)
        assert set(words.notes) <= set(FIRST)
