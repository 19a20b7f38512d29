"""Checks that the configs of all model families share."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from seq2seq_core.errors import OptionError

LARGEST_SIZE: Final = 1 << 16  # features or positions; far above any sensible model, yet no overflow
LARGEST_VOCABULARY: Final = 1 << 22
MOST_LAYERS: Final = 32


def check_sizes(config: Any, names: Iterable[str]) -> None:
    """Refuse sizes that are not positive or beyond all sense.

    Raises:
        OptionError: names the setting, the rule and the value.
    """
    for name in names:
        if not 1 <= (value := getattr(config, name)) <= LARGEST_SIZE:
            raise OptionError(f"{name} must be from 1 to {LARGEST_SIZE}, got {value}")


def check_vocabularies(config: Any) -> None:
    """Refuse vocabularies without a token beside the special ones.

    Raises:
        OptionError: names the setting, the rule and the value.
    """
    for name in ("source_vocabulary", "target_vocabulary"):
        if not 5 <= (value := getattr(config, name)) <= LARGEST_VOCABULARY:
            rule = f"5 (four special tokens and one other) to {LARGEST_VOCABULARY}"
            raise OptionError(f"{name} must be from {rule}, got {value}")


def check_rate(config: Any, name: str) -> None:
    """Refuse a probability outside [0, 1).

    Raises:
        OptionError: names the setting, the rule and the value.
    """
    if not 0.0 <= (value := getattr(config, name)) < 1.0:
        raise OptionError(f"{name} must be at least 0 and below 1, got {value}")


def check_layers(config: Any, names: Iterable[str]) -> None:
    """Refuse stacks without a layer or deeper than all sense.

    Raises:
        OptionError: names the setting, the rule and the value.
    """
    for name in names:
        if not 1 <= (value := getattr(config, name)) <= MOST_LAYERS:
            raise OptionError(f"{name} must be from 1 to {MOST_LAYERS}, got {value}")


def check_choice(config: Any, name: str, choices: type[StrEnum]) -> None:
    """Refuse a name that is not among the choices.

    Raises:
        OptionError: names the setting, the choices and the value.
    """
    if (value := getattr(config, name)) not in tuple(choices):
        raise OptionError(f"{name} must be one of {', '.join(choices)}, got {str(value)!r}")
