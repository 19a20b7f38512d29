"""The learning rate by hand."""

import pytest

from seq2seq_core.training.config import Schedule
from seq2seq_core.training.schedule import rate_factor


@pytest.mark.parametrize(
    ("schedule", "update", "progress", "factor"),
    [
        (Schedule.COSINE, 25, 0.0, 0.25),  # a quarter of the warm-up
        (Schedule.COSINE, 100, 0.0, 1.0),
        (Schedule.COSINE, 500, 0.5, 0.5),  # (1 + cos(pi / 2)) / 2
        (Schedule.COSINE, 900, 1.0, 0.0),
        (Schedule.CONSTANT, 900, 0.9, 1.0),
        (Schedule.INVERSE_SQRT, 100, 0.1, 1.0),
        (Schedule.INVERSE_SQRT, 400, 0.4, 0.5),  # sqrt(100 / 400)
    ],
)
def test_the_rate_rises_and_falls_as_stated(schedule: Schedule, update: int, progress: float, factor: float) -> None:
    assert rate_factor(schedule, update=update, warmup=100, progress=progress) == pytest.approx(factor, abs=1e-12)
