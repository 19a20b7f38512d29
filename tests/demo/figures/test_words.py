"""Both languages have every text, with the same fields to fill."""


from demo.wording.figures import CHINESE, ENGLISH
from tests.support.wording import fields, texts


def test_the_languages_fill_in_the_same_fields() -> None:
    english, chinese = dict(texts(ENGLISH)), dict(texts(CHINESE))
    assert {place: fields(text) for place, text in english.items()} == {
        place: fields(text) for place, text in chinese.items()
    }


def test_no_text_is_empty() -> None:
    assert all(text for words in (ENGLISH, CHINESE) for _, text in texts(words))
