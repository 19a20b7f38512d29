"""The numbers that a training tells of itself."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(slots=True)
class Parts:
    """Means per target token of what a loss is made of, by name, over the updates since the last look."""

    sums: Counter[str] = field(default_factory=Counter)
    tokens: int = 0

    def add(self, means: Mapping[str, float], tokens: int) -> None:
        """One update more."""
        self.sums.update({name: value * tokens for name, value in means.items()})
        self.tokens += tokens

    def means(self) -> dict[str, float]:
        """Look, and begin anew."""
        means = {name: round(value / self.tokens, 5) for name, value in self.sums.items()}
        self.sums, self.tokens = Counter(), 0
        return means


@dataclass(frozen=True, slots=True)
class Validation:
    """Teacher-forced quality on the validation pairs."""

    loss: float  # nats per target token, without label smoothing
    accuracy: float  # share of target tokens predicted first
    reward: float | None = None  # mean over the sentences of what greedy search says, where a reward is optimised

    @property
    def lack(self) -> float:
        """What the best model has least of: loss, or what the reward lacks of 1."""
        return self.loss if self.reward is None else 1.0 - self.reward

    def fields(self) -> dict[str, float]:
        """For the log."""
        return {name: value for name, value in asdict(self).items() if value is not None}
