"""What an option's value must be; a mistake is named with the option, the rule and the value."""

from enum import StrEnum

from seq2seq_core.errors import OptionError, quoted


def check_whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise OptionError(f"{name} must be a whole number from {low} to {high}, got {quoted(value)}")


def check_number(name: str, value: object, low: float, high: float) -> None:
    # A comparison with NaN is false, so NaN is refused here too.
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise OptionError(f"{name} must be a number from {low:g} to {high:g}, got {quoted(value)}")


def check_positive(name: str, value: object, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= high:
        raise OptionError(f"{name} must be a number above 0, at most {high:g}, got {quoted(value)}")


def check_member(name: str, value: object, kind: type[StrEnum]) -> None:
    if not isinstance(value, kind):
        raise OptionError(f"{name} must be a {kind.__name__} ({', '.join(kind)}), got {quoted(value)}")


def check_switch(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise OptionError(f"{name} must be True or False, got {quoted(value)}")


def check_several(name: str, value: object) -> None:
    if not isinstance(value, tuple):
        raise OptionError(f"{name} must be a tuple of tuples of token ids, got {quoted(value)}")


def check_tokens(name: str, value: object) -> None:
    good = isinstance(value, tuple) and all(
        isinstance(token, int) and not isinstance(token, bool) and token >= 0 for token in value
    )
    if not good:
        raise OptionError(f"{name} must be a tuple of token ids, got {quoted(value)}")
