"""Ten thousand examples of everything generated here; `FUZZ_EXAMPLES` sets another number."""

import os
import subprocess
import sys

import pytest

from tests.support.hostile import EXAMPLES_VARIABLE
from tests.support.project import ROOT


@pytest.mark.slow
@pytest.mark.parametrize("part", ["core", "page"])
def test_ten_thousand_examples_of_each_property(part: str) -> None:
    environment = {EXAMPLES_VARIABLE: "10000", **os.environ}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/safety/test_generated_{part}.py"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-10_000:]
