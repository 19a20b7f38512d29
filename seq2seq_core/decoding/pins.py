"""Pinned attention: an intervention that a search asks of the model it steps, never of the search itself.

A trace states its pins, so the search must not run without them: a model that cannot be pinned is refused.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from seq2seq_core.errors import OptionError
from seq2seq_core.options import Pin

from .stepper import State, Stepper


@runtime_checkable
class Pinnable(Protocol):
    """A stepper that may know how to pin its model's attention."""

    def pinned(self, pins: Sequence[Pin]) -> Stepper[object]:
        """The same model on the same sources with its attention pinned.

        Raises:
            OptionError: the model has no attention to pin, or a source not so many positions.
        """
        ...


def with_pins(stepper: Stepper[State], pins: Sequence[Pin]) -> Stepper[State]:
    """The stepper itself without pins, else the same model with its attention pinned.

    Raises:
        OptionError: this model's attention cannot be pinned.
    """
    if not pins:
        return stepper
    if not isinstance(stepper, Pinnable):
        raise OptionError(f"pins need a model whose attention can be set, got {type(stepper).__name__}")
    pinned: Stepper[State] = stepper.pinned(pins)  # type: ignore[assignment]  # its states are its own affair
    return pinned
