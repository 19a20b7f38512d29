"""Led along a reference, a printed model says what its table says."""

import math

import pytest

from seq2seq_core.decoding import Table, TableStepper
from seq2seq_core.decoding.table import END_ID
from seq2seq_core.exposure.leading import NOTHING, lead

A, B = 2, 3
TRAP = Table(
    following={
        "": {"a": 0.6, "b": 0.4},
        "a": {"a": 0.3, "b": 0.5, "</s>": 0.2},
        "b": {"a": 0.9, "</s>": 0.1},
        "a b": {"</s>": 0.7, "a": 0.3},
        "b a": {"</s>": 1.0},
    }
)
REFERENCE = [B, A, END_ID]
# After "a" the end comes first, "b" second; what follows an end that was read is in the table as well.
HASTY = Table(
    following={"": {"a": 1.0}, "a": {"</s>": 0.6, "b": 0.4}, "a b": {"a": 1.0}, "a </s>": {"a": 0.8, "b": 0.2}}
)


def test_behind_the_true_prefix_one_mistake_stays_one() -> None:
    led = lead(TableStepper([TRAP]), [REFERENCE], [REFERENCE])
    assert led.said_BT.tolist() == [[A, A, END_ID]]
    assert led.right_BT.tolist() == [[False, True, True]]
    assert led.log_probs_BT[0].tolist() == pytest.approx([math.log(0.4), math.log(0.9), 0.0], abs=1e-6)


def test_behind_its_own_prefix_the_mistake_is_read() -> None:
    led = lead(TableStepper([TRAP]), [REFERENCE], [[]])
    assert led.said_BT.tolist() == [[A, B, END_ID]]
    assert led.right_BT.tolist() == [[False, False, True]]
    assert led.log_probs_BT[0].tolist() == pytest.approx([math.log(p) for p in (0.4, 0.3, 0.7)], abs=1e-6)


def test_given_tokens_are_read_as_far_as_they_go() -> None:
    # "b" is given though the model would say "a"; then "a" is its own.
    led = lead(TableStepper([TRAP]), [REFERENCE], [[B]])
    assert led.said_BT.tolist() == [[A, A, END_ID]]
    assert not led.ended_BT.any()


def test_what_follows_an_early_end_is_wrong_but_has_a_probability() -> None:
    led = lead(TableStepper([HASTY]), [[A, B, A, END_ID]], [[]])
    # The end is said and read in the second place; "a </s>" goes on with "a", "a </s> a" with the end for certain.
    assert led.said_BT.tolist() == [[A, END_ID, A, END_ID]]
    assert led.ended_BT.tolist() == [[False, False, True, True]]
    assert led.right_BT.tolist() == [[True, False, False, False]]
    assert led.log_probs_BT[0].tolist() == pytest.approx([0, math.log(0.4), math.log(0.8), 0], abs=1e-6)


def test_an_end_that_was_only_said_ends_nothing_behind_a_true_prefix() -> None:
    reference = [A, B, A, END_ID]
    led = lead(TableStepper([HASTY]), [reference], [reference])
    assert led.right_BT.tolist() == [[True, False, True, True]]


def test_a_batch_says_what_its_references_say_alone() -> None:
    led = lead(TableStepper([TRAP, HASTY], ["a", "b"]), [REFERENCE, [A, END_ID]], [[], []])
    assert led.gold_BT.tolist() == [REFERENCE, [A, END_ID, NOTHING]]
    assert led.real_BT.tolist() == [[True] * 3, [True, True, False]]
    assert led.right_BT.tolist() == [[False, False, True], [True, True, False]]
    assert led.log_probs_BT[1].tolist() == pytest.approx([0, math.log(0.6), 0], abs=1e-6)
