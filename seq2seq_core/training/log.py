"""One JSON line per event of a training."""

import json
import time
from pathlib import Path

from seq2seq_core.files import writing
from seq2seq_core.training.board import Board


class Log:
    """Appends to `log.jsonl`; each line is flushed, so that a killed run keeps what it wrote.

    A resumed run repeats the updates since the last checkpoint, and its log repeats them after the event `resume`.
    Without a path nothing is kept: all processes of a training but one, and a dry run, have such a log.

    Raises:
        DataError: the file cannot be written.
    """

    def __init__(self, path: Path | None, board: Board | None = None) -> None:
        self._path, self._board = path, board
        if path is not None:
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, event: str, **fields: object) -> None:
        """One event with its time (seconds since 1970) and fields."""
        if self._path is None:
            return
        line = json.dumps({"event": event, "time": round(time.time(), 3), **fields}, ensure_ascii=False)
        with writing(self._path), self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        if self._board is not None:
            self._board.write(event, fields)
