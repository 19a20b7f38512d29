"""A process that acts as a lesson does: frames at once, no torch, the shipped model of dates as what it learnt.

    python -m tests.demo.service.lab.acting FOLDER

The seed of the lesson says what it plays: 0 ends by itself, 1 goes on until it is told to stop, 2 dies, 3 does not
obey, 4 says that it failed.
"""

import shutil
import sys
from pathlib import Path
from typing import Final

from seq2seq_core.lesson.frames import LINES, MODEL, OPTIONS, Answer, Ended, Ending, Frame
from seq2seq_core.lesson.options import read_options
from tests.support.project import ROOT

COMMAND: Final = (sys.executable, "-m", "tests.demo.service.lab.acting")
BY_ITSELF, UNTIL_STOPPED, DIES, DEAF, FAILS = range(5)
STATUS_OF_DEATH: Final = 9


def main(folder: Path) -> int:
    plays = read_options((folder / OPTIONS).read_text(encoding="utf-8")).seed
    write(folder, frame(0))
    write(folder, frame(1))
    if plays == DIES:
        print("the memory is full", file=sys.stderr)
        return STATUS_OF_DEATH
    if plays == FAILS:
        write(folder, Ended(Ending.FAILED, "loss must be finite, got nan"))
        return 2
    if plays != BY_ITSELF:
        for line in sys.stdin:
            if line == "stop\n" and plays == UNTIL_STOPPED:
                break
    (folder / "last").mkdir(exist_ok=True)
    shutil.copytree(ROOT / "assets" / "checkpoints" / "dates", folder / MODEL, dirs_exist_ok=True)
    write(folder, Ended(Ending.LEARNT if plays == BY_ITSELF else Ending.STOPPED))
    return 0


def frame(number: int) -> Frame:
    return Frame(
        number=number,
        update=10 * number,
        tokens=1_000 * number,
        seconds=1.5 * number,
        epsilon=1.0,
        loss=3.0 - number,
        taught=None,
        true_prefix=0.5,
        own_prefix=0.25,
        exact=0.5,
        held_out=2,
        answers=(Answer("a", "b", "b"), Answer("c", "", "d")),
    )


def write(folder: Path, line: Frame | Ended) -> None:
    with (folder / LINES).open("ab", buffering=0) as file:
        file.write(line.to_line().encode())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
