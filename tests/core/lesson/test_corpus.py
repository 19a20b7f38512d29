"""The pairs of a lesson."""

from pathlib import Path

import pytest

from seq2seq_core.errors import DataError
from seq2seq_core.lesson.corpus import HELD_OUT, corpus_of, split
from seq2seq_core.lesson.options import Cut, LessonOptions
from seq2seq_core.tasks.parallel import from_pairs
from seq2seq_core.tokenizer import TokenizerKind


def test_no_source_of_a_file_is_both_learnt_and_held_out() -> None:
    pairs = [(f"source {number % 40}", f"target {number}") for number in range(120)]  # every source three times
    train, held_out = split(from_pairs(pairs), seed=1)
    assert len(set(held_out.sources)) == 4  # a tenth of 40
    assert len(held_out) == 12
    assert not set(train.sources) & set(held_out.sources)
    assert sorted(zip(train.sources + held_out.sources, train.targets + held_out.targets, strict=True)) == sorted(pairs)


def test_at_most_so_many_sources_are_held_out() -> None:
    _, held_out = split(from_pairs([(str(number), "x") for number in range(5_000)]), seed=1)
    assert len(held_out) == HELD_OUT


def test_one_source_cannot_be_learnt_and_held_out() -> None:
    with pytest.raises(DataError, match="2 or more different sources, got 1"):
        split(from_pairs([("a", "b"), ("a", "c")]), seed=1)


def test_a_file_is_cut_as_its_visitor_says(tmp_path: Path) -> None:
    (tmp_path / "pairs.tsv").write_text("".join(f"a {n}\tb {n}\n" for n in range(20)), encoding="utf-8")
    corpus = corpus_of(LessonOptions(task="", cut=Cut.WORDS), tmp_path)
    assert (corpus.source_kind, corpus.target_kind) == (TokenizerKind.WORD, TokenizerKind.WORD)
    assert (len(corpus.train), len(corpus.held_out)) == (18, 2)


def test_the_watched_example_is_of_middle_length() -> None:
    corpus = corpus_of(LessonOptions(task="copy"), Path())
    lengths = sorted(map(len, corpus.held_out.sources))
    assert len(corpus.held_out.sources[corpus.watched]) == lengths[len(lengths) // 2]
    assert (corpus.source_kind, len(corpus.train), len(corpus.held_out)) == (TokenizerKind.WORD, 10_000, HELD_OUT)
