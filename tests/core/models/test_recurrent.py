"""The contract of all families, by a written list of recurrent combinations and for every attention mechanism."""

from pathlib import Path
from typing import Final

import pytest

from seq2seq_core.attention import Coverage
from seq2seq_core.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from seq2seq_core.models.config import Bridge, CellKind, DecoderKind, EncoderKind, Output, Readout
from seq2seq_core.options import BeamOptions, GreedyOptions
from seq2seq_core.pipeline import Pipeline
from seq2seq_core.trace import check, same
from tests.support.model_contract import (
    CHECKS,
    check_heads,
    check_padding,
    check_rebuilding,
    check_weights,
    close,
    forced,
)
from tests.support.recurrent_models import COMBINATIONS, LISTED, Combination

GENERAL: Final = {name: each for name, each in CHECKS.items() if each not in (check_weights, check_padding)}
every_combination = pytest.mark.parametrize("each", COMBINATIONS, ids=str)


@every_combination
@pytest.mark.parametrize("name", GENERAL)
def test_the_contract_of_all_families_holds(each: Combination, name: str) -> None:
    if GENERAL[name] is check_rebuilding and each.soft:
        each = Combination(each.name, each.choices)  # the mode is no part of a checkpoint
    GENERAL[name](each.model(), each.case())


@pytest.mark.parametrize("each", [each for each in COMBINATIONS if each.attends], ids=str)
def test_attention_is_a_distribution_over_real_positions(each: Combination) -> None:
    check_weights(each.model(), each.case(), sums_to_one=each.sums_to_one)


@pytest.mark.parametrize("each", [each for each in COMBINATIONS if each.pads], ids=str)
def test_what_stands_on_padding_changes_nothing(each: Combination) -> None:
    check_padding(each.model(), each.case())


@pytest.mark.parametrize("each", [each for each in COMBINATIONS if not each.attends], ids=str)
def test_without_attention_none_is_shown(each: Combination) -> None:
    assert forced(each.model(), each.case().sources, each.case().previous_BT).attention_BTM is None


@pytest.mark.parametrize(
    "each", [each for each in COMBINATIONS if each.choices.get("attention") == "multi-head"], ids=str
)
def test_a_step_shows_every_head(each: Combination) -> None:
    check_heads(each.model(), each.case(), layers=1, heads=2)


@pytest.mark.parametrize("each", LISTED, ids=str)
def test_a_saved_model_says_the_same_through_its_readers(each: Combination, tmp_path: Path) -> None:
    saved = Checkpoint(Combination(each.name, each.choices).model(), *each.readers())
    save_checkpoint(tmp_path / "model", saved)
    loaded = load_checkpoint(tmp_path / "model")
    assert loaded.model.config == saved.model.config
    close(
        forced(loaded.model, each.case().sources, each.case().previous_BT).scores_BTV,
        forced(saved.model, each.case().sources, each.case().previous_BT).scores_BTV,
    )
    before, after = Pipeline(saved, "model"), Pipeline(loaded, "model")
    for options in (GreedyOptions(max_length=5), BeamOptions(beam_size=3, max_length=5)):
        for one, two in zip(before.traces(each.texts(), options), after.traces(each.texts(), options), strict=True):
            check(one)
            assert same(one, two)


def test_every_choice_is_on_the_list() -> None:
    configs = [each.config() for each in LISTED]
    for name, choices in (
        ("encoder", EncoderKind),
        ("decoder", DecoderKind),
        ("cell", CellKind),
        ("output", Output),
        ("readout", Readout),
        ("bridge", Bridge),
        ("coverage", Coverage),
    ):
        assert {getattr(config, name) for config in configs} == set(choices)
    for name in ("encoder_layers", "decoder_layers"):
        assert {getattr(config, name) for config in configs} == {1, 2, 3, 4}
