"""What the app has freed is the system's again."""

import sys
import threading
import time
from pathlib import Path

import pytest

from demo.memory import _give_back, memory_given_back

BLOCK, BLOCKS = 100_000, 2_000  # bytes; too small for the C library to ask the system for each


def resident_mb() -> float:
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


@pytest.mark.skipif(sys.platform != "linux" or _give_back() is None, reason="needs Linux with glibc")
def test_room_between_blocks_that_stay_goes_back() -> None:
    blocks = [b"%d" % place * (BLOCK // len(str(place))) for place in range(BLOCKS)]
    stay = blocks[::50]  # so that the C library cannot give the room back as it is freed
    held = resident_mb()
    del blocks
    with memory_given_back(0.05):
        deadline = time.monotonic() + 30
        while resident_mb() > held - 150:
            assert time.monotonic() < deadline, f"{resident_mb():.0f} MB of {held:.0f}"
            time.sleep(0.05)
    assert len(stay) == BLOCKS // 50


def test_nobody_goes_on_giving_back_afterwards() -> None:
    with memory_given_back(3600):
        pass
    assert "gives memory back" not in {thread.name for thread in threading.enumerate()}


def test_a_system_without_the_call_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.memory._give_back", lambda: None)
    with memory_given_back(0.01):
        assert "gives memory back" not in {thread.name for thread in threading.enumerate()}
