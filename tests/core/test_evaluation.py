"""Corpus scores against numbers worked out by hand."""

import math

import pytest
import sacrebleu

from seq2seq_core.evaluation import score


def test_bleu_of_a_shortened_output_is_precision_times_brevity() -> None:
    # output of 4 words, all in the reference of 5, in order: every precision is 1, brevity exp(1 - 5/4)
    scores = score(["a b c d"], [["a b c d e"]])
    assert scores.bleu == pytest.approx(100 * math.exp(1 - 5 / 4), abs=1e-6)
    assert scores.exact == 0.0
    assert "tok:13a" in scores.bleu_signature


def test_any_of_several_references_counts() -> None:
    scores = score(["one two three four", "x y z w"], [["no match here at", "one two three four"], ["x y z w"]])
    assert scores.bleu == pytest.approx(100.0)
    assert scores.exact == 100.0


def test_missing_references_are_left_out_as_sacrebleu_itself_does() -> None:
    outputs = ["the cat sat on the mat today", "hello there my friend", "a b c d e"]
    references = [["the cat sat on a mat today", "the cat was on the mat"], ["hello my friend"], ["a b", "q", "a b c"]]
    columns = [[row[number] if number < len(row) else None for row in references] for number in range(3)]
    scores = score(outputs, references)
    assert scores.bleu == pytest.approx(sacrebleu.corpus_bleu(outputs, columns).score)  # type: ignore[arg-type]
    assert scores.chrf == pytest.approx(sacrebleu.corpus_chrf(outputs, columns).score)  # type: ignore[arg-type]
