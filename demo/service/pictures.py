"""Pictures to choose from, for models that read one: drawn by the generated task `shapes`, by seed."""

from functools import lru_cache
from typing import Final

from seq2seq_core.tasks import generate, task_named

from .example import Example

TASK: Final = "shapes"
PICTURES: Final = 6
LARGEST_SEED: Final = 9_999


@lru_cache(maxsize=64)
def pictures(seed: int) -> tuple[Example, ...]:
    """Pictures of the task's test split, each with its caption as the reference; seeds go round."""
    drawn = generate(
        TASK, "test", PICTURES, difficulty=task_named(TASK).difficulties, seed=seed % (LARGEST_SEED + 1)
    )
    return tuple(Example("", source, target, "") for source, target in zip(drawn.sources, drawn.targets, strict=True))
