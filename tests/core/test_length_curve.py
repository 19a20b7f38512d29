"""Quality by length: what is pooled, which buckets count, and that the curve reaches the model card."""

import json
import sys
from pathlib import Path

import pytest

from seq2seq_core.checkpoint import load_checkpoint, save_checkpoint
from seq2seq_core.evaluation import bleu_with_interval
from seq2seq_core.length_curve import buckets, main, pooled
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.tasks.parallel import from_pairs
from tests.support.tiny_run import PAIRS


def test_pairs_are_pooled_alone_and_joined() -> None:
    text = from_pairs([("a", "A"), ("b", "B"), ("c", "C")])
    assert pooled(text, 2) == [("a", "A"), ("b", "B"), ("c", "C"), ("a b", "A B")]


def test_a_bucket_below_thirty_is_left_out() -> None:
    pairs = [("one two", "x")] * 30 + [("one two three four five", "x")] * 29
    assert list(buckets(pairs)) == [((1, 4), list(range(30)))]


def test_the_interval_holds_the_score_and_is_empty_where_all_sentences_are_alike() -> None:
    perfect = bleu_with_interval(["a b c d e"] * 40, ["a b c d e"] * 40)
    assert perfect == pytest.approx((100, 100, 100))
    mixed = ["a b c d e", "a b x d e f", "q b c d e", "a b c d"] * 10
    value, low, high = bleu_with_interval(mixed, ["a b c d e"] * 40)
    assert low < value < high


def test_the_curve_is_written_into_the_card(
    tiny_pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_checkpoint(tmp_path / "model", tiny_pipeline.checkpoint)
    lines = [f"{source}\t{target}\n" for source, target in PAIRS * 6]
    (tmp_path / "test.tsv").write_text("".join(lines), encoding="utf-8")
    words = ["length_curve", "--test", str(tmp_path / "test.tsv"), "--models", str(tmp_path / "model"), "--join", "2"]
    monkeypatch.setattr(sys, "argv", words)
    assert main() == 0
    curve = load_checkpoint(tmp_path / "model").card["length_curve"]
    # Of the twelve pairs ten have 1 to 4 words and two have 5; joined, one has 3 words and five have 8 to 10. Six times
    # that is 66 of up to 4, 12 of 5 (too few) and 30 of 8 to 11.
    assert [(point["length_from"], point["n"]) for point in curve["points"]] == [(1, 66), (8, 30)]
    assert all(0 <= point["low"] <= point["value"] <= point["high"] <= 100 for point in curve["points"])
    first = curve["points"][0]
    row = f"| 1 to 4 | 66 | {first['value']} | {first['low']} to {first['high']} |"
    assert row in (tmp_path / "model" / "README.md").read_text(encoding="utf-8").splitlines()
    assert json.loads((tmp_path / "model" / "config.json").read_text(encoding="utf-8"))["card"]["length_curve"] == curve
