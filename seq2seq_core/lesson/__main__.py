"""python -m seq2seq_core.lesson FOLDER: one lesson, told what to do by whoever started it.

The folder holds `lesson.json` (see `options`), and `pairs.tsv` where the pairs are a visitor's. A folder that holds a
checkpoint `last` goes on from there. Frames go to `lesson.jsonl`.

Standard input is the leash: the line `stop` ends the lesson with its model saved, and the end of the input (whoever
started it is gone) ends it at once. So no lesson outlives its page.
"""

import os
import sys
import threading
import time
from pathlib import Path
from typing import Final

from seq2seq_core.errors import Seq2SeqError
from seq2seq_core.lesson.frames import LINES, OPTIONS, STOP, Ended, Ending, Frame, read_lines
from seq2seq_core.lesson.options import read_options

NICENESS: Final = 10  # decoding in the page goes first
GONE: Final = 3  # the exit status where nobody holds the leash any more


def main(folder: Path) -> int:
    """Learn; a mistake of the user's becomes the last line of the report, and exit status 2."""
    os.nice(NICENESS)
    stopping = threading.Event()
    threading.Thread(target=_listen, args=(stopping,), daemon=True).start()
    started = time.monotonic()
    try:
        from seq2seq_core.lesson.learn import open_lesson, teach  # noqa: PLC0415 - torch takes seconds; listen first

        options = read_options((folder / OPTIONS).read_text(encoding="utf-8"))
        earlier = [line for line in read_lines(folder / LINES, 0)[0] if isinstance(line, Frame)]
        number, seconds = (earlier[-1].number + 1, earlier[-1].seconds) if earlier else (0, 0.0)
        lesson = open_lesson(options, folder, number=number, seconds=seconds + time.monotonic() - started)
        ending = teach(lesson, lambda frame: _write(folder, frame), stopping, started + options.seconds)
    except (Seq2SeqError, OSError) as error:
        _write(folder, Ended(Ending.FAILED, str(error)))
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    _write(folder, Ended(ending))
    return 0


def _listen(stopping: threading.Event) -> None:
    for line in sys.stdin:
        if line.strip() == STOP:
            stopping.set()
    os._exit(GONE)


def _write(folder: Path, line: Frame | Ended) -> None:
    """In one piece: a reader sees the whole line, or none of it."""
    with (folder / LINES).open("ab", buffering=0) as file:
        file.write(line.to_line().encode())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
