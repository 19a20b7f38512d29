"""Every text a visitor can see, in English and in simplified Chinese.

    words = words_for("zh")          # a tag the browser sends, or anything else: then English
    words.page.translate, words.figures.tree.best
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from . import chinese, compare, decoders, english, exposure, figures, lab
from .compare_words import CompareWords
from .decoder_words import DecoderWords
from .exposure_words import ExposureWords
from .figure_words import FigureWords
from .lab_words import LabWords
from .page_words import PageWords


class Language(StrEnum):
    """The languages of the page."""

    ENGLISH = "en"
    CHINESE = "zh"


@dataclass(frozen=True, slots=True)
class Words:
    """All words of one language."""

    language: Language
    page: PageWords
    figures: FigureWords
    compare: CompareWords
    decoders: DecoderWords
    exposure: ExposureWords
    lab: LabWords


WORDS: Final[Mapping[Language, Words]] = {
    Language.ENGLISH: Words(
        Language.ENGLISH,
        english.PAGE,
        figures.ENGLISH,
        compare.ENGLISH,
        decoders.ENGLISH,
        exposure.ENGLISH,
        lab.ENGLISH,
    ),
    Language.CHINESE: Words(
        Language.CHINESE,
        chinese.PAGE,
        figures.CHINESE,
        compare.CHINESE,
        decoders.CHINESE,
        exposure.CHINESE,
        lab.CHINESE,
    ),
}

# Each language in its own name: that is how a visitor finds it.
LANGUAGE_NAMES: Final[Mapping[Language, str]] = {Language.ENGLISH: "English", Language.CHINESE: "简体中文"}


def language_of(tag: object) -> Language:
    """The page's language for a browser's tag such as `zh-TW`: any Chinese is Chinese, everything else English."""
    return Language.CHINESE if str(tag).lower().startswith("zh") else Language.ENGLISH


def words_for(tag: object) -> Words:
    return WORDS[language_of(tag)]
