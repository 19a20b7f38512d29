"""A training that is really killed, at moments nobody chose, ends with the bits of one that was left alone."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.project import ROOT
from tests.support.tiny_run import write_pairs


def command(folder: Path, *more: str) -> list[str]:
    pairs = write_pairs(folder / "pairs.tsv")
    settings = {
        "--train": pairs,
        "--valid": pairs,
        "--output": str(folder / "run"),
        "--max-tokens": "30000",
        "--validate-every": "300",
        "--batch-tokens": "80",
        "--longest": "30",
        "--patience": "0",
        "--threads": "1",
        "--device": "cpu",
        "--model.embedding-size": "24",
        "--model.encoder-size": "24",
        "--model.decoder-size": "32",
        "--model.attention-size": "16",
    }
    flat = [part for pair in settings.items() for part in pair]
    return [sys.executable, "-m", "seq2seq_core.train", *flat, *more]


def run_until_killed(folder: Path, seconds: float) -> bool:
    """Start or resume, kill after some seconds; True when the run ended by itself before."""
    more = ["--resume"] if (folder / "run" / "last").exists() or (folder / "run" / ".last.old").exists() else []
    process = subprocess.Popen(command(folder, *more), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert process.wait(timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_with_the_same_weights(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    subprocess.run(command(tmp_path / "whole"), cwd=ROOT, check=True, capture_output=True)
    dice = random.Random(7)
    kills = 0
    while not run_until_killed(tmp_path / "killed", dice.uniform(4.0, 9.0)):
        kills += 1
        assert kills < 60, "the run makes no progress between kills"
    assert kills > 0
    for name in ("last/model.safetensors", "last/training_state.safetensors", "best/model.safetensors"):
        killed, whole = (tmp_path / run / "run" / name for run in ("killed", "whole"))
        assert killed.read_bytes() == whole.read_bytes(), name
