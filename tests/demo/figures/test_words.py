"""Both languages have every text, with the same fields to fill."""

from demo.wording.figures import CHINESE, ENGLISH
from tests.support.wording import expect_both_languages


def test_both_languages_say_the_same_with_the_same_fields() -> None:
    expect_both_languages(ENGLISH, CHINESE)
