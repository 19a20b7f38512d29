"""Temperature, top-k and top-p against the golden cells G17 and G18."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from seq2seq_core.decoding.filters import filtered
from seq2seq_core.options import SamplingOptions
from tests.support.tables import CASES

TO_SIX_DIGITS = 1e-6
WORDS = ("a", "b", "c", "d", "</s>")


def log_probs(*probabilities: float) -> Tensor:
    """One row in single precision, as a model gives it."""
    return torch.tensor([[math.log(each) if each else -math.inf for each in probabilities]])


def kept(prob_RV: Tensor) -> list[bool]:
    return (prob_RV[0] > 0).tolist()


@pytest.mark.parametrize(
    ("case", "cell", "settings"),
    [
        ("G17", "base", {}),
        ("G17", "temperature_0_5", {"temperature": 0.5}),
        ("G17", "temperature_2", {"temperature": 2}),
        ("G17", "top_k_2", {"top_k": 2}),
        ("G17", "T0_5_topk3", {"temperature": 0.5, "top_k": 3}),
        ("G18", "top_p_0_5", {"top_p": 0.5}),
        ("G18", "top_p_0_8", {"top_p": 0.8}),
        ("G18", "top_p_0_4", {"top_p": 0.4}),
        ("G18", "T0_7_top_p_0_8", {"temperature": 0.7, "top_p": 0.8}),
        ("G18", "topk3_top_p_0_9", {"top_k": 3, "top_p": 0.9}),
    ],
)
def test_the_filters_give_the_golden_distribution(case: str, cell: str, settings: dict[str, Any]) -> None:
    base, expected = CASES[case]["base"], CASES[case][cell]
    found_RV = filtered(log_probs(*(base[word] for word in WORDS)), SamplingOptions(**settings))
    assert found_RV[0].tolist() == pytest.approx([expected.get(word, 0.0) for word in WORDS], abs=TO_SIX_DIGITS)
    assert kept(found_RV) == [word in expected for word in WORDS]


def test_the_order_of_tokens_in_the_vocabulary_is_no_matter() -> None:
    # As in G18: c 0.15, a 0.4, b 0.25, then 0.2 in all; top_p 0.8 keeps a, b, c.
    found_RV = filtered(log_probs(0.15, 0.08, 0.4, 0.25, 0.12), SamplingOptions(top_p=0.8))
    assert found_RV[0].tolist() == pytest.approx([0.1875, 0.0, 0.5, 0.3125, 0.0], abs=TO_SIX_DIGITS)


def test_equal_tokens_are_kept_from_the_lower_id_on() -> None:
    quarters = log_probs(0.25, 0.25, 0.25, 0.25)
    assert kept(filtered(quarters, SamplingOptions(top_k=3))) == [True, True, True, False]
    assert kept(filtered(quarters, SamplingOptions(top_p=0.5))) == [True, True, False, False]


@pytest.mark.parametrize(("count", "top_p", "expected"), [(10, 0.3, 3), (10, 0.7, 7), (3, 2 / 3, 2), (100, 0.29, 29)])
def test_rounded_logarithms_do_not_add_a_token_to_the_nucleus(count: int, top_p: float, expected: int) -> None:
    found_RV = filtered(log_probs(*[1 / count] * count), SamplingOptions(top_p=top_p))
    assert sum(kept(found_RV)) == expected


@pytest.mark.parametrize("settings", [{"top_k": 1}, {"top_p": 1e-9}, {"temperature": 1e-300}])
def test_the_narrowest_settings_leave_the_best_token(settings: dict[str, Any]) -> None:
    found_RV = filtered(log_probs(0.3, 0.4, 0.3, 0.0), SamplingOptions(**settings))
    assert found_RV[0].tolist() == [0.0, 1.0, 0.0, 0.0]


def test_more_than_there_are_tokens_is_all_of_them() -> None:
    found_RV = filtered(log_probs(0.5, 0.5, 0.0), SamplingOptions(top_k=7))
    assert found_RV[0].tolist() == pytest.approx([0.5, 0.5, 0.0], abs=TO_SIX_DIGITS)


@pytest.mark.parametrize("settings", [{}, {"temperature": 2.0}, {"top_k": 2, "top_p": 0.5}])
def test_a_row_in_which_nothing_is_possible_has_no_mass_and_no_nan(settings: dict[str, Any]) -> None:
    rows_RV = torch.cat([log_probs(0.0, 0.0, 0.0), log_probs(0.5, 0.5, 0.0)])
    found_RV = filtered(rows_RV, SamplingOptions(**settings))
    assert found_RV.sum(dim=1).tolist() == pytest.approx([0.0, 1.0])
    assert found_RV[0].tolist() == [0.0, 0.0, 0.0]


def test_what_a_forbidden_end_had_goes_to_the_others() -> None:
    # 0.2 of 0.8 and 0.6 of 0.8.
    found_RV = filtered(log_probs(0.0, 0.2, 0.6), SamplingOptions())
    assert found_RV[0].tolist() == pytest.approx([0.0, 0.25, 0.75], abs=TO_SIX_DIGITS)
