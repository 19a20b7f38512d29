import math
from typing import Any

import pytest

from seq2seq_core.errors import OptionError
from seq2seq_core.options import MAXIMUM_LENGTH_CAP, BeamOptions, GreedyOptions, SamplingOptions


@pytest.mark.parametrize(
    "wrong",
    [
        {"beam_size": 0},
        {"beam_size": 65},
        {"beam_size": True},
        {"beam_size": "5"},
        {"beam_size": 2.0},
        {"n_best": 0},
        {"n_best": 1.5},
        {"stop_rule": "k_finished"},
    ],
)
def test_a_wrong_beam_setting_is_named_with_its_value(wrong: dict[str, Any]) -> None:
    ((name, value),) = wrong.items()
    with pytest.raises(OptionError, match=f"^{name} must be .*{value!r}"):
        BeamOptions(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": 0},
        {"temperature": -1.0},
        {"temperature": math.nan},
        {"temperature": math.inf},
        {"temperature": True},
        {"temperature": "1"},
        {"top_k": -1},
        {"top_k": 2.0},
        {"top_k": None},
        {"top_p": 0.0},
        {"top_p": 1.01},
        {"top_p": math.nan},
        {"seed": -1},
        {"seed": 2**32},
        {"seed": 1.0},
    ],
)
def test_a_wrong_sampling_setting_is_named_with_its_value(wrong: dict[str, Any]) -> None:
    ((name, value),) = wrong.items()
    with pytest.raises(OptionError, match=f"^{name} must be .*{value!r}"):
        SamplingOptions(**wrong)


@pytest.mark.parametrize("options", [GreedyOptions, BeamOptions, SamplingOptions])
@pytest.mark.parametrize(
    "wrong",
    [
        {"alpha": -0.1},
        {"alpha": 2.1},
        {"alpha": math.nan},
        {"alpha": math.inf},
        {"alpha": False},
        {"alpha": "0.7"},
        {"max_length": 0},
        {"max_length": MAXIMUM_LENGTH_CAP + 1},
        {"max_length": True},
        {"min_length": -1},
        {"min_length": None},
        {"min_length": 1.0},
    ],
)
def test_a_wrong_length_setting_is_named_with_its_value(
    options: type[GreedyOptions | BeamOptions | SamplingOptions], wrong: dict[str, Any]
) -> None:
    ((name, value),) = wrong.items()
    with pytest.raises(OptionError, match=f"^{name} must be .*{value!r}"):
        options(**wrong)


def test_settings_that_exclude_each_other_are_both_named() -> None:
    with pytest.raises(OptionError, match=r"min_length 4 and max_length 4"):
        GreedyOptions(min_length=4, max_length=4)
    with pytest.raises(OptionError, match=r"n_best 3 and beam_size 2"):
        BeamOptions(beam_size=2, n_best=3)


def test_the_bounds_themselves_are_allowed() -> None:
    BeamOptions(beam_size=64, n_best=64, alpha=2, max_length=MAXIMUM_LENGTH_CAP, min_length=MAXIMUM_LENGTH_CAP - 1)
    BeamOptions(beam_size=1, n_best=1, alpha=0, max_length=1, min_length=0)
    SamplingOptions(temperature=1e-300, top_k=0, top_p=1, seed=0)
    SamplingOptions(temperature=100, top_k=1_000_000, top_p=1e-300, seed=2**32 - 1)


@pytest.mark.parametrize(
    ("options", "source_length", "expected"),
    [
        (GreedyOptions(), 7, 24),
        (GreedyOptions(), 300, MAXIMUM_LENGTH_CAP),
        (GreedyOptions(max_length=5), 300, 5),
        (GreedyOptions(min_length=40), 3, 41),
    ],
)
def test_without_a_maximum_the_length_follows_the_source(
    options: GreedyOptions, source_length: int, expected: int
) -> None:
    assert options.resolve_max_length(source_length) == expected
