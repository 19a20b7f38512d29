"""Counts and intervals, by arithmetic."""

import math

import numpy as np
import pytest

from seq2seq_core.decoding import Table, TableStepper
from seq2seq_core.decoding.table import END_ID
from seq2seq_core.errors import InputError
from seq2seq_core.exposure.leading import NOTHING, Led, lead
from seq2seq_core.exposure.measures import (
    Share,
    by_position,
    cut_short,
    perplexity,
    repeats,
    wrong_after_right,
)
from tests.core.exposure.test_leading import HASTY, REFERENCE, TRAP, A, B


def made(gold: list[list[int]], said: list[list[int]], ended: list[list[int]] | None = None) -> Led:
    shape = (len(gold), len(gold[0]))
    was_ended = np.array(ended, dtype=bool) if ended else np.zeros(shape, dtype=bool)
    return Led(np.array(gold), np.array(said), np.zeros(shape), was_ended)


def test_the_interval_of_five_in_ten_is_wilsons() -> None:
    # (0.5 + z²/20 ± z √(0.025 + z²/400)) / (1 + z²/10) with z = 1.95996: 0.2366 and 0.7634, as tables have it.
    share = Share.of(5, 10)
    assert share.value == 50
    assert (share.low, share.high) == (pytest.approx(23.66, abs=0.005), pytest.approx(76.34, abs=0.005))


def test_none_and_all_have_an_interval_on_one_side() -> None:
    none, all_of_them = Share.of(0, 10), Share.of(10, 10)
    # z² / (n + z²) = 3.8415 / 13.8415
    assert (none.low, none.high) == (0, pytest.approx(27.753, abs=0.001))
    assert (all_of_them.low, all_of_them.high) == (pytest.approx(72.247, abs=0.001), 100)


def test_positions_count_where_thirty_references_have_a_token() -> None:
    gold = [[5, 6, 3]] * 30 + [[5, 3, NOTHING]] * 10
    said = [[5, 6, 3]] * 30 + [[5, 6, 9]] * 10
    shares = by_position([made(gold[:35], said[:35]), made(gold[35:], said[35:])])
    assert [(share.count, share.n) for share in shares] == [(40, 40), (30, 40), (30, 30)]
    assert len(by_position([made(gold[10:], said[10:])])) == 2  # 20 references reach the third place
    assert [share.count for share in by_position([made(gold, said)], first=1)] == [30, 30]


def test_a_batch_of_shorter_references_adds_nothing_behind_their_ends() -> None:
    shares = by_position([made([[5, 3]] * 30, [[5, 3]] * 30), made([[5, 6, 3]] * 30, [[5, 6, 4]] * 30)])
    assert [(share.count, share.n) for share in shares] == [(60, 60), (60, 60), (0, 30)]


def test_perplexities_are_the_geometric_means_of_the_tables_probabilities() -> None:
    stepper = TableStepper([TRAP])
    forced = perplexity([lead(stepper, [REFERENCE], [REFERENCE])])
    free = perplexity([lead(stepper, [REFERENCE], [[]])])
    assert forced.value == pytest.approx((0.4 * 0.9 * 1.0) ** (-1 / 3), abs=1e-5)
    assert free.value == pytest.approx((0.4 * 0.3 * 0.7) ** (-1 / 3), abs=1e-5)
    assert (forced.tokens, free.low, free.high) == (3, free.value, free.value)  # one sentence: nothing to resample


def test_sentences_weigh_by_their_tokens() -> None:
    chain = Table(following={"": {"a": 0.5, "b": 0.5}, "a": {"</s>": 1.0}, "b": {"b": 0.25, "</s>": 0.75}}, order=1)
    led = lead(TableStepper([chain, chain]), [[A, END_ID], [B, B, END_ID]], [[], [B, B]])
    # -log: ln 2 over two tokens, ln 2 + ln 4 - ln 0.75 over three: five tokens in all.
    assert perplexity([led]).value == pytest.approx((2 * 2 * 4 / 0.75) ** (1 / 5), abs=1e-5)


def test_a_reference_that_cannot_be_has_no_perplexity() -> None:
    with pytest.raises(InputError, match="some probability"):
        perplexity([lead(TableStepper([HASTY], ["a", "b"]), [[B, END_ID]], [[]])])


def test_outputs_that_end_early_are_counted() -> None:
    long = [A, B, A, END_ID]
    led = lead(TableStepper([HASTY, HASTY]), [long, [A, END_ID]], [[], []])
    assert (cut_short([led]).count, cut_short([led]).n) == (1, 2)


def test_a_wrong_token_counts_only_behind_a_right_prefix() -> None:
    gold = [[5, 6, 7, 3], [5, 6, 3, NOTHING], [5, 3, NOTHING, NOTHING]]
    said = [[5, 9, 7, 8], [9, 6, 3, 9], [5, 3, 9, 9]]
    # First: 5 right, 9 wrong. Second: 9 wrong at once. Third: both right. Two wrong of 2 + 1 + 2 tokens.
    share = wrong_after_right([made(gold, said)])
    assert (share.count, share.n) == (2, 5)


@pytest.mark.parametrize(
    ("output", "reference", "repeated"),
    [
        ("aa", "a", True),
        ("abab", "ab", True),
        ("abcdabcd", "abcd", True),
        ("abcdeabcde", "abcde", False),  # five tokens are not looked for
        ("aba", "ab", False),  # again, but not at once
        ("aa", "baa", False),
        ("aaa", "aa", True),
        ("aaxaa", "aa", False),  # no longer run than in the reference
        ("", "aa", False),
        ("a", "b", False),
    ],
)
def test_a_repetition_is_one_that_the_reference_lacks(output: str, reference: str, repeated: bool) -> None:
    assert repeats([ord(c) for c in output], [ord(c) for c in reference]) is repeated


def test_logarithms_are_natural() -> None:
    assert perplexity([lead(TableStepper([TRAP]), [[B, A]], [[B]])]).value == pytest.approx(
        math.exp(-(math.log(0.4) + math.log(0.9)) / 2), abs=1e-5
    )
