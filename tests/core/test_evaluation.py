"""Corpus scores against numbers worked out by hand."""

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest
import sacrebleu

from seq2seq_core.evaluation import edit_distance, evaluate, room_for, score, token_error_rate, without_stress
from seq2seq_core.options import SearchOptions
from seq2seq_core.pipeline import Pipeline


def test_bleu_of_a_shortened_output_is_precision_times_brevity() -> None:
    # output of 4 words, all in the reference of 5, in order: every precision is 1, brevity exp(1 - 5/4)
    scores = score(["a b c d"], [["a b c d e"]])
    assert scores.bleu == pytest.approx(100 * math.exp(1 - 5 / 4), abs=1e-6)
    assert scores.exact == 0.0
    assert "tok:13a" in scores.bleu_signature


def test_chrf_is_the_f2_of_character_sequences() -> None:
    # one and two characters: precision 1 and 1, recall 2/3 and 1/2, together 7/12; 5 P R / (4 P + R) = 35/55
    scores = score(["ab"], [["abc"]])
    assert scores.chrf == pytest.approx(100 * 35 / 55, abs=1e-6)
    assert "nc:6|nw:0" in scores.chrf_signature


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


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("kitten", "sitting", 3),  # k to s, e to i, and a g
        ("intention", "execution", 5),
        ("ab", "ba", 2),  # two changed places are two edits
        ("abcd", "bcd", 1),
    ],
)
def test_edit_distance_counts_insertions_deletions_and_substitutions(one: str, other: str, edits: int) -> None:
    assert edit_distance(one, other) == edits


def test_token_error_rate_counts_against_the_reference_that_needs_fewest_edits() -> None:
    # "a b c" is one edit from "a b" and two from "a x c d"; nothing is two from "x y": 3 edits, 2 + 2 tokens
    assert token_error_rate(["a b c", ""], [["a x c d", "a b"], ["x y"]]) == pytest.approx(75.0)
    assert token_error_rate(["a b"], [["a b"]]) == 0.0


class Parrot:
    """Says what it was told, whatever the search, as far as the maximum length lets it."""

    def __init__(self, *outputs: str) -> None:
        self.outputs = list(outputs)
        words = SimpleNamespace(encode_ids=lambda texts: [text.split() for text in texts])
        model = SimpleNamespace(positions=lambda tokens: tokens)
        self.checkpoint = SimpleNamespace(source_tokenizer=words, target_tokenizer=words, model=model, training={})

    def translate(self, texts: Sequence[str], options: SearchOptions) -> list[str]:
        assert len(texts) == len(self.outputs)
        limits = [options.resolve_max_length(len(text.split())) - 1 for text in texts]
        return [" ".join(each.split()[:limit]) for each, limit in zip(self.outputs, limits, strict=True)]


def measured(outputs: Sequence[str], rows: Sequence[Sequence[str]], measure: str) -> dict[str, float | str]:
    return evaluate(cast(Pipeline, Parrot(*outputs)), [""] * len(outputs), {"listed": rows}, measure)


def test_a_pronunciation_is_measured_with_stress_and_without() -> None:
    # The second has the wrong stress, which is one of six phonemes; without stress it is the first one listed.
    rows = [["K AE1 T"], ["D AO1 G", "D AA1 G Z"]]
    metrics = measured(["K AE1 T", "D AO2 G"], rows, "phonemes")
    assert metrics["word error rate %, greedy, listed, with stress"] == 50.0
    assert metrics["phoneme error rate %, greedy, listed, with stress"] == 16.67
    assert metrics["word error rate %, greedy, listed, without stress"] == 0.0
    assert metrics["phoneme error rate %, greedy, listed, without stress"] == 0.0


def test_the_maximum_length_of_the_search_is_not_what_is_measured() -> None:
    # Thirty tokens for a source of one: by itself a search writes 2 * 1 + 10 at most.
    long = " ".join(f"w{number}" for number in range(30))
    pipeline = cast(Pipeline, Parrot(long))
    metrics = evaluate(pipeline, ["x"], {"listed": [["short", long]]}, "sequences")
    assert metrics["exact match %, greedy, listed"] == 100.0
    # 30 tokens and the end, less twice the source, and ten to spare.
    assert room_for(pipeline, ["x"], {"listed": [["short", long]]}) == 31 - 2 + 10


def test_stress_is_the_digits_of_the_vowels() -> None:
    assert without_stress("IH2 N T EH1 N SH AH0 N") == "IH N T EH N SH AH N"


def test_sequences_are_measured_by_exact_match_and_edits() -> None:
    # One of two right; one edit in 2 + 3 tokens.
    metrics = measured(["a b", "c d d"], [["a b"], ["c d e"]], "sequences")
    assert metrics["exact match %, greedy, listed"] == 50.0
    assert metrics["token error rate %, greedy, listed"] == 20.0
    assert not [name for name in metrics if "BLEU" in name]


def test_chinese_is_cut_into_characters() -> None:
    outputs, rows = ["我喜欢猫"], [["我喜欢猫吗"]]
    metrics = measured(outputs, rows, "chinese")
    # four characters, all of the five of the reference and in order: every precision is 1, brevity exp(1 - 5/4)
    assert metrics["BLEU, greedy, listed"] == round(100 * math.exp(1 - 5 / 4), 2)
    direct = sacrebleu.corpus_bleu(outputs, [[row[0] for row in rows]], tokenize="zh")
    assert metrics["BLEU, beam 5, listed"] == round(direct.score, 2)
    assert "tok:zh" in str(metrics["signature of BLEU, listed"])
    assert measured(outputs, rows, "translation")["BLEU, greedy, listed"] == 0.0  # one word, and the wrong one
