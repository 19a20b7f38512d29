"""One JSON line per event of a training."""

import json
import time
from pathlib import Path

from seq2seq_core.files import writing


class Log:
    """Appends to `log.jsonl`; each line is flushed, so that a killed run keeps what it wrote.

    A resumed run repeats the updates since the last checkpoint, and its log repeats them after the event `resume`.

    Raises:
        DataError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, event: str, **fields: object) -> None:
        """One event with its time (seconds since 1970) and fields."""
        line = json.dumps({"event": event, "time": round(time.time(), 3), **fields}, ensure_ascii=False)
        with writing(self._path), self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
