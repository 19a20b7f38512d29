"""Attention that is set from outside."""

from dataclasses import dataclass

from seq2seq_core.errors import OptionError, quoted

from .checks import check_whole
from .limits import MAXIMUM_LENGTH_CAP, MAXIMUM_POSITION


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """An intervention: while a token is predicted, the model's attention to the source is set from outside.

    All of the step's attention (every layer, every head) goes to one source position, whatever the model would have
    done; everything after it follows from that. It needs a model that attends to its source.

    Raises:
        OptionError: a number is out of its range.
    """

    step: int  # of the output, from 1: the step that predicts its token number `step`
    position: int  # of the source piece, from 0

    def __post_init__(self) -> None:
        check_whole("the step of a pin", self.step, 1, MAXIMUM_LENGTH_CAP)
        check_whole("the position of a pin", self.position, 0, MAXIMUM_POSITION)


def check_pins(value: object) -> None:
    if not isinstance(value, tuple) or not all(isinstance(pin, Pin) for pin in value):
        raise OptionError(f"pins must be a tuple of Pin, got {quoted(value)}")
    steps = [pin.step for pin in value]
    if len(set(steps)) < len(steps):
        raise OptionError(f"pins must be of different steps, got {steps}")
