"""Ten thousand examples of everything generated here; `FUZZ_EXAMPLES` sets another number.

About three hours on a busy machine of two cores; each part is a test of its own.
"""

import os
import subprocess
import sys

import pytest

from tests.support.hostile import EXAMPLES_VARIABLE
from tests.support.project import ROOT

PARTS = (
    "safety/test_generated_core.py",
    "safety/test_generated_page.py",
    "safety/test_generated_lab.py",
    "safety/test_generated_folders.py",
    "safety/test_generated_http.py",
    "core/test_hostile_checkpoint.py",
)


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_ten_thousand_examples_of_each_property(part: str) -> None:
    environment = {EXAMPLES_VARIABLE: "10000", **os.environ}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/{part}"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-10_000:]
