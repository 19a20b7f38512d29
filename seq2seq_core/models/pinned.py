"""A model as a search sees it, with its attention pinned: in some steps all of it goes to one source position.

An intervention from outside: the weights of the step are replaced before anything is made of them, and all that follows
is computed by the model from there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from torch import Tensor

if TYPE_CHECKING:
    from seq2seq_core.models.base import Answer, ModelStepper, Rows

State = TypeVar("State", bound="Rows")


@dataclass(frozen=True, slots=True)
class Counted(Generic[State]):
    """A state, and how many steps led to it: the same number in all its rows."""

    state: State
    steps: int

    def select(self, rows_R: Tensor) -> "Counted[State]":
        """The same for the given rows."""
        return Counted(self.state.select(rows_R), self.steps)


class PinnedStepper(Generic[State]):
    """Fits `decoding.Stepper`, as the stepper of the model itself does."""

    def __init__(
        self, stepper: "ModelStepper[State]", pin: Callable[[State, int], State], positions: Mapping[int, int]
    ) -> None:
        self.start_id, self.end_id = stepper.start_id, stepper.end_id
        self.vocabulary_size, self.source_lengths = stepper.vocabulary_size, stepper.source_lengths
        self.device = stepper.device
        self._stepper, self._pin, self._positions = stepper, pin, positions

    def start(self) -> Counted[State]:
        """One row per source."""
        return Counted(self._stepper.start(), 0)

    def step(self, tokens_R: Tensor, state: Counted[State]) -> "Answer[Counted[State]]":
        """Read the last token of each row; in a pinned step, look where the pin says."""
        number = state.steps + 1
        position = self._positions.get(number)
        inner = state.state if position is None else self._pin(state.state, position)
        answer = self._stepper.step(tokens_R, inner)
        return answer.then(Counted(answer.state, number))

    def select(self, state: Counted[State], rows_R: Tensor) -> Counted[State]:
        """Keep, repeat and drop rows."""
        return Counted(self._stepper.select(state.state, rows_R), state.steps)
