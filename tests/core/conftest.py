"""One tiny trained model for all tests of the core that need a real one."""

import pytest

from seq2seq_core.pipeline import Pipeline
from seq2seq_core.train import train
from tests.support.tiny_run import tiny_options


@pytest.fixture(scope="session")
def tiny_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The pairs of `tiny_run`, learnt by heart."""
    return Pipeline.load(train(tiny_options(tmp_path_factory.mktemp("tiny"))).best)
