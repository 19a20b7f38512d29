"""A model's settings are refused with the setting, the rule and the value."""

import pytest

from seq2seq_core.errors import OptionError
from seq2seq_core.models import RecurrentConfig


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("encoder_size", 0, "encoder_size must be from 1 to 65536, got 0"),
        ("embedding_size", 10**9, "embedding_size must be from 1 to 65536, got 1000000000"),
        ("dropout", 1.0, "dropout must be at least 0 and below 1, got 1.0"),
        ("target_vocabulary", 4, "target_vocabulary must be from 5 .* got 4"),
        ("attention", "psychic", "attention must be one of .*additive.*, got 'psychic'"),
    ],
)
def test_an_impossible_setting_is_named(setting: str, value: object, message: str) -> None:
    settings = {"source_vocabulary": 10, "target_vocabulary": 10, setting: value}
    with pytest.raises(OptionError, match=message):
        RecurrentConfig(**settings)  # type: ignore[arg-type]  # the wrong types are the point
