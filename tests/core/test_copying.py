"""The extended vocabulary of See 2017: ids for words that the vocabulary lacks."""

import pytest

from seq2seq_core.copying import ExtendedVocabulary
from seq2seq_core.tokenizer import UNKNOWN_ID, Tokenizer

READER = Tokenizer.train(["the cat sat", "the cat", "the"] * 3, kind="word", vocabulary_size=7)
THE, CAT, SAT = READER.encode("the cat sat").ids


@pytest.fixture
def words() -> ExtendedVocabulary:
    return ExtendedVocabulary(READER)


def test_unknown_words_of_a_source_are_numbered_as_they_occur(words: ExtendedVocabulary) -> None:
    assert len(READER) == 7
    assert words.read_source("zyx the zyx qwu cat") == [7, THE, 7, 8, CAT]
    assert dict(words.words) == {"▁zyx": 7, "▁qwu": 8}


def test_a_later_source_goes_on_with_the_numbers_of_the_batch(words: ExtendedVocabulary) -> None:
    words.read_source("zyx qwu")
    assert words.read_source("new qwu sat") == [9, 8, SAT]


def test_a_target_knows_the_words_of_the_source_and_no_others(words: ExtendedVocabulary) -> None:
    words.read_source("the zyx")
    assert words.read_target("zyx sat other") == [7, SAT, UNKNOWN_ID]
    assert len(words.words) == 1


def test_ids_become_words_again(words: ExtendedVocabulary) -> None:
    words.read_source("zyx qwu")
    assert words.decode([2, THE, 8, CAT, 7, 3, 0]) == "the qwu cat zyx"
    assert words.decode([UNKNOWN_ID]) == "<unk>"
    assert [words.label(token) for token in (3, CAT, 7, 8)] == ["</s>", "▁cat", "▁zyx", "▁qwu"]


def test_the_vocabulary_itself_is_not_extended(words: ExtendedVocabulary) -> None:
    words.read_source("zyx")
    assert ExtendedVocabulary(READER).read_source("qwu zyx") == [7, 8]
    assert READER.encode("zyx").ids == (UNKNOWN_ID,)
