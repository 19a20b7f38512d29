"""One tiny training for all tests of the core that need a real model."""

import pytest

from seq2seq_core.pipeline import Pipeline
from seq2seq_core.train import train
from seq2seq_core.training.run import Run
from tests.support.tiny_run import tiny_options


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The pairs of `tiny_run`, learnt by heart, and what was measured on them."""
    folder = tmp_path_factory.mktemp("tiny")
    return train(tiny_options(folder, test=str(folder / "pairs.tsv")))


@pytest.fixture(scope="session")
def tiny_pipeline(tiny_run: Run) -> Pipeline:
    """The best model of that training."""
    return Pipeline.load(tiny_run.best)
