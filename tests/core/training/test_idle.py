"""A setting that would do nothing is refused, with the name of what it needs."""

from pathlib import Path
from typing import Any

import pytest

from seq2seq_core.errors import OptionError
from seq2seq_core.training.attention_losses import AttentionLossOptions
from seq2seq_core.training.idle import NEEDS
from seq2seq_core.training.teaching import OwnToken, TeachingForm, TeachingKind, TeachingOptions
from tests.support.tiny_run import tiny_options

ALONE: dict[str, dict[str, Any]] = {
    "teaching.linear_k": {"teaching": TeachingOptions(linear_k=0.5)},
    "teaching.linear_c": {"teaching": TeachingOptions(linear_c=0.1, kind=TeachingKind.FREE)},
    "teaching.floor": {"teaching": TeachingOptions(floor=0.1)},
    "teaching.exponential_k": {"teaching": TeachingOptions(exponential_k=0.5, kind=TeachingKind.LINEAR)},
    "teaching.sigmoid_k": {"teaching": TeachingOptions(sigmoid_k=9.0)},
    "teaching.own": {"teaching": TeachingOptions(own=OwnToken.SAMPLE)},
    "teaching.form": {"teaching": TeachingOptions(form=TeachingForm.STEPWISE)},
    "losses.guided_width": {"losses": AttentionLossOptions(guided_width=0.3)},
    "difficulty": {"difficulty": 3},
    "task_pairs": {"task_pairs": 5},
    "test_references": {"test_references": Path("references.tsv")},
}


@pytest.mark.parametrize("setting", NEEDS)
def test_alone_it_is_refused(tmp_path: Path, setting: str) -> None:
    with pytest.raises(OptionError, match=f"^{setting} needs .*, got {setting} .* alone$"):
        tiny_options(tmp_path, **ALONE[setting])


def test_with_what_it_needs_it_is_taken(tmp_path: Path) -> None:
    linear = TeachingOptions(kind=TeachingKind.LINEAR, linear_k=0.5, linear_c=0.1, floor=0.1, own=OwnToken.SAMPLE)
    losses = AttentionLossOptions(guided_attention=1.0, guided_width=0.3)
    options = tiny_options(tmp_path, teaching=linear, losses=losses)
    assert (options.teaching, options.losses) == (linear, losses)
